"""Pupils left behind by a changed calendar or organisation: brought in line, and what moved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
Listed = list[dict[str, Any]]


@dataclass(slots=True, kw_only=True)
class Changes:
    """Follow-ups that came, that ended, and that are due another day (``was_due_on``)."""

    opened: Listed = field(default_factory=list)
    closed: Listed = field(default_factory=list)
    moved: Listed = field(default_factory=list)

    def add(self, found: Mapping[str, Listed]) -> None:
        self.opened += found["opened"]
        self.closed += found["closed"]
        self.moved += found["moved"]

    def as_json(self) -> dict[str, Listed]:
        """By due day."""
        listed = {"moved": self.moved, "opened": self.opened, "closed": self.closed}
        return {
            name: sorted(some, key=lambda one: (one["due_on"], one["id"]))
            for name, some in listed.items()
        }


def recompute(
    connection: Connection, worlds: Worlds, *, clock: datetime | None,
    only: Sequence[UUID] | None = None,
) -> Changes:  # fmt: skip
    """Bring in line who is behind (or ``only`` these); answer what came, ended and moved.

    Whoever cannot be read is logged and stays behind; the others are brought in line all the same.
    """
    changes = Changes()
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
            return changes
        after = pupils[-1]
        changes.add(_readable_in_line(connection, worlds, pupils, clock).as_json())


def _readable_in_line(
    connection: Connection, worlds: Worlds, behind: Sequence[UUID], clock: datetime | None
) -> Changes:
    """All of them together; where one cannot be read, each half by itself."""
    try:
        with connection.transaction():
            return _bring_in_line(connection, worlds, behind, clock)
    except LedgerDamaged as error:
        if len(behind) == 1:
            log.error("pupil_unreadable", pupil=str(behind[0]), error=str(error))
            return Changes()
    half, changes = len(behind) // 2, Changes()
    for some in (behind[:half], behind[half:]):
        changes.add(_readable_in_line(connection, worlds, some, clock).as_json())
    return changes


def _bring_in_line(
    connection: Connection, worlds: Worlds, behind: Sequence[UUID], clock: datetime | None
) -> Changes:
    kept = who.keepers(connection, behind)
    pupils = sorted({kept.get(pupil, pupil) for pupil in behind})
    at = in_line.alone(connection, pupils, clock)
    world, today = worlds.fresh(connection), london_today(at)
    held = held_rows(connection, pupils)
    changes, settled = Changes(), Settled()
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
        _take(settled, before.get("follow_up", {}), wanted["follow_up"])
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
            changes.moved.append({**shown, "was_due_on": was})
    in_line.write(connection, at, in_line.MOVEMENTS, closing=closing, opening=opening)
    changes.add(settled.as_json(connection, today))
    changes.add(_marks_in_line(connection, world, pupils, at))
    connection.execute("delete from behind where pupil_id = any(%s)", (list(behind),))
    return changes


def _take(
    settled: Settled, held: Mapping[UUID, Mapping[str, Any]], wanted: Mapping[UUID, projections.Row]
) -> None:
    """What comes and what ends; what moved is told by ``_moved``, with its old day."""
    for key, row in wanted.items():
        if key not in held:
            settled.opened.append(key)
        if row["closed_on"] is not None and not (key in held and held[key]["closed_on"]):
            settled.closed.append(key)
        elif row["closed_on"] is None and key in held and held[key]["closed_on"]:
            settled.opened.append(key)


def _marks_in_line(
    connection: Connection, world: World, pupils: Sequence[UUID], at: datetime
) -> Mapping[str, Listed]:
    """What the registers oblige to, by the rows that have just been written."""
    settled = Settled()
    found = judged(connection, world, pupils, london_today(at))
    closing, opening = rows(connection, found, settled)
    in_line.write(connection, at, in_line.MARKS, closing=closing, opening=opening)
    return settled.as_json(connection, london_today(at))


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
