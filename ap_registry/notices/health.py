"""Health partners: what they answer once they were told of a movement (a local arrangement)."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from ap_registry.fields import Code, Reference, Text
from ap_registry.happenings import HealthResponse
from ap_registry.notice import Clock, Entry, Facts, FollowUp, NoticeType, World, ending
from ap_registry.pupil import Pupil


class Responded(Facts, frozen=True, kw_only=True):
    about: Annotated[UUID, Reference(types=())]
    response: Annotated[
        str,
        Code(codes=("acknowledged", "contributed", "waiting", "started", "closed", "no_role")),
    ]
    service: Annotated[str, Text(at_most=200)]
    words: Annotated[str, Text(private=True)] | None = None


def _apply(pupil: Pupil, entry: Entry[Responded]) -> Pupil:
    response = HealthResponse(
        **entry.stem,
        about=entry.facts.about,
        response=entry.facts.response,
        service=entry.facts.service,
    )
    return replace(pupil, health_responses=(*pupil.health_responses, response))


def _owed(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    """Asked to reply when told of a movement; an invitation to a review asks to come, not to write.

    A local rule, and only where an LA has switched it on.
    """
    for told in (n for n in pupil.notified if n.to == "health" and n.about != "invitation"):
        home = pupil.home_la(told.occurred_on)
        partner = world.health_partner(home) if home else None
        if partner is None:
            continue
        answered = next(
            (r for r in pupil.health_responses
             if r.about in {told.id, told.of} and r.occurred_on >= told.occurred_on),
            None,
        )  # fmt: skip
        calendar = f"LA{home}"
        days = world.number("health.response", told.received_on, of=calendar)
        yield FollowUp(
            kind="health_response",
            owner=partner,
            opened_on=told.received_on,
            due_on=world.calendars.of(calendar).due_after(told.received_on, days)[0],
            opened_by=told.id,
            rule="health.response",
            calendar=calendar,
            **ending(answered),
        )


TYPES: tuple[NoticeType[Any], ...] = (
    NoticeType(
        name="health_response",
        facts=Responded,
        sentence="Health answered ({service}): {response}",
        apply=_apply,
        senders=frozenset({"health", "la"}),
    ),
)
CLOCKS = (Clock(kinds=("health_response",), derive=_owed),)
