"""One pupil while a call is at work on it: what is on record, what is about to be."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from ap_registry import follow_ups
from ap_registry.history import History, Picture, Recorded, history, picture
from ap_registry.notice import FollowUp, NoticeType, World
from ap_registry.receipts import Accepted
from ap_registry.store import codec, ledger, projections

EMPTY_HISTORY = history(())
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


@dataclass(kw_only=True)
class Workspace:
    """``base`` is what the ledger held when the call began; ``history`` has the pending too.

    ``marked``: registers name the pupil. ``held``: follow-ups on record, loaded only where a
    notice says that one is done.
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

    def __post_init__(self) -> None:
        self.history = self.base
        if self.base.recorded:
            self.birth_year = self.base.recorded[-1].birth_year

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
        )

    def restore(self, mark: "Mark") -> None:
        """As it was: what a refused notice would have brought with it is not kept."""
        self.history = mark.history
        self._picture = mark.picture
        del self.accepted[mark.accepted :]
        self.lapsed = dict(mark.lapsed)
        self.birth_year = mark.birth_year

    def append(self, event: Recorded, today: date) -> Accepted:
        """Take in one event and say what it changed."""
        before = self.picture
        self.history = self.history.plus(event)
        self._picture = None
        after = self.picture
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
        for number, accepted in enumerate(self.accepted):
            upn = self.first_upn if new and number == 0 else None
            corrects = self._corrected_by(accepted.event)
            batch.add_event(self.pupil_id, accepted.event, upn, corrects=corrects)
            self._write_ref(batch, accepted)
        self._claim_upns(batch, () if new else self.base_picture.pupil.upns)
        if self.base.recorded:
            last = self.base.recorded[-1].recorded_at
            batch.last_at = max(batch.last_at, last) if batch.last_at else last
        before = projections.rows(self.base_picture, self.world, self.pupil_id) if not new else {}
        after = projections.rows(self.picture, self.world, self.pupil_id)
        closing, opening = projections.difference(before, after)
        for table, keys in closing.items():
            batch.close(table, ({"pupil_id": self.pupil_id, "key": key} for key in keys))
        for table, rows in opening.items():
            batch.open(table, projections.as_json(self.pupil_id, rows))
        held = self.base_picture.follow_ups if not new else {}
        owed = projections.follow_ups_changed(held, self.lapsed, self.picture.follow_ups)
        for table, rows in owed.items():
            listed = projections.as_json(self.pupil_id, rows)
            batch.close(table, listed)
            batch.open(table, listed)

    def _corrected_by(self, event: Recorded) -> NoticeType[Any] | None:
        """The type of the notice that a correction puts right."""
        if event.type != "correction":
            return None
        of = event.values["of"]
        return next((r.kind for r in self.history.recorded if r.id == of), None)

    def _claim_upns(self, batch: ledger.Batch, held: tuple[str, ...]) -> None:
        named = self.picture.pupil.upns
        for side, upns in (("upn", set(named) - set(held)), ("upn_gone", set(held) - set(named))):
            for upn in sorted(upns):
                batch.beside(side, {"upn": upn, "pupil_id": self.pupil_id})

    def _write_ref(self, batch: ledger.Batch, accepted: Accepted) -> None:
        event = accepted.event
        if event.ref_hash is None or event.content_hash is None:
            return
        batch.beside(
            "ref",
            {
                "by": event.by,
                "ref_hash": event.ref_hash.hex(),
                "pupil_id": self.pupil_id,
                "version": event.version,
                "content_hash": event.content_hash.hex(),
                "receipt": codec.encode(accepted.body()).decode(),
            },
        )
