"""The counts of an outcome report as cells, and what is known to hold between them.

Some figures are the same number under two names, others add up to one or are part of one: all of
that helps whoever would work out what is kept back, and so is written down here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reports.publishing.marks import LEAST, is_few, limit
from reports.publishing.same_numbers import SAME, SUMS, WITHIN
from reports.publishing.suppression import Equation, Key, Limit, Tables

Row = Mapping[str, Any]
Place = tuple[str, str]  # ("provider", its id) or ("la", its code or all)
ALL: Place = ("la", "all")
COUNTS = ("numerator", "denominator", "pending", "unknown")
# Sessions of which each pupil has many: how many of these there are says nothing of how few pupils.
_SESSIONS = (
    "overall_absence.numerator", "overall_absence.denominator",
    "authorised_absence.numerator", "unauthorised_absence.numerator",
)  # fmt: skip


def key(place: Place, measure: str, group: str | None, name: str) -> Key:
    return (place, measure, group, name)


def part_of(measure: str, figure: str, part: str) -> str:
    """The name of a secondary figure's number, by the one under which it stands."""
    if part == "denominator":
        return SAME.get((measure, figure), f"{figure}.denominator")
    return f"{figure}.{part}"


def place_of(row: Row) -> Place:
    return ("provider", row["provider"]) if "provider" in row else ("la", row["la"])


@dataclass(kw_only=True)
class Cells:
    """All counts of one report."""

    values: dict[Key, int] = field(default_factory=dict)
    never: set[Key] = field(default_factory=set)
    guarded: set[Key] = field(default_factory=set)
    withheld: set[Key] = field(default_factory=set)
    limits: dict[Key, Limit] = field(default_factory=dict)
    equations: list[Equation] = field(default_factory=list)

    @classmethod
    def of(cls, report: Mapping[str, Any], means: Mapping[Key, int]) -> "Cells":
        """``means``: of how many each is."""
        made = cls()
        for row in (*report["rows"], *report["totals"]):
            made._headline(row)
        for measure_of, rows in (
            (lambda row: row["measure"], report["secondary"]),
            (lambda _row: "wellbeing", report["wellbeing"]),
        ):
            for row in rows:
                made._figure(row, measure_of(row))
        made._within_rows()
        made._sessions_of_few()
        made._means(means)
        made._medical()
        made._case_mix(report["case_mix"])
        made._columns()
        return made

    def tables(self) -> Tables:
        return Tables(
            values=self.values, equations=self.equations, never=frozenset(self.never),
            guarded=frozenset(self.guarded), withheld=frozenset(self.withheld), limits=self.limits,
        )  # fmt: skip

    def _headline(self, row: Row) -> None:
        place, measure, group = place_of(row), row["measure"], row.get("group")
        for name in COUNTS:
            self.values[key(place, measure, group, name)] = row[name]
        for reason, count in row["excluded"].items():
            self.values[key(place, measure, group, f"excluded:{reason}")] = count
        self._rest(place, measure, group, "denominator", "numerator", "failed")
        told = limit(
            measure, denominator=row["denominator"], few=is_few(row["coverage"]),
            told_by=tuple(key(place, measure, group, one) for one in COUNTS[:2]),
        )  # fmt: skip
        if told is not None:
            self.limits[key(place, measure, group, "unknown")] = told

    def _figure(self, row: Row, measure: str) -> None:
        """Medians, which do not add up, are shown where they are of ten or more."""
        place, name = place_of(row), row["name"]
        if "denominator" in row:
            whole, some = (part_of(measure, name, p) for p in ("denominator", "numerator"))
            self.values[key(place, measure, None, whole)] = row["denominator"]
            self.values[key(place, measure, None, some)] = row["numerator"]
            self._rest(place, measure, None, whole, some, f"{name}.rest")
        elif isinstance(row["value"], int):
            self.values[key(place, measure, None, name)] = row["value"]

    def _rest(
        self, place: Place, measure: str, group: str | None, whole: str, some: str, rest: str
    ) -> None:
        """Of whom it is not true: never published, but whole less some."""
        keys = [key(place, measure, group, name) for name in (whole, some, rest)]
        self.values[keys[2]] = self.values[keys[0]] - self.values[keys[1]]
        self.never.add(keys[2])
        self.guarded.add(keys[2])
        self.equations.append(Equation(total=keys[0], parts=(keys[1], keys[2])))

    def _within_rows(self) -> None:
        rows: defaultdict[tuple[Any, ...], list[str]] = defaultdict(list)
        for *row, name in self.values:
            rows[tuple(row)].append(name)
        for (place, measure, group), names in sorted(rows.items(), key=repr):
            self._within_row(place, measure, group)
            self._where_pupils_went({name: key(place, measure, group, name) for name in names})

    def _within_row(self, place: Place, measure: str, group: str | None) -> None:
        def of(name: str) -> Key:
            return key(place, measure, group, name)

        for total, parts in SUMS.get(measure, ()):
            there = tuple(of(part) for part in parts if of(part) in self.values)
            if of(total) in self.values and self._sum(there) == self.values[of(total)]:
                self.equations.append(Equation(total=of(total), parts=there))
        for greater, lesser in WITHIN.get(measure, ()):
            if of(greater) in self.values and of(lesser) in self.values:
                slack = of(f"{greater} less {lesser}")
                self.values[slack] = self.values[of(greater)] - self.values[of(lesser)]
                self.never.add(slack)
                self.equations.append(Equation(total=of(greater), parts=(of(lesser), slack)))

    def _where_pupils_went(self, names: Mapping[str, Key]) -> None:
        """Ends add up to everybody looked at, those who did not return to the rest of returned.

        ``names``: the cells of one row.
        """
        went = tuple(k for name, k in names.items() if name.startswith("went_"))
        missed = tuple(k for name, k in names.items() if name.startswith("not_returned_"))
        if missed and "returned.rest" in names:
            self.equations.append(Equation(total=names["returned.rest"], parts=missed))
        if went:
            everybody = (*went[0][:3], "everybody")
            looked_at = tuple(
                k for name, k in names.items()
                if name in {"denominator", "pending", "unknown"} or name.startswith("excluded:")
            )  # fmt: skip
            self.values[everybody] = self._sum(went)
            self.never.add(everybody)
            self.equations.append(Equation(total=everybody, parts=went))
            self.equations.append(Equation(total=everybody, parts=looked_at))

    def _sessions_of_few(self) -> None:
        """One pupil's attendance would be told by what a provider of one pupil has together."""
        for place, measure, group, name in list(self.values):
            pupils = self.values[place, measure, group, name]
            if name == "persistent_absence.denominator" and 0 < pupils < LEAST:
                theirs = (key(place, measure, group, one) for one in _SESSIONS)
                self.withheld |= {one for one in theirs if one in self.values}

    def _means(self, means: Mapping[Key, int]) -> None:
        """Each times its number adds up as these numbers do: two unknown ones hide each other.

        A cell has that number for its value, so that the mean of the fewest is kept back first.
        """
        self.values |= means
        self.withheld |= {one for one, pupils in means.items() if 0 < pupils < LEAST}

    def _medical(self) -> None:
        """Everybody in the rows of the medical is the headline's exclusion of that name."""
        groups: defaultdict[Place, list[Key]] = defaultdict(list)
        for one in self.values:
            place, measure, group, name = one
            counted = name in {"denominator", "pending", "unknown"} or name.startswith("excluded:")
            if (measure, group) == ("attendance", "medical") and counted:
                groups[place].append(one)
        for place, parts in groups.items():
            total = key(place, "attendance", None, "excluded:medical")
            if self.values.get(total) == self._sum(parts):
                self.equations.append(Equation(total=total, parts=tuple(parts)))

    def _case_mix(self, rows: list[Row]) -> None:
        """Only of LAs and of all; whatever they have in common adds up to all placements."""
        by: defaultdict[tuple[Place, str], list[Key]] = defaultdict(list)
        for row in rows:
            place = place_of(row)
            if place[0] == "la":
                one = key(place, "case_mix", None, f"{row['by']}:{row['case']}")
                self.values[one] = row["numerator"]
                self.values[key(place, "case_mix", None, "placements")] = row["denominator"]
                by[place, row["by"]].append(one)
        for (place, _), parts in by.items():
            total = key(place, "case_mix", None, "placements")
            self.equations.append(Equation(total=total, parts=tuple(parts)))

    def _columns(self) -> None:
        """All providers, and all LAs, add up to all.

        How many count at two providers is taken to be known; how many are of no LA is not, where
        there are any.
        """
        columns: defaultdict[tuple[Any, ...], dict[str, list[Key]]] = defaultdict(
            lambda: {"provider": [], "la": []}
        )
        for one in self.values:
            place, *column = one
            if place != ALL:
                columns[tuple(column)][place[0]].append(one)
        for common, sides in columns.items():
            whole: Key = (ALL, *common)
            for side, parts in sides.items():
                if not parts or whole not in self.values or whole in self.never:
                    continue
                elsewhere = self.values[whole] - self._sum(parts)
                if side == "la" and elsewhere > 0:
                    parts.append(("nowhere", *common))
                    self.values[parts[-1]] = elsewhere
                    self.never.add(parts[-1])
                self.equations.append(Equation(total=whole, parts=tuple(parts)))

    def _sum(self, keys: Iterable[Key]) -> int:
        return sum(self.values[one] for one in keys)
