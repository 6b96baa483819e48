"""The tables of the outcome report: each measure's rows, what stands beside them, and years."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from reports.document import Cell, Column, Table
from reports.opening import Opening
from reports.outcome_columns import (
    ABSENCE,
    ABSENCES,
    BESIDE,
    GLANCE,
    KEEPING,
    MIX,
    RATE,
    ROWS,
    TREND,
)
from reports.outcome_words import CASE_MIX, MEASURE_NAMES, case, figure, letter, reasons
from reports.render import la_name

ALL = "all"
FEW = 0.8
TOO_FEW = "too few registers"
ACROSS = 8  # providers in columns beside each other
Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Tables:
    """Of one report. A provider bears the same letter in every table and drawing."""

    report: Mapping[str, Any]
    names: Mapping[str, str]
    one_provider: bool = False

    @cached_property
    def opening(self) -> Opening:
        return Opening(self.report)

    @property
    def only(self) -> str | None:
        """The provider of a report of one."""
        return next(iter(self.letters)) if self.one_provider and self.letters else None

    @cached_property
    def letters(self) -> Mapping[str, str]:
        providers = sorted({row["provider"] for row in self.report["rows"]})
        return {name: letter(number) for number, name in enumerate(providers)}

    def name(self, row: Row) -> str:
        """With its letter; of a total the LA's name."""
        if "provider" not in row:
            return la_name(row["la"], self.names)
        name = self.names.get(row["provider"], row["provider"])
        mark = self.letters.get(row["provider"])
        return f"{mark}. {name}" if mark else name

    def of(self, table: str, measure: str) -> list[Row]:
        return [row for row in self.report[table] if row["measure"] == measure]

    def glance(self) -> Table:
        """The five for everybody in the report, one under the other."""
        found = {r["measure"]: r for r in self.report["totals"] if _headline(r, ALL)}
        told = [found[measure] for measure in MEASURE_NAMES if measure in found]
        return Table(
            id="glance", caption="The five outcomes, everybody counted here", columns=GLANCE,
            rows=[{**_cells(row), "title": MEASURE_NAMES[row["measure"]]} for row in told],
            opens=[self.opening.headline(row) for row in told],
            empty="Nobody to count in this period.",
        )  # fmt: skip

    def rows(self, measure: str) -> Table:
        words = {r["provider"]: r["words"] for r in self.of("comparison", measure)}
        found = (*self.of("rows", measure), *self._totals(measure))
        rows = [
            self._row(row, words.get(row.get("provider", ""), "") if "group" not in row else "")
            for row in found
        ]
        return Table(
            id=measure, caption=f"{MEASURE_NAMES[measure]} by provider", columns=ROWS, rows=rows,
            opens=[self.opening.headline(row) for row in found],
            empty="Nobody to count in this period.",
        )  # fmt: skip

    def _totals(self, measure: str) -> list[Row]:
        """Of one LA its own: that of all says the same again."""
        found = self.of("totals", measure)
        las = {row["la"] for row in found} - {ALL}
        return [row for row in found if len(las) != 1 or row["la"] != ALL]

    def _row(self, row: Row, words: str) -> Mapping[str, Cell]:
        group = f" ({row['group']})" if "group" in row else ""
        cells = _cells(row)
        said = [text for text in (cells["words"], words) if text]
        return {**cells, "title": self.name(row) + group, "words": "; ".join(map(str, said))}

    def beside(self, measure: str) -> Iterator[Table]:
        """Every secondary figure of a measure, all equals: of everybody, then by provider."""
        title = MEASURE_NAMES[measure]
        found = self.of("secondary", measure)
        caption = f"{title}: figures beside it"
        yield from self._beside(f"{measure}_beside", caption, found, measure)

    def wellbeing(self) -> Iterator[Table]:
        caption = "Wellbeing, from the start of a placement to its end"
        yield from self._beside("wellbeing", caption, self.report["wellbeing"], "wellbeing")

    def _beside(self, id: str, caption: str, found: Sequence[Row], measure: str) -> Iterator[Table]:
        """One provider's report is of that provider; others say it of everybody first."""
        one = self.only
        found = sorted(found, key=_by_figure)
        first = [r for r in found if r.get("provider" if one else "la") == (one or ALL)]
        rest = [] if one else [r for r in found if r not in first]
        empty = "Nobody was measured at both ends of a placement that ended in this period."
        yield Table(
            id=id, caption=caption, columns=(BESIDE[0], *BESIDE[2:]),
            rows=list(self._figures(first)), opens=[self.opening.figure(r, measure) for r in first],
            empty=empty if id == "wellbeing" else "None.",
        )  # fmt: skip
        if rest:
            yield Table(
                id=f"{id}_each", caption=f"{caption}, by LA and provider", columns=BESIDE,
                rows=list(self._figures(rest)), detail=True,
                opens=[self.opening.figure(r, measure) for r in rest],
            )  # fmt: skip

    def _figures(self, found: Sequence[Row]) -> Iterator[Mapping[str, Cell]]:
        for row in found:
            value, share = row["value"], "denominator" in row
            counted = value if isinstance(value, int) else None
            yield {
                "figure": figure(row["name"]),
                "title": self.name(row),
                "numerator": row.get("numerator", counted),
                "denominator": row.get("denominator"),
                "share": value if share else None,
                "value": None if share or counted is not None else value,
            }

    def absence(self) -> Table:
        """Per provider: of its pupils' sessions in the period, and of its pupils."""
        found: dict[str, dict[str, Cell]] = {}
        opens: dict[str, dict[str, str]] = {}
        for row in self.of("secondary", "attendance"):
            if row["name"] in ABSENCES and "provider" in row:
                cells = found.setdefault(row["provider"], {"title": self.name(row)})
                cells[row["name"]] = row["value"]
                opens.setdefault(row["provider"], {}).update(self.opening.absence(row))
                sessions = row["name"] == "overall_absence"
                if sessions or row["name"] == "severe_absence":
                    cells["sessions" if sessions else "pupils"] = row["denominator"]
        return Table(
            id="absence", caption="Absence while placed there, by provider", columns=ABSENCE,
            rows=list(found.values()), opens=list(opens.values()),
            empty="No registers in this period.",
        )  # fmt: skip

    def trend(self, measure: str) -> Iterator[Table]:
        caption = f"{MEASURE_NAMES[measure]} over years"
        found = sorted(self.of("trend", measure), key=_by_name)
        first = [row for row in found if row.get("la") == ALL]
        rest = [] if self.only else [row for row in found if row not in first]
        columns = (TREND[1], *TREND[2:])
        yield Table(
            id=f"{measure}_trend", caption=caption, columns=columns, rows=_years(first),
            opens=[self.opening.headline(row) for row in first],
        )  # fmt: skip
        if rest:
            rows = [{**cells, "title": self.name(row)}
                    for row, cells in zip(rest, _years(rest), strict=True)]  # fmt: skip
            yield Table(
                id=f"{measure}_trend_each", caption=f"{caption}, by LA and provider",
                columns=TREND, rows=rows, detail=True,
                opens=[self.opening.headline(row) for row in rest],
            )  # fmt: skip

    def case_mix(self) -> Iterator[Table]:
        """Of everybody with numbers; a column a provider where there are few enough for a page."""
        found = self.report["case_mix"]
        caption = "Placements open in the period"
        everybody = [row for row in found if row.get("la") == ALL]
        yield Table(
            id="case_mix", caption=caption, columns=MIX[:5], rows=[_case(r) for r in everybody],
            opens=[self.opening.case(row) for row in everybody],
            empty="No placements were open in this period.",
        )  # fmt: skip
        each = [row for row in found if "provider" in row]
        if self.only or not each:
            return
        names = {row["provider"]: self.name(row) for row in each}
        if len(names) <= ACROSS:
            columns = (*MIX[:2], *(Column(key=k, title=t, kind="rate") for k, t in names.items()))
            shares = {(r["by"], r["case"], r["provider"]): r["share"] for r in each}
            rows = [
                {**_case(row), **{name: shares.get((row["by"], row["case"], name), 0.0)
                                  for name in names}}
                for row in everybody
            ]  # fmt: skip
            opens: dict[tuple[str, str], dict[str, str]] = {}
            for row in each:
                opens.setdefault((row["by"], row["case"]), {}).update(self.opening.case(row))
            yield Table(
                id="case_mix_across", caption=f"{caption}: shares by provider", columns=columns,
                rows=rows,
                opens=[opens.get((row["by"], row["case"]), {}) for row in everybody],
            )  # fmt: skip
        yield Table(
            id="case_mix_each", caption=f"{caption}, by provider", columns=MIX, detail=True,
            rows=[{**_case(row), "title": self.name(row)} for row in each],
            opens=[self.opening.case(row) for row in each],
        )  # fmt: skip

    def keeping(self) -> Table:
        rows = [{**row, "title": self.name(row)} for row in self.report["record_keeping"]]
        return Table(
            id="record_keeping", caption="How the record was kept, by provider", columns=KEEPING,
            rows=rows, opens=[self.opening.keeping(row) for row in self.report["record_keeping"]],
        )  # fmt: skip


def _headline(row: Row, la: str) -> bool:
    return row.get("la") == la and "group" not in row


def _cells(row: Row) -> dict[str, Cell]:
    few = isinstance(row["coverage"], float) and row["coverage"] < FEW
    kept = {name: row[name] for name in ("coverage", *(column.key for column in RATE))}
    excluded = reasons(row["excluded"]) if "excluded" in row else None
    return {**kept, "excluded": excluded, "words": TOO_FEW if few else ""}


def _years(rows: Sequence[Row]) -> list[Mapping[str, Cell]]:
    return [{**_cells(row), "year": year(row)} for row in rows]


def _case(row: Row) -> dict[str, Cell]:
    words = {"by": CASE_MIX[row["by"]], "case": case(row["by"], row["case"])}
    return {**{name: row[name] for name in ("numerator", "denominator", "share")}, **words}


def _by_figure(row: Row) -> tuple[str, bool, bool, str]:
    """By figure; for everybody first, then LAs, then providers."""
    return row["name"], "provider" in row, row.get("la") != ALL, row.get("provider") or row["la"]


def _by_name(row: Row) -> tuple[bool, bool, str, str]:
    return "provider" in row, row.get("la") != ALL, row.get("provider") or row["la"], row["from"]


def year(row: Row) -> str:
    """An academic year as 2024/25, another period by its days."""
    first, last = (date.fromisoformat(row[name]) for name in ("from", "to"))
    if (first.month, first.day, last.month, last.day, last.year) == (9, 1, 8, 31, first.year + 1):
        return f"{first.year}/{last.year % 100:02d}"
    return f"{first} to {last}"
