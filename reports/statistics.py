"""Rates, intervals and funnel limits: exact until the last rounding."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from math import gcd

Ratio = tuple[int, int]  # numerator and denominator, in lowest terms; the latter over 0
Values = Mapping[Ratio, int]  # how often each occurs
Z95 = Decimal("1.959963984540054")
Z998 = Decimal("3.090232306167813")


def ratio(numerator: int, denominator: int) -> Ratio:
    """In lowest terms, ten times as fast as a Fraction; ``denominator`` over 0."""
    shared = gcd(numerator, denominator)
    return numerator // shared, denominator // shared


def half_up(value: Fraction | Decimal, places: int) -> float:
    """Rounded half up (away from zero at the half), exactly."""
    if isinstance(value, Fraction):
        return _half_up(value.numerator, value.denominator, places)
    return float(value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP))


def _half_up(numerator: int, denominator: int, places: int) -> float:
    """``denominator`` over 0; whole numbers divide to the nearest float."""
    ten: int = 10**places
    whole = (2 * abs(numerator) * ten + denominator) // (2 * denominator)
    return (whole if numerator >= 0 else -whole) / ten


def rate(numerator: int, denominator: int) -> float | None:
    """Percent to one decimal; None without a denominator."""
    return _half_up(100 * numerator, denominator, 1) if denominator else None


def wilson_limits(numerator: int, denominator: int) -> tuple[Decimal, Decimal]:
    """The Wilson 95 % interval in percent, unrounded; ``denominator`` over 0."""
    with localcontext() as context:
        context.prec = 50
        n, p = Decimal(denominator), Decimal(numerator) / Decimal(denominator)
        centre = p + Z95 * Z95 / (2 * n)
        reach = Z95 * (p * (1 - p) / n + Z95 * Z95 / (4 * n * n)).sqrt()
        whole = 1 + Z95 * Z95 / n
        return 100 * (centre - reach) / whole, 100 * (centre + reach) / whole


def wilson(numerator: int, denominator: int) -> tuple[float | None, float | None]:
    """The Wilson 95 % interval in percent; 0/n has low 0, n/n has high 100."""
    if not denominator:
        return None, None
    low, high = wilson_limits(numerator, denominator)
    return (
        0.0 if numerator == 0 else half_up(low, 1),
        100.0 if numerator == denominator else half_up(high, 1),
    )


def funnel(mean: float, n: float, z: Decimal = Z95) -> tuple[float, float]:
    """Control limits about a mean proportion at n, as PHEindicatormethods draws them; 0–1."""
    with localcontext() as context:
        context.prec = 50
        p, size, zz = Decimal(repr(mean)), Decimal(repr(n)), z * z
        a = p * (size / zz + 1)
        b = 1 / zz + 1 / size
        inner = 64 * a * a - 64 * b * p * (size * (p * (size / zz + 2) - 1) + zz * (p - 1))
        root = max(inner, Decimal(0)).sqrt() / 8
        low, high = (a - root) / b / size, (a + root) / b / size
    return max(0.0, float(low)), min(1.0, float(high))


def in_words(numerator: int, denominator: int, mean: float | None) -> str:
    """Higher than, lower than, or not different from the average (95 % funnel)."""
    if mean is None or not denominator:
        return ""
    low, high = funnel(mean, denominator)
    share = numerator / denominator
    if share < low:
        return "lower than the average"
    return "higher than the average" if share > high else "not different from the average"


def mean(values: Values) -> Fraction:
    by_denominator: dict[int, int] = defaultdict(int)  # adding whole numbers is cheap
    for (numerator, denominator), count in values.items():
        by_denominator[denominator] += count * numerator
    total = sum((Fraction(n, d) for d, n in by_denominator.items()), Fraction(0))
    return total / sum(values.values())


def median(values: Values) -> Fraction:
    size = sum(values.values())
    low, high = _nth(values, (size - 1) // 2), _nth(values, size // 2)
    return (low + high) / 2


def _nth(values: Values, n: int) -> Fraction:
    """The n-th in ascending order, counted from 0."""
    for value in sorted(values, key=_nearly):
        n -= values[value]
        if n < 0:
            return Fraction(*value)
    raise IndexError


def _nearly(value: Ratio) -> float:
    """Orders exactly: counts of sessions are far too small for two fractions to share a float."""
    return value[0] / value[1]
