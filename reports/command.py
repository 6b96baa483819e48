"""One outcome report from the registry: the same bytes for the same ``known_by``, for good."""

from datetime import date, datetime
from functools import partial
from typing import Any

from ap_registry.registry import Registry
from reports.kind import Asked, Made
from reports.outcome_document import document
from reports.outcome_table import as_csv
from reports.publishing import open_data
from reports.publishing.published import published
from reports.render import as_json
from reports.scope import Scope, period_of
from reports.whole import figures, whole

# What goes with published rows: what their columns mean, for people and for programs.
_BESIDE = {
    "schema.json": lambda: as_json(open_data.schema()),
    "dictionary.csv": open_data.dictionary,
}


def read(registry: Registry, asked: Asked) -> Made:
    """As ``reports.kinds`` asks for it; no period is the last academic year that is over."""
    from_on, to_on = period_of(asked["from"], asked["to"], registry.today())
    made = whole(
        registry, from_on=from_on, to_on=to_on, known_by=asked["known_by"],
        provider=asked["provider"], la=asked["la"], years=asked["years"],
    )  # fmt: skip
    found = published(made.report, made.book) if asked["publish"] else made.report
    said = {
        "definition": found["definition"],
        "period": {"from": found["from"], "to": found["to"]},
        "known_by": found["known_by"],
        "provider": asked["provider"],
        "la": asked["la"],
        "years": asked["years"],
        "publish": asked["publish"],
        "ledger": found["ledger"],
    }
    return Made(
        object=found,
        document=partial(document, found, made.names),
        said=said,
        own={
            "csv": partial(open_data.as_csv, found, made.names, made.areas)
            if asked["publish"]
            else partial(as_csv, found, made.names)
        },
        beside=_BESIDE if asked["publish"] else {},
        names=made.names,
    )


def outcomes_report(
    registry: Registry, *, from_on: date, to_on: date, known_by: datetime | None,
    provider: str | None = None, la: str | None = None,
) -> bytes:  # fmt: skip
    """The figures of contract section 6 as JSON."""
    found, _ = outcomes(
        registry, from_on=from_on, to_on=to_on, known_by=known_by, provider=provider, la=la
    )
    return as_json(found)


def outcomes(
    registry: Registry, *, from_on: date, to_on: date, known_by: datetime | None,
    provider: str | None = None, la: str | None = None,
) -> tuple[dict[str, Any], dict[str, str]]:  # fmt: skip
    """The figures as an object, and the names of the organisations in it.

    ``known_by`` None is the instant to which the ledger is closed.
    """
    with registry.database.connection() as connection:
        at = registry.closed(connection, known_by)
    scope = Scope.of(from_on, to_on, at=at, provider=provider, la=la)
    with registry.database.snapshot() as connection:
        made, world, _ = figures(registry, connection, scope)
    return made, {name: one.name for name, one in world.organisations.items()}
