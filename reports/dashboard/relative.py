"""How often something is for one group against all others: the relative rate, with its range."""

from collections.abc import Mapping
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from reports.statistics import Z95, half_up

FEWEST = 10  # pupils of either side under whom nothing is said


def relative(
    yes: int, of: int, others_yes: int, others_of: int, *, times: bool = False
) -> dict[str, Any]:
    """The rate of the group by that of the others; its 95 % range by the log method (Katz 1978).

    ``times``: what may befall a pupil more than once is taken as Poisson. Null where it cannot be
    said: nobody on a side, never among the others, or on a side more than there are; no range where
    never in the group.
    """
    wrong = not times and (yes > of or others_yes > others_of)
    if wrong or not (of and others_of and others_yes):
        return {"relative": None, "relative_low": None, "relative_high": None}
    index = Fraction(yes * others_of, of * others_yes)
    low, high = _range(yes, of, others_yes, others_of, times=times) if yes else (None, None)
    return {"relative": half_up(index, 2), "relative_low": low, "relative_high": high}


def _range(a: int, n: int, b: int, m: int, *, times: bool) -> tuple[float, float]:
    with localcontext() as context:
        context.prec = 50
        varies = Decimal(1) / a + Decimal(1) / b
        if not times:
            varies -= Decimal(1) / n + Decimal(1) / m
        centre = (Decimal(a) * m / (Decimal(n) * b)).ln()
        reach = Z95 * max(varies, Decimal(0)).sqrt()
        return half_up((centre - reach).exp(), 2), half_up((centre + reach).exp(), 2)


def in_words(row: Mapping[str, Any]) -> str:
    """More often, less often or as often as the others; nothing of few pupils."""
    if isinstance(row["relative"], str):
        return "hidden"
    if row["relative"] is None:
        return "cannot be said"
    known = [row[name] for name in ("denominator", "others") if not isinstance(row[name], str)]
    if any(number < FEWEST for number in known):
        return "too few pupils to say"
    low, high = row["relative_low"], row["relative_high"]
    if low is None:
        return "never in this group"
    if low > 1:
        return "more often than others"
    return "less often than others" if high < 1 else "not different from others"
