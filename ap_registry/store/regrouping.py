"""Rows when records are merged or come apart: each pupil's as if it had always been so."""

from collections.abc import Mapping
from uuid import UUID

from ap_registry.follow_ups import Key, changes
from ap_registry.history import History, Picture, history, picture
from ap_registry.notice import FollowUp, World
from ap_registry.store import projections
from ap_registry.store.projections import Row, Rows

Closing = dict[UUID, dict[str, list[UUID]]]


def regrouped(
    held: Mapping[UUID, Rows],
    after: Mapping[UUID, Picture],
    lapsed: Mapping[Key, FollowUp] | None,
    *,
    world: World,
) -> tuple[Closing, dict[UUID, Rows]]:
    """By pupil: keys of rows that end, and rows that begin.

    ``held``: rows that follow from movements, of every pupil concerned. ``after``: the pupils that
    are shown from now on; rows of the others all end. ``lapsed``: owed no more by a merge; None
    where records come apart, and each lapses again by its own notices.
    """
    closing: Closing = {}
    opening: dict[UUID, Rows] = {}
    homes = {event.id: pupil for pupil, seen in after.items() for event in seen.history.recorded}
    for pupil in held.keys() | after.keys():
        wanted: Rows = {}
        if (seen := after.get(pupil)) is not None:
            wanted = dict(projections.rows(seen, world, pupil))
            gone = _lapses(seen.history, world) if lapsed is None else lapsed
            owed = {key: one for key, one in gone.items() if homes.get(one.opened_by) == pupil}
            wanted["follow_up"] = {
                **_lapsed_before(held, homes, pupil, by_notice=lapsed is not None),
                **_rows_of({**owed, **seen.follow_ups}),
            }
        before = projections.plain(dict(held.get(pupil, {})))
        closing[pupil], differing = projections.difference(before, projections.plain(wanted))
        opening[pupil] = {
            table: {key: wanted[table][key] for key in rows} for table, rows in differing.items()
        }
    return closing, opening


def _rows_of(owed: Mapping[Key, FollowUp]) -> dict[UUID, Row]:
    return {projections.follow_up_key(one): projections.follow_up_row(one) for one in owed.values()}


def _lapses(past: History, world: World) -> dict[Key, FollowUp]:
    """What lapsed as the record grew, notice by notice."""
    found: dict[Key, FollowUp] = {}
    before: Mapping[Key, FollowUp] = {}
    for number, event in enumerate(past.recorded, start=1):
        now = picture(history(past.recorded[:number]), world).follow_ups
        for one in changes(before, now, event.id, event.occurred_on).lapsed:
            found[one.kind, one.opened_by] = one
        found = {key: one for key, one in found.items() if key not in now}
        before = now
    return found


def _lapsed_before(
    held: Mapping[UUID, Rows], homes: Mapping[UUID, UUID], pupil: UUID, *, by_notice: bool
) -> dict[UUID, Row]:
    """What had lapsed goes with the notice that had opened it; or only what a calendar ended."""
    return {
        key: row
        for tables in held.values()
        for key, row in tables.get("follow_up", {}).items()
        if row["outcome"] == "lapsed"
        and (by_notice or row["closed_by"] is None)
        and homes.get(UUID(str(row["opened_by"]))) == pupil
    }
