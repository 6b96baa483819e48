"""The outcome report with symbols in place of what is not to be published (outcomes.md)."""

from collections.abc import Iterator, Mapping
from typing import Any

from reports.outcomes import ALL, Book
from reports.publishing.cells import Cells, key, part_of, place_of
from reports.publishing.marks import LEAST, is_few
from reports.publishing.suppression import SMALL, Key
from reports.publishing.symbols import KEPT_BACK, NOT_APPLICABLE, NOT_AVAILABLE

Row = Mapping[str, Any]
Published = dict[str, Any]


def published(report: Mapping[str, Any], book: Book) -> Published:
    """Of one period: earlier years are published by themselves, and so is what was known then.

    Providers' case mix is left out: a breakdown of so few pupils nearly always tells of one.
    """
    sizes = _sizes(book)
    cells = Cells.of(report, sizes["mean"])
    made = _Made(kept_back=cells.tables().suppressed(), sizes={**sizes["mean"], **sizes["median"]})
    rows = [made.headline(row) for row in report["rows"]]
    totals = [made.headline(row) for row in report["totals"]]
    kept = ("definition", "from", "to", "known_by", "ledger", "confirmed", "benchmarks", "asked")
    return {
        **{name: report[name] for name in kept},
        "published": True,
        "rows": rows,
        "totals": totals,
        "secondary": [made.figure(row, row["measure"]) for row in report["secondary"]],
        "wellbeing": [made.figure(row, "wellbeing") for row in report["wellbeing"]],
        "case_mix": [made.case(row) for row in report["case_mix"] if "la" in row],
        "comparison": list(_comparison(report, rows, totals)),
        "average_of": report["average_of"],
        "record_keeping": [_small_kept_back(row) for row in report["record_keeping"]],
        "trend": [],
    }


def _sizes(book: Book) -> Mapping[str, Mapping[Key, int]]:
    """Of how many each figure is, by ``mean`` and ``median``."""
    found: dict[str, dict[Key, int]] = {"mean": {}, "median": {}}
    for kind, tallies in (("provider", book.by_provider()), ("la", book.by_la())):
        for (name, measure, _group), tally in tallies.items():
            for figure, beside in tally.beside().items():
                if beside.values:
                    one = key((kind, name), measure, None, figure)
                    found[beside.summary][one] = sum(beside.values.values())
    return found


class _Made:
    def __init__(self, *, kept_back: frozenset[Key], sizes: Mapping[Key, int]) -> None:
        """``sizes``: of how many each mean or median is."""
        self._kept_back, self._sizes = kept_back, sizes

    def headline(self, row: Row) -> Published:
        place, measure, group = place_of(row), row["measure"], row.get("group")

        def shown(name: str, value: int) -> int | str:
            hidden = key(place, measure, group, name) in self._kept_back
            return KEPT_BACK if hidden else value

        counts = {
            name: shown(name, row[name])
            for name in ("numerator", "denominator", "pending", "unknown")
        }
        excluded = {
            reason: shown(f"excluded:{reason}", count) for reason, count in row["excluded"].items()
        }
        rates = _rates(row, counts, ("rate", "low", "high"))
        if is_few(row["coverage"]) and KEPT_BACK not in rates.values():
            rates = dict.fromkeys(rates, NOT_AVAILABLE)
        hidden = KEPT_BACK in {counts["denominator"], counts["unknown"]}
        coverage = NOT_APPLICABLE if row["coverage"] is None else row["coverage"]
        return {
            **row, **counts, "excluded": excluded, **rates,
            "coverage": KEPT_BACK if hidden else coverage,
        }  # fmt: skip

    def figure(self, row: Row, measure: str) -> Published:
        place, name = place_of(row), row["name"]
        if "denominator" in row:
            counts = {
                part: KEPT_BACK
                if key(place, measure, None, part_of(measure, name, part)) in self._kept_back
                else row[part]
                for part in ("numerator", "denominator")
            }
            return {**row, **counts, **_rates(row, counts, ("value",))}
        one = key(place, measure, None, name)
        counted = isinstance(row["value"], int)
        hidden = one in self._kept_back or not (counted or self._sizes.get(one, 0) >= LEAST)
        return {**row, "value": KEPT_BACK if hidden else row["value"], "counted": counted}

    def case(self, row: Row) -> Published:
        place = place_of(row)
        names = {"numerator": f"{row['by']}:{row['case']}", "denominator": "placements"}
        counts = {
            part: KEPT_BACK if key(place, "case_mix", None, name) in self._kept_back else row[part]
            for part, name in names.items()
        }
        return {**row, **counts, **_rates(row, counts, ("share",))}


def _rates(row: Row, counts: Mapping[str, Any], names: tuple[str, ...]) -> Published:
    """A rate tells its numerator to whom knows its denominator."""
    if not row["denominator"]:
        return dict.fromkeys(names, NOT_APPLICABLE)
    hidden = KEPT_BACK in {counts["numerator"], counts["denominator"]}
    if hidden or row["denominator"] < LEAST:
        return dict.fromkeys(names, KEPT_BACK)
    return {name: row[name] for name in names}


def _comparison(
    report: Mapping[str, Any], rows: list[Published], totals: list[Published]
) -> Iterator[Row]:
    """Where the provider's own rate is shown, and that of all with which it is compared.

    One provider's report says nothing of the average: that is of a report of its LA.
    """
    if report["asked"]["provider"] is not None:
        return
    shown = {
        (place_of(row), row["measure"])
        for row in (*rows, *totals)
        if "group" not in row and isinstance(row["rate"], float)
    }
    for row in report["comparison"]:
        places = ("provider", row["provider"]), ("la", ALL)
        if all((place, row["measure"]) in shown for place in places):
            yield row


def _small_kept_back(row: Row) -> Published:
    return {
        name: KEPT_BACK if isinstance(value, int) and value in SMALL else value
        for name, value in row.items()
    }
