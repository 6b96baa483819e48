"""What the mark in place of a rate, or its absence, tells of how many are unknown."""

from fractions import Fraction

from reports.measures import post_16
from reports.outcomes import TOO_FEW
from reports.publishing.suppression import Key, Limit

LEAST = 10  # pupils whom a rate, mean, median or number of sessions is of
_ROUNDS_TO_ENOUGH = TOO_FEW - Fraction(1, 2000)  # coverage has three decimals, half up


def is_few(coverage: float | None) -> bool:
    """Too few registers for a rate to be published (outcomes.md)."""
    return coverage is not None and coverage < float(TOO_FEW)


def limit(measure: str, *, denominator: int, few: bool, told_by: tuple[Key, ...]) -> Limit | None:
    """Of the unknown of a row, whose rate shows or is `x` while both its numbers are shown.

    Under ten pupils the rate is kept back, whatever the coverage.
    """
    if denominator < LEAST:
        return None
    within = measure == post_16.MEASURE
    whole = Fraction(denominator) if within else denominator / _ROUNDS_TO_ENOUGH
    most = int((1 - _ROUNDS_TO_ENOUGH) * whole)
    if few:
        return Limit(least=most + 1, most=denominator if within else None, told_by=told_by)
    return Limit(least=0, most=most, told_by=told_by)
