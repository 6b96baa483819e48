"""Rows when records are merged or come apart: each pupil's as if it had always been so."""

from collections.abc import Mapping
from uuid import UUID

from ap_registry.follow_ups import Key
from ap_registry.history import Picture
from ap_registry.notice import FollowUp, World
from ap_registry.store import projections
from ap_registry.store.projections import Row, Rows

Closing = dict[UUID, dict[str, list[UUID]]]


def regrouped(
    held: Mapping[UUID, Rows],
    after: Mapping[UUID, Picture],
    lapsed: Mapping[Key, FollowUp],
    *,
    world: World,
) -> tuple[Closing, dict[UUID, Rows]]:
    """By pupil: keys of rows that end, and rows that begin.

    ``held``: rows that follow from movements, of every pupil concerned. ``after``: the pupils that
    are shown from now on; rows of the others all end. ``lapsed``: owed no more by the merge.
    """
    closing: Closing = {}
    opening: dict[UUID, Rows] = {}
    homes = {event.id: pupil for pupil, seen in after.items() for event in seen.history.recorded}
    for pupil in held.keys() | after.keys():
        wanted: Rows = {}
        if (seen := after.get(pupil)) is not None:
            wanted = dict(projections.rows(seen, world, pupil))
            owed = {key: one for key, one in lapsed.items() if homes.get(one.opened_by) == pupil}
            wanted["follow_up"] = {
                **_lapsed_before(held, homes, pupil),
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


def _lapsed_before(
    held: Mapping[UUID, Rows], homes: Mapping[UUID, UUID], pupil: UUID
) -> dict[UUID, Row]:
    """What had lapsed goes with the notice that had opened it."""
    return {
        key: row
        for tables in held.values()
        for key, row in tables.get("follow_up", {}).items()
        if row["outcome"] == "lapsed" and homes.get(UUID(str(row["opened_by"]))) == pupil
    }
