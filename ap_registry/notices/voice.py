"""What pupils and parents say, and what they say is wrong."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from ap_registry.calendar import month_after
from ap_registry.fields import Code, Reference, Text, Whole
from ap_registry.happenings import Dispute, View
from ap_registry.notice import Clock, Entry, Facts, FollowUp, NoticeType, World, ending
from ap_registry.pupil import Pupil

ANYONE = frozenset({"school", "provider", "panel", "la", "health", "social_care", "parent"})


class ViewRecorded(Facts, frozen=True, kw_only=True):
    """``feeling``: 1 (very unhappy) to 5 (very happy)."""

    whose: Annotated[str, Code(codes=("pupil", "parent"))]
    words: Annotated[str, Text(private=True)]
    about: Annotated[UUID, Reference(types=())] | None = None
    feeling: Annotated[int, Whole(low=1, high=5)] | None = None
    share: Annotated[str, Code(codes=("all", "not_parent", "not_school"))] = "all"


class Disputed(Facts, frozen=True, kw_only=True):
    of: Annotated[UUID, Reference(types=())]
    words: Annotated[str, Text(private=True)]


def _apply_view(pupil: Pupil, entry: Entry[ViewRecorded]) -> Pupil:
    view = View(
        **entry.stem,
        whose=entry.facts.whose,
        about=entry.facts.about,
        feeling=entry.facts.feeling,
        share=entry.facts.share,
    )
    return replace(pupil, views=(*pupil.views, view))


def _apply_dispute(pupil: Pupil, entry: Entry[Disputed]) -> Pupil:
    dispute = Dispute(
        **entry.stem,
        of=entry.facts.of,
    )
    return replace(pupil, disputes=(*pupil.disputes, dispute))


def _owed(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    """One month (UK GDPR art. 12(3)); the organisation that sent what is disputed answers it."""
    for dispute in pupil.disputes:
        acts = (a for a in pupil.acts if a.of == dispute.of and a.version > dispute.version)
        ended = next(acts, None)
        yield FollowUp(
            kind="dispute",
            owner=pupil.senders.get(dispute.of, dispute.by),
            opened_on=dispute.occurred_on,
            due_on=month_after(dispute.occurred_on),
            opened_by=dispute.id,
            rule="dispute.answer",
            **ending(ended),
        )


TYPES: tuple[NoticeType[Any], ...] = (
    NoticeType(
        name="view_recorded",
        facts=ViewRecorded,
        sentence="The {whose} said what they think",
        apply=_apply_view,
        senders=frozenset({"school", "provider", "la", "social_care", "parent"}),
    ),
    NoticeType(
        name="disputed",
        facts=Disputed,
        sentence="Somebody says that a notice is wrong",
        apply=_apply_dispute,
        senders=ANYONE,
    ),
)
CLOCKS = (Clock(kinds=("dispute",), derive=_owed),)
