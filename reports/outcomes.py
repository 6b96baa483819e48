"""The five outcomes from episodes: rows by provider, totals by LA, figures beside them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from reports.facts import Facts
from reports.measures import (
    absence,
    attainment,
    attendance,
    outreach,
    post_16,
    reintegration,
    wellbeing,
)
from reports.measures.episode import Count, Episode, Number, Part, Period, Place, Yes
from reports.statistics import Ratio, half_up, mean, median, rate, wilson

DEFINITION = "v1"
MEASURES = (outreach, attendance, reintegration, attainment, post_16)
BESIDE = (absence, wellbeing)
ORDER = {part.MEASURE: number for number, part in enumerate(MEASURES)}
ALL = "all"
TOO_FEW = Fraction(8, 10)


@dataclass(slots=True)
class Tally:
    """What a row counts."""

    places: Counter[Place] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    unknown_within: int = 0

    def add(self, episode: Episode) -> None:
        assert episode.place is not None
        self.places[episode.place] += 1
        if episode.place is Place.EXCLUDED and episode.reason:
            self.reasons[episode.reason] += 1
        self.unknown_within += episode.counts_unknown

    def merge(self, other: "Tally") -> None:
        self.places += other.places
        self.reasons += other.reasons
        self.unknown_within += other.unknown_within

    def row(self, measure: str) -> dict[str, Any]:
        numerator = self.places[Place.SUCCESS]
        denominator = numerator + self.places[Place.FAILED]
        within = measure == post_16.MEASURE
        unknown = self.unknown_within if within else self.places[Place.UNKNOWN]
        low, high = wilson(numerator, denominator)
        return {
            "numerator": numerator,
            "denominator": denominator,
            "pending": self.places[Place.PENDING],
            "unknown": unknown,
            "excluded": dict(sorted(self.reasons.items())),
            "coverage": _coverage(denominator, unknown, within=within),
            "rate": rate(numerator, denominator),
            "low": low,
            "high": high,
        }


def _coverage(denominator: int, unknown: int, *, within: bool) -> float | None:
    whole = denominator if within else denominator + unknown
    known = denominator - unknown if within else denominator
    return half_up(Fraction(known, whole), 3) if whole else None


@dataclass(slots=True)
class Beside:
    """The parts of one secondary figure."""

    achieved: int = 0
    pupils: int = 0
    values: Counter[Ratio] = field(default_factory=Counter)
    summary: str = ""

    def merge(self, other: "Beside") -> None:
        self.summary = other.summary
        self.achieved += other.achieved
        self.pupils += other.pupils
        self.values += other.values

    def row(self) -> dict[str, Any]:
        if self.summary == "count":
            return {"value": self.achieved}
        if self.summary == "share":
            return {
                "numerator": self.achieved,
                "denominator": self.pupils,
                "value": rate(self.achieved, self.pupils),
            }
        summarise = mean if self.summary == "mean" else median
        return {"value": half_up(summarise(self.values), 1)}


Key = tuple[str, str, str | None]  # provider or LA, measure, group


@dataclass(slots=True)
class Book:
    """All tallies of a report as episodes come in."""

    rows: defaultdict[Key, Tally] = field(default_factory=lambda: defaultdict(Tally))
    totals: defaultdict[Key, Tally] = field(default_factory=lambda: defaultdict(Tally))
    beside: defaultdict[tuple[str, str, str, str], Beside] = field(
        default_factory=lambda: defaultdict(Beside)
    )

    def take(self, episodes: list[Episode]) -> None:
        """One pupil's episodes of one measure. In totals a pupil of O4 and O5 counts once."""
        for episode in episodes:
            if episode.place is not None:
                self.rows[episode.provider, episode.measure, episode.group].add(episode)
            self._secondary("provider", episode.provider, episode)
        for episode in _once(episodes):
            for la in (episode.la, ALL):
                if la is None:
                    continue
                if episode.place is not None:
                    self.totals[la, episode.measure, episode.group].add(episode)
                self._secondary("la", la, episode)

    def add(self, other: "Book") -> None:
        """Take in a book of other pupils."""
        for mine, theirs in ((self.rows, other.rows), (self.totals, other.totals)):
            for key, tally in theirs.items():
                mine[key].merge(tally)
        for name, beside in other.beside.items():
            self.beside[name].merge(beside)

    def _secondary(self, kind: str, name: str, episode: Episode) -> None:
        if episode.group is not None:
            return
        for part in episode.secondary:
            if isinstance(part, Part) and kind == "la" and not part.in_totals:
                continue
            beside = self.beside[kind, name, episode.measure, part.name]
            match part:
                case Yes(achieved=achieved):
                    beside.summary = "share"
                    beside.achieved += achieved
                    beside.pupils += 1
                case Part(numerator=numerator, denominator=denominator):
                    beside.summary = "share"
                    beside.achieved += numerator
                    beside.pupils += denominator
                case Number(value=value, summary=summary):
                    beside.summary = summary
                    beside.values[value.as_integer_ratio()] += 1
                case Count(number=number):
                    beside.summary = "count"
                    beside.achieved += number


def _once(episodes: list[Episode]) -> Iterator[Episode]:
    """Excluded only if excluded at every provider that counts the pupil."""
    chosen: dict[str, Episode] = {}
    for episode in episodes:
        if episode.once is None:
            yield episode
            continue
        held = chosen.get(episode.once)
        if held is None or held.place is Place.EXCLUDED:
            chosen[episode.once] = episode
    yield from chosen.values()


def collect(
    pupils: Iterable[Facts], period: Period, *, provider: str | None = None, la: str | None = None
) -> Book:
    """Every pupil's episodes, kept to one provider or one LA where asked."""
    book = Book()
    for facts in pupils:
        for part in (*MEASURES, *BESIDE):
            found = [
                episode
                for episode in part.episodes(facts, period)
                if (provider is None or episode.provider == provider)
                and (la is None or episode.la == la)
            ]
            if found:
                book.take(found)
    return book


def report(book: Book, period: Period, *, known_by: str, ledger: tuple[int, str]) -> dict[str, Any]:
    """The report as contract section 6 writes it."""
    size, root = ledger
    return {
        "definition": DEFINITION,
        "from": period.from_on.isoformat(),
        "to": period.to_on.isoformat(),
        "known_by": known_by,
        "ledger": {"size": size, "root": root},
        "rows": list(_rows("provider", _with_headlines(book.rows))),
        "totals": list(_rows("la", _with_headlines(book.totals))),
        "secondary": list(_secondary(book)),
        "wellbeing": list(_wellbeing(book)),
    }


def _with_headlines(tallies: Mapping[Key, Tally]) -> dict[Key, Tally]:
    """A group's row stands after its headline, also where that counts nothing."""
    found = dict(tallies)
    for name, measure, group in tallies:
        if group is not None:
            found.setdefault((name, measure, None), Tally())
    return found


def _rows(kind: str, tallies: Mapping[Key, Tally]) -> Iterator[dict[str, Any]]:
    def order(key: Key) -> tuple[bool, str, int, str]:
        name, measure, group = key
        return kind == "la" and name == ALL, name, ORDER[measure], group or ""

    for key in sorted(tallies, key=order):
        name, measure, group = key
        yield {
            kind: name,
            "measure": measure,
            **({"group": group} if group else {}),
            **tallies[key].row(measure),
        }


def _secondary(book: Book) -> Iterator[dict[str, Any]]:
    measured = [key for key in book.beside if key[2] in ORDER]
    for key in sorted(measured, key=lambda key: (*_place(key), ORDER[key[2]], key[3])):
        kind, name, measure, figure = key
        yield {kind: name, "measure": measure, "name": figure, **book.beside[key].row()}


def _wellbeing(book: Book) -> Iterator[dict[str, Any]]:
    """Beside the five, not a sixth: in a table of its own."""
    measured = [key for key in book.beside if key[2] == wellbeing.MEASURE]
    for key in sorted(measured, key=lambda key: (*_place(key), key[3])):
        kind, name, _, figure = key
        yield {kind: name, "name": figure, **book.beside[key].row()}


def _place(key: tuple[str, str, str, str]) -> tuple[bool, bool, str]:
    """Providers before LAs, and all of them last."""
    kind, name, *_ = key
    return kind == "la", kind == "la" and name == ALL, name
