"""The inclusion dashboard from the registry: the same bytes for the same ``known_by``."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from typing import Any

from ap_registry.calendar import london_today
from ap_registry.instants import instant
from ap_registry.registry import Registry
from ap_registry.store import log
from ap_registry.store.confirmations import each_confirmed
from ap_registry.store.database import Connection
from reports.confirmed import BEFORE_THE_END
from reports.dashboard.areas import ALL, Areas, areas
from reports.dashboard.document import document
from reports.dashboard.excluding import excluding
from reports.dashboard.headcounts import headcounts
from reports.dashboard.owing import owing
from reports.dashboard.partners import partners
from reports.dashboard.placed import placed
from reports.dashboard.published import published
from reports.dashboard.rows import area_rows, group_rows
from reports.dashboard.seen import See, Seen, Span
from reports.dashboard.tally import Book, Tally
from reports.dashboard.waiting import waiting
from reports.facts import Facts
from reports.kind import Asked, Made
from reports.lives import DASHBOARD, lives, pupils_near
from reports.scope import period_of

DEFINITION = "v1"
SEE: tuple[See, ...] = (excluding, placed, waiting, owing, partners)


def read(registry: Registry, asked: Asked) -> Made:
    """As ``reports.kinds`` asks for it; no period is the last academic year that is over.

    Of one ICB small numbers are always hidden: health partners read it.
    """
    from_on, to_on = period_of(asked["from"], asked["to"], registry.today())
    with registry.database.connection() as connection:
        at = registry.closed(connection, asked["known_by"])
    today = london_today(at)
    span = Span(first=from_on, last=min(to_on, today), today=today)
    narrowed = {name: asked[name] for name in ("la", "trust", "icb")}
    with registry.database.snapshot() as connection:
        size, root = log.ledger_at(connection, at)
        within = areas(connection, at, **narrowed)
        found: dict[str, Any] = {
            "definition": DEFINITION,
            "from": from_on.isoformat(),
            "to": to_on.isoformat(),
            "known_by": instant(at),
            "ledger": {"size": size, "root": root},
            **narrowed,
        }
        book = _counted(connection, at, span, within)
        _confirm(connection, book, at, since=to_on - BEFORE_THE_END)
    rows, groups = area_rows(book), group_rows(book)
    hides = bool(asked["publish"] or asked["icb"])
    if hides:
        rows, groups = published(rows, groups)
    found |= {"published": hides, "rows": rows, "groups": groups}
    said = {
        "definition": DEFINITION,
        "period": {"from": found["from"], "to": found["to"]},
        "known_by": found["known_by"],
        **narrowed,
        "published": hides,
        "ledger": found["ledger"],
    }
    return Made(object=found, document=partial(document, found, within), said=said)


def _counted(connection: Connection, at: datetime, span: Span, within: Areas) -> Book:
    pupils = None
    if within.narrow:
        pupils = pupils_near(connection, at, las=within.las(), organisations=within.schools())
    book = Book(within=within, headcounts=headcounts(connection, at, span.last))
    was_placed = partial(_placed, span=span)
    for facts in lives(connection, at, pupils, DASHBOARD, was_placed):
        book.take(_seen(facts, span))
    return book


def _placed(facts: Facts, span: Span) -> bool:
    return any(span.meets(one.starts_on, one.ended_on) for one in facts.placements)


def _seen(facts: Facts, span: Span) -> Iterator[Seen]:
    for see in SEE:
        yield from see(facts, span)


def _confirm(connection: Connection, book: Book, at: datetime, *, since: date) -> None:
    """Of the schools and providers of each area, those that have said that they have told all."""
    within = book.within
    said = each_confirmed(connection, within.schools(), on=london_today(at), since=since, as_at=at)
    book.areas[ALL, "confirmed"] = Tally()
    for school, confirmed in said.items():
        for area in within.of(within.la_of(school), school):
            tally = book.areas[area, "confirmed"]
            tally.yes += confirmed
            tally.of += 1
