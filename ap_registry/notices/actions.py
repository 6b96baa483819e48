"""What was agreed: who does what by when."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from ap_registry.fields import Day, Organisation, Reference, Text
from ap_registry.happenings import Action
from ap_registry.notice import Clock, Entry, Facts, FollowUp, NoticeType, World
from ap_registry.pupil import Pupil


class Agreed(Facts, frozen=True, kw_only=True):
    owner: Annotated[str, Organisation()]
    due_on: Annotated[date, Day()]
    what: Annotated[str, Text(private=True)]
    about: Annotated[UUID, Reference(types=())] | None = None


def _apply(pupil: Pupil, entry: Entry[Agreed]) -> Pupil:
    action = Action(
        **entry.stem,
        owner=entry.facts.owner,
        due_on=entry.facts.due_on,
        about=entry.facts.about,
    )
    return replace(pupil, actions=(*pupil.actions, action))


def _owed(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    for action in pupil.actions:
        yield FollowUp(
            kind="action",
            owner=action.owner,
            opened_on=action.occurred_on,
            due_on=action.due_on,
            opened_by=action.id,
            rule="action.agreed",
        )


TYPES: tuple[NoticeType[Any], ...] = (
    NoticeType(
        name="action_agreed",
        facts=Agreed,
        sentence="{owner} agreed to act by {due_on}",
        ordered=(("due_on", "occurred_on"),),
        apply=_apply,
        senders=frozenset({"la", "panel", "social_care"}),
    ),
)
CLOCKS = (Clock(kinds=("action",), derive=_owed),)
