"""What is asked of the registry: a pupil, a timeline, a clock explained; as at and on."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from ap_registry.adjustments import describe, standing
from ap_registry.adoption import forgotten, scrubbed, unnamed
from ap_registry.afterwards import as_told_by
from ap_registry.errors import NotFound, Problem
from ap_registry.history import Recorded, fold, history, start_of
from ap_registry.merging import place
from ap_registry.registry import Registry
from ap_registry.store import heads, ledger, owing, queries, who
from ap_registry.store.database import Connection
from ap_registry.store.deliveries import of_pupil
from ap_registry.store.heads import Head
from ap_registry.store.worlds import world_as_at
from ap_registry.views import show_pupil, show_timeline

_NONE = NotFound((Problem("", "not_found", "no such pupil is known"),))


def newest_head(registry: Registry, connection: Connection) -> Head:
    """The signed head that has in it everything recorded before the call."""
    registry.closed(connection)
    found = heads.newest(connection)
    assert found is not None  # closing keeps one, of no events too
    return found


def read_pupil(
    registry: Registry,
    pupil_id: UUID,
    *,
    on: date | None = None,
    as_at: datetime | None = None,
    timeline: bool = False,
    last: date | None = None,
) -> dict[str, Any]:
    """The pupil as contract section 8 writes it; raise NotFound where nothing was recorded.

    ``last``: the day up to which its reader has the pupil, where that is over.
    """
    with registry.database.connection() as connection:
        as_at = registry.as_at(connection, as_at)
        if timeline and registry.sequences:
            registry.closed(connection)
        loaded = ledger.load(connection, ids=[pupil_id], as_at=as_at)
        stored = next((p for p in loaded.pupils if p.recorded), None)
        if stored is None:
            raise _NONE
        world = (
            registry.worlds.current(connection, loaded.world)
            if as_at is None
            else world_as_at(connection, as_at)
        )
        past = history(stored.recorded)
        day = on or registry.today()
        shown = show_pupil(past, world, pupil_id=stored.pupil_id, first_upn=stored.upn, on=day)
        shown["flags"] += _attendance_flags(connection, stored.pupil_id, as_at, day)
        if timeline:
            shown["timeline"] = show_timeline(
                past, world, on=on, seqs=_sequence_numbers(connection, stored)
            )
            if last is not None:
                known = who.related_by(connection, stored.pupil_id, last)
                shown["timeline"] = as_told_by(shown["timeline"], known, last)
            shown["deliveries"] = of_pupil(connection, stored.pupil_id, as_at)
        return _as_known_now(connection, stored.pupil_id, shown)


def _as_known_now(connection: Connection, pupil_id: UUID, shown: dict[str, Any]) -> dict[str, Any]:
    """Of an adopted pupil no view, of whatever time, says under which UPN or id it was known.

    Whoever is restricted now is so in every view, and so is whom it has been merged with since.
    """
    kept = who.keepers(connection, [pupil_id]).get(pupil_id, pupil_id)
    present = who.known_as(connection, kept)
    if present is None:
        return shown
    shown["restricted"] = present.restricted or shown["restricted"]
    if present.shown_as is None:
        return shown
    if shown["id"] != str(present.shown_as):
        shown |= {"id": str(present.shown_as), "upn": present.upn, "former_upns": []}
    told: dict[str, Any] = scrubbed(shown, forgotten_upns(connection, kept))
    return told


def forgotten_upns(connection: Connection, pupil_id: UUID) -> frozenset[str]:
    """Those by which an adopted pupil was known before."""
    stored = ledger.load(connection, ids=[pupil_id]).pupils[0]
    past = history(stored.recorded)
    pupil = fold(past.entries(), start_of(past, stored.upn))
    return forgotten(stored.recorded, stored.upn, pupil) if pupil.shown_as else frozenset()


def recorded_as_known_now(connection: Connection, stored: ledger.Stored) -> Sequence[Recorded]:
    """What a report may say of an adopted pupil: no text names a UPN that went before."""
    upns = forgotten_upns(connection, stored.pupil_id)
    return unnamed(stored.recorded, upns) if upns else stored.recorded


def _sequence_numbers(connection: Connection, stored: ledger.Stored) -> dict[int, int]:
    """By version, as the pupil's record is numbered."""
    rows = connection.execute(
        "select pupil_id, version, seq from log where pupil_id = any(%s) and stream = 0",
        ([stored.pupil_id, *stored.others],),
    ).fetchall()
    found = {(pupil, version): seq for pupil, version, seq in rows}
    places = {event.version: place(event, stored.pupil_id) for event in stored.recorded}
    return {version: found[at] for version, at in places.items() if at in found}


def _attendance_flags(
    connection: Connection, pupil_id: UUID, as_at: datetime | None, on: date
) -> list[dict[str, Any]]:
    """Of sessions up to a day, which each names first: later ones say where the pupil is then."""
    rows = connection.execute(
        "select rule, detail, source, event from flag where pupil_id = %(pupil)s"
        " and rule in ('attendance.clash', 'attendance.present-on-paper')"
        " and left(detail, 10) <= %(on)s and "
        + who.HELD.format(t="flag")
        + " order by detail, rule",
        {"pupil": pupil_id, "as_at": as_at, "on": on.isoformat()},
    ).fetchall()
    return [
        {"rule": rule, "detail": detail, "source": source, "event": str(event)}
        for rule, detail, source, event in rows
    ]


def clock_explained(
    registry: Registry, key: UUID, scope: queries.Scope | None = None
) -> dict[str, Any]:
    """Each day from the start of a follow-up to its due day, once: counted or not, and why.

    ``outcome``: done or lapsed, on ``closed_on``; None while it runs.
    ``adjusted``: the number that the LA of its owner has set, where the registry's own is not used.
    """
    with registry.database.connection() as connection:
        found = owing.follow_ups(
            connection,
            scope or queries.Scope(everything=True),
            on=date.max,
            status="any",
            key=key,
        )
        if not found:
            raise NotFound((Problem("", "not_found", "no such follow-up is known"),))
        counted_from = owing.clock(connection, key)
        world = registry.worlds.fresh(connection)
    owed = found[0]
    la, opened_on = f"LA{world.la_of(owed['owner'])}", date.fromisoformat(owed["opened_on"])
    held = standing(world.adjustments, la, owed["rule"], opened_on)
    assert counted_from is not None
    start, counts_start = counted_from
    calendar = world.calendars.of(owed["calendar"])
    day, due_on = start, date.fromisoformat(owed["due_on"])
    days: list[dict[str, Any]] = []
    n = 0
    while day <= due_on:
        counted, why, detail = calendar.counts(day)
        if day == start and not counts_start and counted:
            counted, detail = False, "day 0: counting starts on the next school day"
        n += counted
        days.append(
            {
                "date": day.isoformat(),
                "counted": counted,
                "n": n if counted else None,
                "why": why,
                "detail": detail,
            }
        )
        day += timedelta(days=1)
    return {
        "follow_up": owed["id"],
        **{name: owed[name] for name in ("kind", "rule", "source", "calendar", "due_on")},
        "closed_on": owed["closed_on"],
        "outcome": owed["status"] if owed["closed_on"] else None,
        "adjusted": describe(held) if held else None,
        "days": days,
    }
