"""Exact figures: halves go up, nothing is a float before the last step."""

from collections import Counter
from decimal import Decimal, localcontext
from fractions import Fraction
from math import floor
from typing import Any

Z95 = Decimal("1.959963984540054")


def half_up(value: Fraction, places: int) -> float:
    """A half goes away from zero, also below it: −31.25 is −31.3."""
    scale = 10**places
    whole = floor(abs(value) * scale + Fraction(1, 2))
    return (whole if value >= 0 else -whole) / scale


def rate(numerator: int, denominator: int) -> float | None:
    return half_up(Fraction(100 * numerator, denominator), 1) if denominator else None


def wilson(numerator: int, denominator: int) -> tuple[float | None, float | None]:
    """In per cent, to one decimal."""
    if denominator == 0:
        return None, None
    with localcontext() as context:
        context.prec = 60
        n, p = Decimal(denominator), Decimal(numerator) / Decimal(denominator)
        z2 = Z95 * Z95
        middle = p + z2 / (2 * n)
        margin = Z95 * (p * (1 - p) / n + z2 / (4 * n * n)).sqrt()
        low, high = ((middle + s * margin) / (1 + z2 / n) for s in (-1, 1))
        shown = [half_up(100 * Fraction(value), 1) for value in (low, high)]
    return (0.0 if numerator == 0 else shown[0]), (100.0 if numerator == denominator else shown[1])


def median(values: list[Fraction]) -> Fraction:
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def row(results: list[str], *, post_16: bool = False, unknown: int = 0) -> dict[str, Any]:
    """From success, failed, unknown, pending or the reason of an exclusion, one an episode.

    ``post_16``: the unknown stay in the denominator, and are counted beside.
    """
    counted = Counter(results)
    n = counted.pop("success", 0)
    d = n + counted.pop("failed", 0)
    pending = counted.pop("pending", 0)
    unknown = unknown if post_16 else counted.pop("unknown", 0)
    known, all_of = (d - unknown, d) if post_16 else (d, d + unknown)
    low, high = wilson(n, d)
    return {
        "numerator": n,
        "denominator": d,
        "pending": pending,
        "unknown": unknown,
        "excluded": dict(sorted(counted.items())),
        "coverage": half_up(Fraction(known, all_of), 3) if all_of else None,
        "rate": rate(n, d),
        "low": low,
        "high": high,
    }
