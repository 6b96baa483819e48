"""The report: rows, totals and secondary figures, in the order of the contract."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from tests.reports.oracle import attainment, attendance, outreach, post_16, reintegration, wellbeing
from tests.reports.oracle.days import london_date
from tests.reports.oracle.facts import Facts
from tests.reports.oracle.leavers import Leaver, leaver
from tests.reports.oracle.numbers import row
from tests.reports.oracle.pupils import Period, Pupil, Result
from tests.reports.oracle.secondary import KNOWN, Figure, Parts, figures, of_leaver, shown
from tests.reports.oracle.story import stories

MEASURES = ("outreach", "attendance", "reintegration", "attainment", "post_16")
Key = tuple[str, int, str | None]  # provider or LA; the place of the measure; group


@dataclass(frozen=True, kw_only=True)
class Asked:
    """``provider`` and ``la`` narrow everything, totals too, to such episodes."""

    first: date
    last: date
    known_by: datetime
    provider: str | None = None
    la: str | None = None

    def wants(self, provider: str, la: str | None) -> bool:
        return self.provider in {None, provider} and self.la in {None, la}


class Book:
    """Outcomes of episodes under each row's key."""

    def __init__(self) -> None:
        self.rows: dict[Key, list[str]] = {}
        self.totals: dict[Key, list[str]] = {}
        self.no_status: dict[str, int] = {}
        self.beside: dict[tuple[bool, bool, str, int, str], Parts] = {}
        self.wellbeing: dict[tuple[bool, bool, str, str], Parts] = {}

    def note(self, result: Result, measure: int) -> None:
        self.rows.setdefault((result.provider, measure, result.group), []).append(result.outcome)
        self.note_total(result.la, measure, result.outcome, group=result.group)

    def note_total(
        self, la: str | None, measure: int, outcome: str, *, group: str | None = None
    ) -> None:
        for name in (la, "all"):
            if name is not None:
                self.totals.setdefault((name, measure, group), []).append(outcome)

    def note_figure(self, figure: Figure, *, providers: tuple[str, ...] = ()) -> None:
        """At the provider (or each of those that count a leaver), once in the LA, once in all."""
        measure = MEASURES.index(figure.measure)
        for total, name in _whose(figure, providers):
            key = (total, total and name == "all", name, measure, figure.name)
            self.beside.setdefault(key, Parts()).add(figure)

    def note_wellbeing(self, figure: Figure) -> None:
        for total, name in _whose(figure):
            key = (total, total and name == "all", name, figure.name)
            self.wellbeing.setdefault(key, Parts()).add(figure)

    def note_no_status(self, *names: str | None) -> None:
        for name in names:
            if name is not None:
                self.no_status[name] = self.no_status.get(name, 0) + 1


def _whose(figure: Figure, providers: tuple[str, ...] = ()) -> list[tuple[bool, str]]:
    names = [(False, name) for name in providers or (figure.provider,)]
    if figure.in_totals:
        names += [(True, name) for name in (figure.la, "all") if name is not None]
    return names


def report(facts: Facts, asked: Asked) -> dict[str, Any]:
    facts = facts.known_by(asked.known_by)
    period = Period(first=asked.first, last=asked.last, today=london_date(asked.known_by))
    pupils = [Pupil(facts, story) for story in stories(facts)]
    book = Book()
    for pupil in pupils:
        _note(book, pupil, period, asked)
    return {
        "definition": "v1",
        "from": asked.first.isoformat(),
        "to": asked.last.isoformat(),
        "known_by": asked.known_by.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "rows": list(_rows(book, book.rows, "provider")),
        "totals": list(_rows(book, book.totals, "la")),
        "secondary": list(_secondary(book)),
        "wellbeing": list(_wellbeing(book)),
    }


def _note(book: Book, pupil: Pupil, period: Period, asked: Asked) -> None:
    for measure, of in enumerate((outreach, attendance, reintegration)):
        for result in of.results(pupil, period):
            if asked.wants(result.provider, result.la):
                book.note(result, measure)
    for figure in figures(pupil, period):
        if asked.wants(figure.provider, figure.la):
            book.note_figure(figure)
    for figure in wellbeing.figures(pupil, period):
        if asked.wants(figure.provider, figure.la):
            book.note_wellbeing(figure)
    found = leaver(pupil, period)
    if found is not None:
        providers = [name for name in found.providers if asked.wants(name, found.la)]
        if providers:
            _note_leaver(book, found, providers, today=period.today)


def _note_leaver(book: Book, found: Leaver, providers: list[str], *, today: date) -> None:
    for measure, of in ((3, attainment), (4, post_16)):
        outcome = of.outcome(found, today)
        for provider in providers:
            book.rows.setdefault((provider, measure, None), []).append(outcome)
        book.note_total(found.la, measure, outcome)
        if measure == 4 and outcome in {"success", "failed"} and post_16.nothing_known(found):
            book.note_no_status(*providers, found.la, "all")
    for name, figure, share in of_leaver(found, today):
        one = Figure(measure=name, name=figure, provider="", la=found.la, share=share)
        book.note_figure(one, providers=tuple(providers))
    if attainment.outcome(found, today) in KNOWN:
        everywhere = sum(found.sessions.values())
        for provider in providers:
            share = (found.sessions.get(provider, 0), everywhere)
            book.note_figure(
                Figure(measure="attainment", name="share", provider=provider, la=found.la,
                       share=share, in_totals=False)
            )  # fmt: skip


def _rows(book: Book, of: dict[Key, list[str]], name: str) -> Iterator[dict[str, Any]]:
    """Sorted; ``all`` last; the medical directly after the headline."""
    for key in sorted(of, key=lambda k: (k[0] == "all", k[0], k[1], k[2] or "")):
        who, measure, group = key
        yield {
            name: who,
            "measure": MEASURES[measure],
            **({"group": group} if group else {}),
            **row(of[key], post_16=measure == 4, unknown=book.no_status.get(who, 0)),
        }


def _secondary(book: Book) -> Iterator[dict[str, Any]]:
    for key in sorted(book.beside):
        total, _, who, measure, name = key
        yield {
            "la" if total else "provider": who,
            "measure": MEASURES[measure],
            "name": name,
            **shown(name, book.beside[key]),
        }


def _wellbeing(book: Book) -> Iterator[dict[str, Any]]:
    for key in sorted(book.wellbeing):
        total, _, who, name = key
        yield {
            "la" if total else "provider": who, "name": name,
            **shown("mean_change", book.wellbeing[key]),
        }  # fmt: skip
