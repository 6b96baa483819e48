"""Pupils whose records were ever merged, replayed together: the same rows as written inline."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from ap_registry import follow_ups
from ap_registry.history import Picture, Recorded, history
from ap_registry.merging import joined, members
from ap_registry.notice import FollowUp, World
from ap_registry.store.regrouping import regrouped
from ap_registry.store.replay import Replay


class MergedReplay:
    """Takes the events of some pupils in the one order, each with the world of its moment."""

    def __init__(self, pupils: Iterable[UUID]) -> None:
        self.replays = {pupil: Replay(pupil) for pupil in pupils}
        self._arrived: list[tuple[UUID, Recorded]] = []
        self._others: dict[UUID, tuple[UUID, ...]] = {}

    def movement(
        self, pupil: UUID, event: Recorded, upn: str | None, *, at: datetime, world: World
    ) -> None:
        """As workspace.py writes it, whether or not it merges or parts records."""
        self._arrived.append((pupil, replace(event, upn=upn)))
        kept = next((one for one, others in self._others.items() if pupil in others), pupil)
        before = self._others.get(kept, ())
        replay = self.replays[kept]
        record = self._record(kept, before)
        now = members(history(record))
        if set(now) == set(before):
            replay.movement(record[-1], upn if pupil == kept else None, at, world)
        else:
            self._regroup(replay, before, now, event=event, at=at, world=world)
            self._others[kept] = now

    def _record(self, kept: UUID, others: tuple[UUID, ...]) -> tuple[Recorded, ...]:
        events = [(one, event) for one, event in self._arrived if one in {kept, *others}]
        return joined(kept, events) if others else tuple(event for _, event in events)

    def _regroup(
        self, replay: Replay, before: tuple[UUID, ...], now: tuple[UUID, ...], *,
        event: Recorded, at: datetime, world: World,
    ) -> None:  # fmt: skip
        kept = replay.pupil_id
        concerned = {kept: replay, **{one: self.replays[one] for one in {*before, *now}}}
        held = {one: found.held_by_movements() for one, found in concerned.items()}
        stood = _follow_ups(
            seen for one in (kept, *(set(now) - set(before)))
            if (seen := concerned[one].standing(world)) is not None
        )  # fmt: skip
        for one in now:
            concerned[one].begin((), None, world)
        after = {kept: replay.begin(self._record(kept, now), replay.upn, world)}
        for one in set(before) - set(now):
            record = self._record(one, ())
            upn = next((found.upn for found in reversed(record) if found.upn), None)
            after[one] = concerned[one].begin(record, upn, world)
        replay.beside = [self.replays[one] for one in sorted(now)]
        shown = {one: seen for one, seen in after.items() if seen is not None}
        gone = follow_ups.changes(
            stood, _follow_ups(shown.values()), event.id, event.occurred_on
        ).lapsed
        lapsed = {(one.kind, one.opened_by): one for one in gone}
        closing, opening = regrouped(
            held, shown, lapsed if event.type == "pupils_merged" else None, world=world
        )
        for one, found in concerned.items():
            ended = found.held_by_marks()
            for table, keys in closing[one].items():
                ended.setdefault(table, []).extend(keys)
            found.write(at, ended, opening[one])


def _follow_ups(
    seen: Iterable[Picture],
) -> Mapping[follow_ups.Key, FollowUp]:
    return {key: owed for one in seen for key, owed in one.follow_ups.items()}
