"""One outcome report from the registry: the same bytes for the same ``known_by``, for good."""

from datetime import date, datetime
from functools import partial
from typing import Any

from ap_registry.instants import instant
from ap_registry.registry import Registry
from ap_registry.store import log
from reports.confirmed import confirmed
from reports.counting import count
from reports.kind import Asked, Made
from reports.outcome_document import document
from reports.outcomes import report
from reports.render import as_csv, as_html, as_json
from reports.scope import Scope, gather, period_of


def read(registry: Registry, asked: Asked) -> Made:
    """As ``reports.kinds`` asks for it; no period is the last academic year that is over."""
    from_on, to_on = period_of(asked["from"], asked["to"], registry.today())
    found, names = outcomes(
        registry, from_on=from_on, to_on=to_on, known_by=asked["known_by"],
        provider=asked["provider"], la=asked["la"],
    )  # fmt: skip
    said = {
        "definition": found["definition"],
        "period": {"from": found["from"], "to": found["to"]},
        "known_by": found["known_by"],
        "provider": asked["provider"],
        "la": asked["la"],
        "ledger": found["ledger"],
    }
    return Made(
        object=found,
        document=partial(document, found, names),
        said=said,
        own={
            "html": partial(as_html, found, names),
            "csv": partial(as_csv, found, names),
        },
    )


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
    return written(found, names, format)


def written(found: dict[str, Any], names: dict[str, str], format: str) -> bytes:
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
    scope = Scope.of(from_on, to_on, at=at, provider=provider, la=la)
    with registry.database.snapshot() as connection:
        world, pupils = gather(connection, scope)
        book = count(connection, registry.database.url, scope, world=world, pupils=pupils)
        ledger = log.ledger_at(connection, at)
        made = report(book, scope.period, known_by=instant(at), ledger=ledger)
        made["confirmed"] = confirmed(connection, made, at, provider=provider)
    return made, {name: one.name for name, one in world.organisations.items()}
