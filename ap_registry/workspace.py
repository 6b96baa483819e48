"""One pupil while a call is at work on it: what is on record, what is about to be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from ap_registry import follow_ups
from ap_registry.access import Caller, Sight, sight
from ap_registry.history import (
    ACTS,
    EMPTY_HISTORY,
    History,
    Picture,
    Recorded,
    fold,
    picture,
    without,
)
from ap_registry.merging import MERGES, owners, place
from ap_registry.notice import FollowUp, NoticeType, World
from ap_registry.receipts import Accepted
from ap_registry.store import codec, ledger, projections
from ap_registry.store.regrouping import regrouped
from ap_registry.unseen import NOTHING_UNSEEN, Unseen, unseen_by

# What can change who answers for the marks, whose register stands, or what is said to be done.
_ANSWERS = frozenset(
    {"joined_roll", "left_roll", "pupil_registered", "pupil_details_changed", "placement_started",
     "placement_changed", "placement_ended", "reintegration_started", "reintegration_ended",
     "referral", "referral_decision", "notified", "follow_up_done", "correction", "void"}
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A workspace before a notice that may yet be refused."""

    history: History
    picture: Picture | None
    accepted: int
    lapsed: Mapping[follow_ups.Key, FollowUp]
    birth_year: int | None
    streams: Mapping[UUID, int]


@dataclass(kw_only=True)
class Workspace:
    """``base`` is what the ledger held when the call began; ``history`` has the pending too.

    ``marked``: registers name the pupil. ``held``: follow-ups on record, loaded only where a
    notice says that one is done. Of a merged pupil ``streams`` has the last version of each record,
    ``named`` whose record a UPN names, and ``named_id`` the one that the notice at hand names.
    ``others`` were merged into it when the call began. ``also_read``: records read besides, at
    those versions. ``apart``: once records have been merged or undone, who is shown by itself.
    ``unseen``: what the sender of the notice at hand is not told.
    """

    pupil_id: UUID
    first_upn: str | None
    world: World
    base: History = EMPTY_HISTORY
    accepted: list[Accepted] = field(default_factory=list)
    lapsed: dict[follow_ups.Key, FollowUp] = field(default_factory=dict)
    birth_year: int | None = None
    marked: bool = False
    held: Mapping[UUID, FollowUp] = field(default_factory=dict)
    streams: dict[UUID, int] = field(default_factory=dict)
    named: dict[str, UUID] = field(default_factory=dict)
    named_id: UUID | None = None
    others: tuple[UUID, ...] = ()
    also_read: dict[UUID, int] = field(default_factory=dict)
    apart: dict[UUID, Picture] | None = None
    unseen: Unseen = NOTHING_UNSEEN

    def __post_init__(self) -> None:
        self.history = self.base
        if self.base.recorded:
            self.birth_year = self.base.recorded[-1].birth_year
        if self.others:
            self.streams = self._base_streams()

    @property
    def answers_for_marks(self) -> bool:
        """Whether the pending events may change what the registers oblige to."""
        return any(accepted.event.type in _ANSWERS for accepted in self.accepted)

    @property
    def upn(self) -> str | None:
        """As it now is, or the one that a first notice names."""
        return self.picture.pupil.upn if self.exists else self.first_upn

    @property
    def shown_id(self) -> UUID:
        """The pupil's id in all output."""
        return self.picture.pupil.shown_as or self.pupil_id

    @property
    def exists(self) -> bool:
        return bool(self.history.recorded)

    def sight_of(self, caller: Caller, today: date) -> Sight:
        """How much of the pupil a caller sees, by what is on record and pending."""
        if caller.sees_all or not self.exists:
            return Sight(visible=caller.sees_all)
        if caller.bears is not None:
            return Sight(visible=caller.bears in {self.pupil_id, *self.others})
        return sight(caller, projections.visibility_rows(self.picture, self.world), today)

    def sent_by(self, caller: Caller, today: date) -> Sight:
        """As ``sight_of``; the notice at hand is of that caller."""
        seen = self.sight_of(caller, today)
        self.unseen = unseen_by(caller, seen, self.history)
        return seen

    def was_unseen_by(self, caller: Caller, today: date) -> bool:
        """Whether the pupil was on record when the call began, and not for this caller."""
        if caller.sees_all or caller.bears is not None or not self.base.recorded:
            return False
        rows = projections.visibility_rows(self.base_picture, self.world)
        return not sight(caller, rows, today).visible

    @property
    def pending(self) -> list[Accepted]:
        return self.accepted

    @cached_property
    def base_picture(self) -> Picture:
        return picture(self.base, self.world, upn=self.first_upn)

    @property
    def picture(self) -> Picture:
        """The history folded; kept until the next event."""
        current: Picture | None = getattr(self, "_picture", None)
        if current is None:
            current = (
                self.base_picture
                if self.history is self.base
                else picture(self.history, self.world, upn=self.first_upn)
            )
            self._picture: Picture | None = current
        return current

    def mark(self) -> "Mark":
        return Mark(
            history=self.history,
            picture=getattr(self, "_picture", None),
            accepted=len(self.accepted),
            lapsed=dict(self.lapsed),
            birth_year=self.birth_year,
            streams=dict(self.streams),
        )

    def restore(self, mark: "Mark") -> None:
        """As it was: what a refused notice would have brought with it is not kept."""
        self.history = mark.history
        self._picture = mark.picture
        del self.accepted[mark.accepted :]
        self.lapsed = dict(mark.lapsed)
        self.birth_year = mark.birth_year
        self.streams = dict(mark.streams)

    def placed(self, event: Recorded) -> Recorded:
        """In the record that the notice names; what puts right another, in that one's."""
        if not self.streams:
            return event
        stream = self.named_id or self.pupil_id
        if event.type in MERGES:
            stream = self.pupil_id
        elif event.type in ACTS:
            of = next(r for r in self.history.recorded if r.id == event.values["of"])
            stream = place(of, self.pupil_id)[0]
        self.streams[stream] += 1
        return replace(
            event,
            merged_from=None if stream == self.pupil_id else stream,
            stream_version=self.streams[stream],
        )

    def append(self, event: Recorded, today: date) -> Accepted:
        """Take in one event and say what it changed."""
        before = self.picture
        self.history = self.history.plus(event)
        after = picture(self.history, self.world, upn=self.first_upn, earlier=before)
        self._picture = after
        changes = follow_ups.changes(
            before.follow_ups, after.follow_ups, event.id, event.occurred_on
        )
        if event.type == "follow_up_done" and not changes.closed:
            changes = replace(changes, closed=self._done_by_marks(event))
        for owed in changes.lapsed:
            self.lapsed[owed.kind, owed.opened_by] = owed
        for key in after.follow_ups:
            self.lapsed.pop(key, None)
        accepted = Accepted(
            workspace=self,
            event=event,
            changes=changes,
            flags=tuple(f for f in after.flags if f.event == event.id),
            today=today,
        )
        self.accepted.append(accepted)
        return accepted

    def tell_with_last(self) -> Accepted:
        """A first notice answers for what it brought with it: the flags of all stand on it."""
        told = replace(self.accepted[-1], flags=self.picture.flags)
        self.accepted[-1] = told
        return told

    def regroup(
        self, event: Recorded, now: History, *, before: Iterable[Picture],
        apart: Mapping[UUID, Picture], today: date,
    ) -> Accepted:  # fmt: skip
        """Take in a merge or its end: ``now`` is this pupil's record from then on."""
        held = {key: owed for seen in before for key, owed in seen.follow_ups.items()}
        self.history, self._picture, self.apart = now, None, dict(apart)
        after = dict(self.picture.follow_ups)
        for seen in apart.values():
            after |= seen.follow_ups
        changes = follow_ups.changes(held, after, event.id, event.occurred_on)
        self.lapsed = {(owed.kind, owed.opened_by): owed for owed in changes.lapsed}
        flags = tuple(flag for flag in self.picture.flags if flag.event == event.id)
        accepted = Accepted(workspace=self, event=event, changes=changes, flags=flags, today=today)
        self.accepted.append(accepted)
        return accepted

    def born_but(self, kind: str, values: Mapping[str, object]) -> int | None:
        """The year of birth without what a void takes back; else as it was."""
        if kind != "void":
            return self.birth_year
        left = fold(without(self.history, UUID(str(values["of"]))).entries())
        born = left.detail("date_of_birth", date.max)
        return projections.birth_year(born) if isinstance(born, date) else self.birth_year

    def follow_up(self, key: UUID) -> FollowUp | None:
        """What is owed or was, by its id."""
        derived = self.picture.follow_ups.values()
        return next((f for f in derived if follow_ups.id_of(f) == key), self.held.get(key))

    def _done_by_marks(self, event: Recorded) -> tuple[FollowUp, ...]:
        """A follow-up that registers opened; its row is brought in line once this is written."""
        owed = self.held.get(UUID(str(event.values["follow_up"])))
        if owed is None or owed.key is None:
            return ()
        return (
            replace(
                owed,
                closed_on=event.occurred_on,
                closed_by=event.id,
                outcome="done",
                how=str(event.values["how"]),
            ),
        )

    def write_into(self, batch: ledger.Batch) -> None:
        """Add the pending events and every derived row that they change."""
        new = not self.base.recorded
        self._write_events(batch, new=new)
        held_upns = {} if new else self._owners(self.base, self.base_picture)
        claim_upns(batch, held_upns, self._owners(self.history, self.picture))
        before = projections.rows(self.base_picture, self.world, self.pupil_id) if not new else {}
        after = projections.rows(self.picture, self.world, self.pupil_id)
        closing, opening = projections.difference(before, after)
        self._write_rows(batch, self.pupil_id, closing, opening)
        held = self.base_picture.follow_ups if not new else {}
        owed = projections.follow_ups_changed(held, self.lapsed, self.picture.follow_ups)
        self._write_rows(batch, self.pupil_id, {t: list(rows) for t, rows in owed.items()}, owed)

    def _corrected_by(self, event: Recorded) -> NoticeType[Any] | None:
        """The type of the notice that a correction puts right."""
        if event.type != "correction":
            return None
        of = event.values["of"]
        return next((r.kind for r in self.history.recorded if r.id == of), None)

    @property
    def concerned(self) -> list[UUID]:
        """All whose records a merge or its end has touched."""
        found = {self.pupil_id, *self.others, *self.also_read, *(self.apart or ())}
        return sorted(found, key=lambda pupil: pupil.bytes)

    def write_regrouped(
        self, batch: ledger.Batch, held: Mapping[UUID, projections.Rows], *, at_least: datetime
    ) -> None:
        """As ``write_into``, for all pupils whose records were merged or came apart."""
        assert self.apart is not None
        self._write_events(batch, new=False)
        batch.last_at = max(at_least, batch.last_at) if batch.last_at else at_least
        after = {self.pupil_id: self.picture, **self.apart}
        lapsed = self.lapsed if self.accepted[-1].event.type == "pupils_merged" else None
        closing, opening = regrouped(held, after, lapsed, world=self.world)
        for pupil in closing:
            self._write_rows(batch, pupil, closing[pupil], opening[pupil])

    def _write_rows(
        self, batch: ledger.Batch, pupil: UUID, closing: Mapping[str, list[UUID]],
        opening: projections.Rows,
    ) -> None:  # fmt: skip
        for table, keys in closing.items():
            batch.close(table, ({"pupil_id": pupil, "key": key} for key in keys))
        for table, rows in opening.items():
            batch.open(table, projections.as_json(pupil, rows))

    def _write_events(self, batch: ledger.Batch, *, new: bool) -> None:
        for number, accepted in enumerate(self.accepted):
            upn = self.first_upn if new and number == 0 else None
            stream, version = place(accepted.event, self.pupil_id)
            event = replace(accepted.event, version=version)
            batch.add_event(stream, event, upn, corrects=self._corrected_by(accepted.event))
            self._write_ref(batch, accepted)
            self._write_outgoing(batch, accepted)
        self._hold_others(batch)
        if self.base.recorded:
            last = self.base.recorded[-1].recorded_at
            batch.last_at = max(batch.last_at, last) if batch.last_at else last

    def _owners(self, past: History, seen: Picture) -> dict[str, UUID]:
        """The UPNs that name the pupil, each with the record in which it stands."""
        found = owners(past, self.pupil_id, self.first_upn)
        return {upn: found[upn] for upn in seen.pupil.upns}

    def _hold_others(self, batch: ledger.Batch) -> None:
        """Nothing may have been added to the other records meanwhile, nor the merge undone."""
        read = {**(self._base_streams() if self.others else {}), **self.also_read}
        for pupil, version in read.items():
            batch.beside("read", {"pupil_id": pupil, "version": version})
        for pupil in self.others:
            batch.beside("merged", {"other": pupil, "pupil_id": self.pupil_id})

    def _base_streams(self) -> dict[UUID, int]:
        found: dict[UUID, int] = {}
        for event in self.base.recorded:
            stream, version = place(event, self.pupil_id)
            found[stream] = max(version, found.get(stream, 0))
        return found

    def _write_outgoing(self, batch: ledger.Batch, accepted: Accepted) -> None:
        for told in accepted.outgoing:
            batch.beside(
                "outbox",
                {
                    "id": accepted.event.id,
                    "pupil_id": self.pupil_id,
                    "event": accepted.event.id,
                    "subject": told.subject,
                    "kind": told.what,
                    "to_organisation": told.organisation,
                    "due_on": accepted.event.occurred_on,
                },
            )

    def _write_ref(self, batch: ledger.Batch, accepted: Accepted) -> None:
        event = accepted.event
        if event.ref_hash is None or event.content_hash is None:
            return
        stream, version = place(event, self.pupil_id)
        batch.beside(
            "ref",
            {
                "by": event.by,
                "ref_hash": event.ref_hash.hex(),
                "pupil_id": stream,
                "version": version,
                "content_hash": event.content_hash.hex(),
                "receipt": codec.encode(accepted.body()).decode(),
            },
        )


def claim_upns(batch: ledger.Batch, before: Mapping[str, UUID], after: Mapping[str, UUID]) -> None:
    """Which UPN names whose record from now on."""
    for side, upns in (
        ("upn", after.items() - before.items()),
        ("upn_gone", before.items() - after.items()),
    ):
        for upn, pupil in sorted(upns):
            batch.beside(side, {"upn": upn, "pupil_id": pupil})
