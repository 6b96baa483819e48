"""Each provider beside the average of all pupils counted: funnel limits and plain words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reports.statistics import Z95, Z998, funnel, in_words

PLACES = 8  # decimals of a limit; limits and averages are shares, 0 to 1
Averages = Mapping[str, float]  # by measure, of those with anybody counted


def averages(totals: Sequence[Mapping[str, Any]]) -> Averages:
    """The all-provider means: of the totals those of everybody."""
    return {
        row["measure"]: row["numerator"] / row["denominator"]
        for row in totals
        if row["la"] == "all" and "group" not in row and row["denominator"]
    }


def comparisons(rows: Sequence[Mapping[str, Any]], means: Averages) -> Iterator[dict[str, Any]]:
    """A row for each headline that counts anybody, in the order of ``rows``."""
    for row in rows:
        mean = means.get(row["measure"])
        if "group" in row or not row["denominator"] or mean is None:
            continue
        (low_95, high_95), (low_998, high_998) = (
            funnel(mean, row["denominator"], z) for z in (Z95, Z998)
        )
        yield {
            "provider": row["provider"],
            "measure": row["measure"],
            "average": round(mean, PLACES),
            "low_95": round(low_95, PLACES),
            "high_95": round(high_95, PLACES),
            "low_998": round(low_998, PLACES),
            "high_998": round(high_998, PLACES),
            "words": in_words(row["numerator"], row["denominator"], mean),
        }
