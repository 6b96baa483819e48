"""Pupils left behind by a changed calendar or organisation: brought in line, and what moved."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import structlog

from ap_registry.calendar import london_today
from ap_registry.describing import describe
from ap_registry.errors import LedgerDamaged
from ap_registry.follow_ups import Key
from ap_registry.history import history, picture
from ap_registry.notice import FollowUp, World
from ap_registry.store import in_line, ledger, projections, who
from ap_registry.store.attendance_follow_ups import Settled, judged, rows
from ap_registry.store.database import Connection
from ap_registry.store.derived import held_rows
from ap_registry.store.worlds import Worlds

AT_ONCE = 100
log = structlog.get_logger()
Moved = list[dict[str, Any]]


def recompute(
    connection: Connection, worlds: Worlds, *, clock: datetime | None,
    only: Sequence[UUID] | None = None,
) -> Moved:  # fmt: skip
    """Bring in line who is behind (or ``only`` these); answer what moved, with its old day.

    Whoever cannot be read is logged and stays behind; the others are brought in line all the same.
    """
    moved: Moved = []
    after: UUID | None = None
    while True:
        pupils = [
            row[0]
            for row in connection.execute(
                "select pupil_id from behind where (%(only)s::uuid[] is null"
                " or pupil_id = any(%(only)s))"
                " and (%(after)s::uuid is null or pupil_id > %(after)s)"
                " order by pupil_id limit %(limit)s",
                {"only": only, "after": after, "limit": AT_ONCE},
            )
        ]
        if not pupils:
            return sorted(moved, key=lambda one: (one["due_on"], one["id"]))
        after = pupils[-1]
        moved += _readable_in_line(connection, worlds, pupils, clock)


def _readable_in_line(
    connection: Connection, worlds: Worlds, behind: Sequence[UUID], clock: datetime | None
) -> Moved:
    """All of them together; where one cannot be read, each half by itself."""
    try:
        with connection.transaction():
            return _bring_in_line(connection, worlds, behind, clock)
    except LedgerDamaged as error:
        if len(behind) == 1:
            log.error("pupil_unreadable", pupil=str(behind[0]), error=str(error))
            return []
    half = len(behind) // 2
    return [
        one
        for some in (behind[:half], behind[half:])
        for one in _readable_in_line(connection, worlds, some, clock)
    ]


def _bring_in_line(
    connection: Connection, worlds: Worlds, behind: Sequence[UUID], clock: datetime | None
) -> Moved:
    kept = who.keepers(connection, behind)
    pupils = sorted({kept.get(pupil, pupil) for pupil in behind})
    at = in_line.alone(connection, pupils, clock)
    world, today = worlds.fresh(connection), london_today(at)
    held = held_rows(connection, pupils)
    moved: Moved = []
    closing: dict[str, list[dict[str, Any]]] = {}
    opening: dict[str, list[dict[str, Any]]] = {}
    for stored in ledger.load(connection, ids=pupils).pupils:
        if not stored.recorded:
            continue
        now = picture(history(stored.recorded), world, upn=stored.upn)
        before = held.get(stored.pupil_id, {})
        wanted = projections.rows(now, world, stored.pupil_id)
        wanted["follow_up"] = standing_follow_ups(
            before.get("follow_up", {}), now.follow_ups, today
        )
        ended, begun = projections.difference(before, projections.plain(wanted))
        for table, keys in ended.items():
            closing.setdefault(table, []).extend(
                {"pupil_id": stored.pupil_id, "key": key} for key in keys
            )
        for table, found in begun.items():
            opening.setdefault(table, []).extend(projections.as_json(stored.pupil_id, found))
        told = _moved(before.get("follow_up", {}), now.follow_ups)
        for owed, was in told:
            shown_id = now.pupil.shown_as or stored.pupil_id
            shown = describe(owed, shown_id, now.pupil.upn, today)
            moved.append({**shown, "was_due_on": was})
    in_line.write(connection, at, in_line.MOVEMENTS, closing=closing, opening=opening)
    moved += _marks_in_line(connection, world, pupils, at)
    connection.execute("delete from behind where pupil_id = any(%s)", (list(behind),))
    return moved


def _marks_in_line(
    connection: Connection, world: World, pupils: Sequence[UUID], at: datetime
) -> Moved:
    """What the registers oblige to, by the rows that have just been written."""
    settled = Settled()
    found = judged(connection, world, pupils, london_today(at))
    closing, opening = rows(connection, found, settled)
    in_line.write(connection, at, in_line.MARKS, closing=closing, opening=opening)
    return settled.as_json(connection, london_today(at))["moved"]


def standing_follow_ups(
    held: Mapping[UUID, Mapping[str, object]], now: Mapping[Key, FollowUp], today: date
) -> dict[UUID, projections.Row]:
    """What is owed now; what was held open and is owed no more has lapsed today."""
    wanted = {
        projections.follow_up_key(owed): projections.follow_up_row(owed) for owed in now.values()
    }
    for key, row in held.items():
        if key not in wanted:
            lapses = {"closed_on": today, "outcome": "lapsed"} if row["closed_on"] is None else {}
            wanted[key] = {**row, **lapses}
    return wanted


def _moved(
    held: Mapping[UUID, Mapping[str, object]], now: Mapping[Key, FollowUp]
) -> list[tuple[FollowUp, object]]:
    found = []
    for owed in now.values():
        was = held.get(projections.follow_up_key(owed))
        if was is not None and was["due_on"] != owed.due_on.isoformat():
            found.append((owed, was["due_on"]))
    return found
