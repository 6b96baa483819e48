"""A changed calendar moves what is running: derived anew, written, and listed."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ap_registry.describing import describe
from ap_registry.follow_ups import Key
from ap_registry.history import history, picture
from ap_registry.notice import FollowUp, World
from ap_registry.store import codec, ledger, projections
from ap_registry.store.attendance_follow_ups import COLUMNS, settle_follow_ups
from ap_registry.store.database import Connection

AT_ONCE = 200


def recompute(
    connection: Connection, world: World, *, today: date, clock: datetime | None
) -> list[dict[str, Any]]:
    """Bring every pupil with something running in line; answer what moved, with its old day."""
    moved: list[dict[str, Any]] = []
    running = [
        row[0]
        for row in connection.execute(
            "select distinct pupil_id from follow_up where until_at = 'infinity'"
            " and origin = 'movements' union select pupil_id from exclusion"
            " where until_at = 'infinity' order by 1"
        )
    ]
    for start in range(0, len(running), AT_ONCE):
        moved += _recompute(connection, world, running[start : start + AT_ONCE], today, clock)
    marked = {
        row[0]
        for row in connection.execute(
            "select distinct pupil_id from follow_up where until_at = 'infinity'"
            " and origin = 'attendance'"
        )
    }
    moved += settle_follow_ups(connection, world, marked, today=today, clock=clock)["moved"]
    return sorted(moved, key=lambda one: (one["due_on"], one["id"]))


_HELD = """
select pupil_id, kind, opened_by, due_on, closed_on, outcome from follow_up
 where pupil_id = any(%s) and until_at = 'infinity' and origin = 'movements'
"""


def _recompute(
    connection: Connection, world: World, pupils: Sequence[UUID], today: date,
    clock: datetime | None,
) -> list[dict[str, Any]]:  # fmt: skip
    moved: list[dict[str, Any]] = []
    held: dict[UUID, dict[Key, tuple[date, date | None, str | None]]] = {p: {} for p in pupils}
    for pupil, kind, opened_by, due_on, closed_on, outcome in connection.execute(
        _HELD, (list(pupils),)
    ):
        held[pupil][kind, opened_by] = (due_on, closed_on, outcome)
    changed: list[tuple[UUID, FollowUp]] = []
    gone: list[tuple[UUID, Key]] = []
    for stored in ledger.load(connection, ids=pupils).pupils:
        now = picture(history(stored.recorded), world, upn=stored.upn).follow_ups
        before = held[stored.pupil_id]
        for key, owed in now.items():
            was = before.get(key)
            if was == (owed.due_on, owed.closed_on, owed.outcome):
                continue
            changed.append((stored.pupil_id, owed))
            if was is not None and was[0] != owed.due_on:
                told = describe(owed, stored.pupil_id, stored.upn, today)
                moved.append({**told, "was_due_on": was[0].isoformat()})
        gone += [
            (stored.pupil_id, key)
            for key, was in before.items()
            if key not in now and was[1] is None
        ]
    _write(connection, world, changed, clock)
    _lapse(connection, gone, today, clock)
    return moved


def _write(
    connection: Connection, world: World, changed: Iterable[tuple[UUID, FollowUp]],
    clock: datetime | None,
) -> None:  # fmt: skip
    rows = [
        {
            "pupil_id": pupil,
            "key": projections.follow_up_key(owed),
            **projections.follow_up_row(owed, world.calendars.version),
        }
        for pupil, owed in changed
    ]
    _derive(connection, rows, clock)


def _lapse(
    connection: Connection, gone: Iterable[tuple[UUID, Key]], today: date, clock: datetime | None
) -> None:
    """What the calendar no longer makes owed."""
    for pupil, (kind, opened_by) in gone:
        row = connection.execute(
            f"select {', '.join(COLUMNS)} from follow_up where pupil_id = %s and kind = %s"
            " and opened_by = %s and until_at = 'infinity'",
            (pupil, kind, opened_by),
        ).fetchone()
        assert row is not None
        lapsed = {**dict(zip(COLUMNS, row, strict=True)), "closed_on": today, "outcome": "lapsed"}
        _derive(connection, [lapsed], clock)


def _derive(connection: Connection, rows: Sequence[dict[str, Any]], clock: datetime | None) -> None:
    if rows:
        keys = [{"pupil_id": row["pupil_id"], "key": row["key"]} for row in rows]
        connection.execute(
            "select write_derived(coalesce(%s::timestamptz, clock_timestamp()), %s::jsonb,"
            " %s::jsonb)",
            (
                clock,
                codec.encode({"follow_up": keys}).decode(),
                codec.encode({"follow_up": list(rows)}).decode(),
            ),
        )
