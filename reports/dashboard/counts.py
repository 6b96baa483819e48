"""The counts of a dashboard as cells, and what is known to hold between them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reports.dashboard.measures import MEASURES, OF_ROLL
from reports.publishing.marks import LEAST
from reports.publishing.suppression import Equation, Key, Tables

Row = Mapping[str, Any]
Place = tuple[str, str]
ALL: Place = ("all", "all")
BESIDE = "without_headcount"
COUNTS = ("numerator", "denominator", "count", BESIDE)
KNOWN, NOT_SAID = "known", "not said"  # of a group: of all its values together, and of none
# Of the measure the same number as another's.
_SAME: Mapping[tuple[str, str], tuple[str, str]] = {
    **{(name, "denominator"): ("roll", "denominator") for name in OF_ROLL},
    ("severe_absence", "denominator"): ("persistent_absence", "denominator"),
}
_REST: Mapping[str, tuple[str, str]] = {"sixth_day_on_time": ("sixth_day_breach", "count")}
# greater, lesser: the one is part of the other
_WITHIN = (("persistent_absence", "severe_absence"), ("suspensions", "pupils_suspended"))


def place_of(row: Row) -> Place:
    return (row["area"], row["code"]) if "area" in row else (row["by"], row["value"])


@dataclass(kw_only=True)
class Counts:
    """All counts of all, of LAs and of groups. ``keys``: by place, measure and column."""

    values: dict[Key, int] = field(default_factory=dict)
    keys: dict[Key, Key] = field(default_factory=dict)
    never: set[Key] = field(default_factory=set)
    withheld: set[Key] = field(default_factory=set)
    equations: list[Equation] = field(default_factory=list)

    @classmethod
    def of(cls, rows: Sequence[Row], groups: Sequence[Row]) -> "Counts":
        made = cls()
        pupils = {
            place_of(row): row["denominator"] for row in rows
            if row["measure"] == "persistent_absence"
        }  # fmt: skip
        for row in (*rows, *groups):
            made._take(row, pupils.get(place_of(row), 0))
        made._columns(rows, groups)
        for place, measure in {one[:2]: None for one in made.keys}:
            made._rest(place, measure)
        for place in {one[0]: None for one in made.keys}:
            made._within(place)
        return made

    def tables(self) -> Tables:
        return Tables(
            values=self.values, equations=self.equations, never=frozenset(self.never),
            guarded=frozenset(key for key in self.never if key[-1] != "less"),
            withheld=frozenset(self.withheld),
        )  # fmt: skip

    def _take(self, row: Row, pupils: int) -> None:
        """A row of a few is kept back whole, but for noughts; of sessions the few are pupils."""
        sessions = MEASURES[row["measure"]].sort == "sessions"
        few = (pupils if sessions else row.get("denominator", row.get("count", 0))) < LEAST
        for name in COUNTS:
            if name in row:
                key = self._add(place_of(row), row["measure"], name, row[name])
                if few and (row[name] or sessions):
                    self.withheld.add(key)

    def _add(self, place: Place, measure: str, name: str, value: int) -> Key:
        """Under the name that it shares with other measures, where it is the same number."""
        shared = (place, *_SAME.get((measure, name), (measure, name)))
        same = self.values.get(shared, value) == value
        key: Key = shared if same else (place, measure, name)
        self.keys[place, measure, name] = key
        self.values[key] = value
        return key

    def _columns(self, rows: Sequence[Row], groups: Sequence[Row]) -> None:
        """All LAs add up to all, and so do all values of a group, but for who is of none."""
        sides: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in (*rows, *groups):
            if place_of(row) != ALL:
                sides[row["measure"], place_of(row)[0]].append(row)
        for (measure, side), parts in sides.items():
            there = [
                name for name in COUNTS
                if (ALL, measure, name) in self.keys and all(name in row for row in parts)
            ]  # fmt: skip
            sums = {name: sum(row[name] for row in parts) for name in there}
            left = {name: self._value(ALL, measure, name) - sums[name] for name in there}
            for name in there:
                terms = [self.keys[place_of(row), measure, name] for row in parts]
                if side != "la":  # relative rates tell what all that is said comes to
                    known = self._add((side, KNOWN), measure, name, sums[name])
                    self._equal(known, terms)
                    terms = [known]
                if max(left.values()) > 0 and min(left.values()) >= 0:
                    terms.append(self._add((side, NOT_SAID), measure, name, left[name]))
                    self.never.add(terms[-1])
                self._equal(self.keys[ALL, measure, name], terms)

    def _rest(self, place: Place, measure: str) -> None:
        """Of whom it is not true: whole less some. Late is who was not on time."""
        if MEASURES[measure].sort in {"rate", "days"}:
            return
        if not self._there(place, measure, "numerator", "denominator"):
            return
        whole, some = (self.keys[place, measure, n] for n in ("denominator", "numerator"))
        rest = self.values[whole] - self.values[some]
        key = self.keys.get((place, *_REST.get(measure, (measure, "rest"))))
        if key is None or self.values[key] != rest:
            key = (place, measure, "rest")
            self.never.add(key)
        if rest >= 0:
            self.values[key] = rest
            self._equal(whole, [some, key])

    def _within(self, place: Place) -> None:
        for greater, lesser in _WITHIN:
            if self._there(place, greater, "numerator") and self._there(place, lesser, "numerator"):
                more, less = (self.keys[place, one, "numerator"] for one in (greater, lesser))
                slack: Key = (place, greater, "less")
                if self.values[more] >= self.values[less]:
                    self.values[slack] = self.values[more] - self.values[less]
                    self.never.add(slack)
                    self._equal(more, [less, slack])

    def _there(self, place: Place, measure: str, *names: str) -> bool:
        return all((place, measure, name) in self.keys for name in names)

    def _value(self, place: Place, measure: str, name: str) -> int:
        return self.values[self.keys[place, measure, name]]

    def _equal(self, total: Key, parts: Iterable[Key]) -> None:
        found = tuple(parts)
        if found != (total,):
            self.equations.append(Equation(total=total, parts=found))


def counts_in(row: Row) -> Iterator[str]:
    return (name for name in COUNTS if name in row)
