"""One meeting's pack from the registry: the same bytes for the same day and ``known_by``."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from ap_registry.errors import Problem, Refused
from ap_registry.instants import instant
from ap_registry.registry import Registry
from ap_registry.store import log
from ap_registry.store.minutes import entries
from reports.command import outcomes
from reports.kinds import Asked, Made
from reports.panel import duties, fair_share
from reports.panel.cases import cases
from reports.panel.document import document
from reports.panel.meeting import Meeting, meeting
from reports.panel.pupils import names
from reports.panel.removals import removals
from reports.panel.returning import capacity, returning
from reports.scope import period_of

RATED_FROM = 10  # pupils counted; below, a provider's rate says more of chance than of it


def read(registry: Registry, asked: Asked) -> Made:
    """As ``reports.kinds`` asks for it; ``on`` is today where it is not given."""
    if asked["la"] is None:
        raise Refused((Problem("/la", "required", "la is required: three digits, such as 856"),))
    found = pack(registry, asked)
    said = {name: found[name] for name in ("la", "on", "known_by", "ledger")}
    return Made(object=found, document=partial(document, found), said=said, pupils=pupils_in(found))


def pack(registry: Registry, asked: Asked) -> dict[str, Any]:
    with registry.database.connection() as connection:
        at = registry.closed(connection, asked["known_by"])
    on = asked["on"] or registry.today()
    with meeting(registry, asked["la"], on, at) as sitting:
        found = _parts(sitting)
        size, root = log.ledger_at(sitting.connection, at)
    return {
        **found,
        "providers": _providers(registry, sitting),
        "known_by": instant(at),
        "ledger": {"size": size, "root": root},
    }


def _parts(meeting: Meeting) -> dict[str, Any]:
    overdue = duties.overdue(meeting)
    last = duties.last_meeting(meeting)
    agreed = duties.actions(meeting, last)
    named = names(meeting, [one["pupil_id"] for one in (*overdue, *agreed)])
    agreed = duties.with_words(meeting, [one for one in agreed if one["pupil_id"] in named])
    return {
        "la": meeting.la,
        "la_name": meeting.name(meeting.owner),
        "on": str(meeting.on),
        "cases": cases(meeting),
        "places": fair_share.places(meeting),
        "capacity": list(capacity(meeting)),
        "fair_share": fair_share.ledger(meeting),
        "returning": returning(meeting),
        "overdue": [{**one, "name": named.get(one["pupil_id"])} for one in overdue],
        "overdue_by_kind": duties.by_kind(overdue),
        "off_rolling": removals(meeting),
        "minutes": [
            one.as_json
            for one in entries(meeting.connection, meeting.owner, meeting.on, meeting.at)
        ],
        "last_meeting_on": str(last) if last else None,
        "actions": [{**one, "name": named[one["pupil_id"]]} for one in agreed],
    }


def _providers(registry: Registry, meeting: Meeting) -> dict[str, Any]:
    """The five outcomes of the last academic year that was over, of the LA's pupils."""
    from_on, to_on = period_of(None, None, meeting.on)
    made, named = outcomes(
        registry, from_on=from_on, to_on=to_on, known_by=meeting.at, la=meeting.la
    )
    rows = [
        {**_figures(row), "provider_name": named.get(row["provider"], row["provider"])}
        for row in made["rows"]
        if "group" not in row
    ]
    return {"from": str(from_on), "to": str(to_on), "rows": rows}


def _figures(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("provider", "measure", "numerator", "denominator", "pending", "unknown", "coverage")
    rated = row["denominator"] >= RATED_FROM
    return {
        **{name: row[name] for name in kept},
        **{name: row[name] if rated else None for name in ("rate", "low", "high")},
    }


def pupils_in(found: Mapping[str, Any]) -> frozenset[UUID]:
    """All whom the pack names, by the ids shown."""
    return frozenset(map(UUID, _ids(found)))


def _ids(found: Mapping[str, Any]) -> Iterator[str]:
    for part in ("cases", "returning", "overdue", "actions"):
        yield from (one["pupil_id"] for one in found[part])
