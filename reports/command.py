"""One outcome report from the registry: the same bytes for the same ``known_by``, for good."""

from datetime import date, datetime
from typing import Any

from ap_registry.calendar import london_today
from ap_registry.instants import instant
from ap_registry.registry import Registry
from ap_registry.store import log, reference
from ap_registry.store.database import Connection
from reports.facts import World
from reports.loading import stream
from reports.measures.episode import Period
from reports.outcomes import collect, report
from reports.render import as_csv, as_html, as_json

FORMATS = ("html", "csv", "json")


def outcomes_report(
    registry: Registry,
    *,
    from_on: date,
    to_on: date,
    known_by: datetime | None,
    provider: str | None = None,
    la: str | None = None,
    format: str = "json",
) -> bytes:
    """The report as bytes; ``known_by`` None is the instant to which the ledger is closed."""
    found, names = outcomes(
        registry, from_on=from_on, to_on=to_on, known_by=known_by, provider=provider, la=la
    )
    if format == "html":
        return as_html(found, names)
    return as_csv(found, names) if format == "csv" else as_json(found)


def outcomes(
    registry: Registry,
    *,
    from_on: date,
    to_on: date,
    known_by: datetime | None,
    provider: str | None = None,
    la: str | None = None,
) -> tuple[dict[str, Any], dict[str, str]]:
    """The report as an object, and the names of the organisations in it."""
    with registry.database.connection() as connection:
        at = registry.closed(connection, known_by)
    with registry.database.snapshot() as connection:
        world = _world(connection, at)
        period = Period(from_on=from_on, to_on=to_on, today=london_today(at))
        book = collect(stream(connection, world, at), period, provider=provider, la=la)
        made = report(book, period, known_by=instant(at), ledger=log.ledger_at(connection, at))
    return made, {name: one.name for name, one in world.organisations.items()}


def _world(connection: Connection, at: datetime) -> World:
    """Organisations and calendars as they were known by then."""
    organisations = {one.id: one for one in reference.all_organisations(connection, at)}
    calendars = reference.load_calendars(connection, as_at=at, organisations=organisations.values())
    return World(organisations=organisations, calendars=calendars, today=london_today(at))
