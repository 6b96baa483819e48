"""The five outcomes from episodes: rows by provider, totals by LA, figures beside them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from operator import itemgetter
from typing import Any

from reports.facts import Facts
from reports.measures import (
    absence,
    attainment,
    attendance,
    case_mix,
    outreach,
    post_16,
    reintegration,
    wellbeing,
)
from reports.measures.episode import (
    EXCLUDED,
    Episode,
    Period,
)  # fmt: skip
from reports.statistics import rate
from reports.tallies import Beside, Tally

DEFINITION = "v1"
MEASURES = (outreach, attendance, reintegration, attainment, post_16)
BESIDE = (absence, wellbeing, case_mix)
PARTS = (*MEASURES, *BESIDE)
ORDER = {part.MEASURE: number for number, part in enumerate(MEASURES)}
ALL = "all"
TOO_FEW = Fraction(8, 10)

Key = tuple[str, str, str | None]  # provider or LA, measure, group
Tallies = Mapping[Key, Tally]


@dataclass(slots=True)
class Book:
    """All tallies of a report as episodes come in.

    ``pairs``, by provider and home LA, count in the rows of both; what a total counts once
    (``Episode.once``) stands in ``rows`` for each provider and in ``totals``.
    """

    pairs: defaultdict[tuple[str, str | None, str, str | None], Tally] = field(
        default_factory=lambda: defaultdict(Tally)
    )
    rows: defaultdict[Key, Tally] = field(default_factory=lambda: defaultdict(Tally))
    totals: defaultdict[Key, Tally] = field(default_factory=lambda: defaultdict(Tally))

    def take(self, episodes: list[Episode]) -> None:
        """One pupil's episodes of one measure. In totals a pupil of O4 and O5 counts once."""
        once = []
        for episode in episodes:
            measure, group = episode.measure, episode.group
            if episode.once is None:
                self.pairs[episode.provider, episode.la, measure, group].add(episode)
            else:
                self.rows[episode.provider, measure, group].add(episode)
                once.append(episode)
        for episode in chosen_once(once):
            for name in (episode.la, ALL):
                if name is not None:
                    self.totals[name, episode.measure, episode.group].add(episode)

    def add(self, other: "Book") -> None:
        """Take over the tallies of a book of other pupils, which is of no use after."""
        _take_over(self.pairs, other.pairs)
        _take_over(self.rows, other.rows)
        _take_over(self.totals, other.totals)

    def by_provider(self) -> Tallies:
        found: defaultdict[Key, Tally] = defaultdict(Tally)
        _merge(found, self.rows)
        for (provider, _la, measure, group), tally in self.pairs.items():
            found[provider, measure, group].merge(tally)
        return found

    def by_la(self) -> Tallies:
        """And all of them, those too whose LA is not known."""
        las: defaultdict[tuple[str | None, str, str | None], Tally] = defaultdict(Tally)
        for (_provider, la, measure, group), tally in self.pairs.items():
            las[la, measure, group].merge(tally)
        found: defaultdict[Key, Tally] = defaultdict(Tally)
        _merge(found, self.totals)
        for (la, measure, group), tally in las.items():
            for name in (la, ALL):
                if name is not None:
                    found[name, measure, group].merge(tally)
        return found


def chosen_once(episodes: Iterable[Episode]) -> list[Episode]:
    """As totals count them: excluded only if excluded at every provider."""
    chosen: dict[str | int, Episode] = {}
    for number, episode in enumerate(episodes):
        key = number if episode.once is None else episode.once
        held = chosen.get(key)
        if held is None or held.place is EXCLUDED:
            chosen[key] = episode
    return list(chosen.values())


def _merge(mine: defaultdict[Any, Tally], theirs: Mapping[Any, Tally]) -> None:
    for key, tally in theirs.items():
        mine[key].merge(tally)


def _take_over(mine: dict[Any, Tally], theirs: Mapping[Any, Tally]) -> None:
    for key, tally in theirs.items():
        if key in mine:
            mine[key].merge(tally)
        else:
            mine[key] = tally


def collect(
    pupils: Iterable[Facts], period: Period, *, provider: str | None = None, la: str | None = None
) -> Book:
    """Every pupil's episodes, kept to one provider or one LA where asked."""
    (book,) = collect_each(pupils, [period], provider=provider, la=la)
    return book


def collect_each(
    pupils: Iterable[Facts], periods: Sequence[Period], *, provider: str | None, la: str | None
) -> list[Book]:
    """A book of each period, from one look at every pupil."""
    books = [Book() for _ in periods]
    for facts in pupils:
        for book, period in zip(books, periods, strict=True):
            for part in PARTS:
                found = [
                    episode
                    for episode in part.episodes(facts, period)
                    if (provider is None or episode.provider == provider)
                    and (la is None or episode.la == la)
                ]
                if found:
                    book.take(found)
    return books


def report(book: Book, period: Period, *, known_by: str, ledger: tuple[int, str]) -> dict[str, Any]:
    """The report as contract section 6 writes it."""
    size, root = ledger
    providers, las = book.by_provider(), book.by_la()
    return {
        "definition": DEFINITION,
        "from": period.from_on.isoformat(),
        "to": period.to_on.isoformat(),
        "known_by": known_by,
        "ledger": {"size": size, "root": root},
        **_headlines(providers, las),
        "secondary": [*_secondary("provider", providers), *_secondary("la", las)],
        "wellbeing": [*_wellbeing("provider", providers), *_wellbeing("la", las)],
        "case_mix": [*_case_mix("provider", providers), *_case_mix("la", las)],
        "ended_error": dict(_ended_in_error(providers)),
    }


def headlines(book: Book) -> dict[str, Any]:
    """Of its ``rows`` (providers) and ``totals`` (LAs and all)."""
    return _headlines(book.by_provider(), book.by_la())


def _headlines(providers: Tallies, las: Tallies) -> dict[str, Any]:
    return {"rows": list(_rows("provider", providers)), "totals": list(_rows("la", las))}


def _in_order(tallies: Iterable[Key]) -> list[Key]:
    """By provider or LA, all of them last; measures in their order."""
    return sorted(tallies, key=lambda key: (key[0] == ALL, key[0], ORDER[key[1]], key[2] or ""))


def _rows(kind: str, tallies: Tallies) -> Iterator[dict[str, Any]]:
    """A group's row stands after its headline, also where that counts nothing."""
    counted = {key: tally for key, tally in tallies.items() if tally.places}
    for name, measure, group in list(counted):
        if group is not None:
            counted.setdefault((name, measure, None), Tally())
    for name, measure, group in _in_order(counted):
        yield {
            kind: name,
            "measure": measure,
            **({"group": group} if group else {}),
            **counted[name, measure, group].row(measure),
        }


def _secondary(kind: str, tallies: Tallies) -> Iterator[dict[str, Any]]:
    measured = [key for key in tallies if key[1] in ORDER]
    for key in _in_order(measured):
        name, measure, _ = key
        for figure, beside in _figures(kind, tallies[key]):
            yield {kind: name, "measure": measure, "name": figure, **beside.row()}


def _wellbeing(kind: str, tallies: Tallies) -> Iterator[dict[str, Any]]:
    """Beside the five, not a sixth: in a table of its own."""
    measured = [key for key in tallies if key[1] == wellbeing.MEASURE]
    for key in sorted(measured, key=lambda key: (key[0] == ALL, key[0])):
        for figure, beside in _figures(kind, tallies[key]):
            yield {kind: key[0], "name": figure, **beside.row()}


def _case_mix(kind: str, tallies: Tallies) -> Iterator[dict[str, Any]]:
    """Shares of the placements that were open in the period, by what they have in common."""
    for key in _of_case_mix(tallies):
        beside = tallies[key].beside()
        counts = {name: beside[name].achieved for name in beside if name != case_mix.ERRORS}
        for name, count in sorted(counts.items(), key=_in_case_mix):
            by, _, value = name.partition(":")
            whole = sum(n for other, n in counts.items() if other.startswith(f"{by}:"))
            yield {
                kind: key[0], "by": by, "case": value, "numerator": count, "denominator": whole,
                "share": rate(count, whole),
            }  # fmt: skip


def _in_case_mix(counted: tuple[str, int]) -> tuple[int, int, str]:
    """Year groups as numbers, lengths from the shortest."""
    by, _, value = counted[0].partition(":")
    lengths = [words for _, words in case_mix.LENGTHS]
    place = int(value) if value.isdigit() else -lengths.index(value) if value in lengths else -99
    return case_mix.KINDS.index(by), place, value


def _of_case_mix(tallies: Tallies) -> list[Key]:
    measured = [key for key in tallies if key[1] == case_mix.MEASURE]
    return sorted(measured, key=lambda key: (key[0] == ALL, key[0]))


def _ended_in_error(providers: Tallies) -> Iterator[tuple[str, int]]:
    for key in _of_case_mix(providers):
        beside = providers[key].beside()
        if case_mix.ERRORS in beside:
            yield key[0], beside[case_mix.ERRORS].achieved


def _figures(kind: str, tally: Tally) -> Iterator[tuple[str, Beside]]:
    """By name; some are of providers only."""
    for figure, beside in sorted(tally.beside().items(), key=itemgetter(0)):
        if kind == "provider" or beside.in_totals:
            yield figure, beside
