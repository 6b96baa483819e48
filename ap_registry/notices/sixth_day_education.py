"""Education from the sixth day of an exclusion: begun, owed by when and by whom."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from ap_registry import sixth_day
from ap_registry.errors import Problem
from ap_registry.fields import Organisation, Reference
from ap_registry.happenings import Exclusion
from ap_registry.notice import Case, Clock, Entry, Facts, Flag, FollowUp, NoticeType, World, ending
from ap_registry.pupil import Pupil
from ap_registry.rules import in_force

EXCLUSIONS = ("suspension", "permanent_exclusion")


class SixthDayStarted(Facts, frozen=True, kw_only=True):
    exclusion: Annotated[
        UUID, Reference(types=("suspension", "permanent_exclusion"), default_open=True)
    ]
    provider: Annotated[str, Organisation(role="provider")]


def _refuse_before(case: Case[SixthDayStarted]) -> Iterator[Problem]:
    exclusion = case.pupil.exclusion(case.facts.exclusion)
    if exclusion is not None and case.on < exclusion.earliest:
        yield Problem(
            "/occurred_on", "end_before_start", "occurred_on must not be before the exclusion"
        )


def _apply_education(pupil: Pupil, entry: Entry[SixthDayStarted]) -> Pupil:
    exclusion = pupil.exclusion(entry.facts.exclusion)
    if exclusion is None or exclusion.education_from is not None:
        return pupil
    return pupil.changed(
        "exclusions",
        exclusion.id,
        education_from=entry.occurred_on,
        education_by=entry.id,
        education_at=entry.facts.provider,
    )


def _flag_education(case: Case[SixthDayStarted]) -> Iterator[Flag]:
    for duty in sixth_day.duties(case.pupil, case.world):
        if duty.late and duty.started_by == case.entry.id:
            yield case.flag(
                "sixth-day.late", f"education was due on {duty.due_on}, began on {case.on}"
            )


def _sixth_day(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    for duty in sixth_day.duties(pupil, world):
        yield FollowUp(
            kind="sixth_day_provision",
            owner=_sixth_day_owner(duty.opener, pupil, world),
            opened_on=duty.opener.occurred_on,
            due_on=duty.due_on,
            opened_by=duty.opener.id,
            rule="exclusion.sixth-day",
            calendar=duty.run[0].school,
            clock_on=duty.run[0].occurred_on,
            counts_start=True,
            closed_on=duty.closed_on,
            closed_by=duty.closed_by,
            outcome=duty.outcome,
        )


def _day_one(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    """Guidance for looked-after children; owed no more once the suspension is over."""
    for exclusion in pupil.exclusions:
        on = exclusion.occurred_on
        if exclusion.kind == "lunchtime" or pupil.detail("looked_after", on) != "current":
            continue
        if in_force("exclusion.day-one-looked-after", on) is None:
            continue
        days = world.number("exclusion.day-one-looked-after", on, of=exclusion.school)
        yield FollowUp(
            kind="day_one_provision",
            owner=_sixth_day_owner(exclusion, pupil, world),
            opened_on=on,
            due_on=world.calendars.of(exclusion.school).due_from(on, days)[0],
            opened_by=exclusion.id,
            rule="exclusion.day-one-looked-after",
            calendar=exclusion.school,
            counts_start=True,
            **_day_one_ended(exclusion, pupil),
        )


def _day_one_ended(exclusion: Exclusion, pupil: Pupil) -> dict[str, Any]:
    """By education, else by what undid the exclusion, else by its own end."""
    begun = sixth_day.education(pupil, frozenset({exclusion.id}))
    if begun is not None:
        return {"closed_on": begun[0], "closed_by": begun[1], "outcome": "done"}
    if exclusion.undoing is not None:
        undone = exclusion.undoing
        return {"closed_on": undone.back_on, "closed_by": undone.id, "outcome": "lapsed"}
    if exclusion.ends_on is None:
        return ending(None)
    over = exclusion.ends_on + timedelta(days=1)
    return {"closed_on": over, "closed_by": None, "outcome": "lapsed"}


def _sixth_day_owner(exclusion: Exclusion, pupil: Pupil, world: World) -> str:
    school = world.organisation(exclusion.school)
    from_a_pru = school is not None and school.type_code == "14"
    home = pupil.home_la(exclusion.occurred_on)
    if (exclusion.kind == "permanent" or from_a_pru) and home:
        return f"LA{home}"
    return exclusion.school


TYPES: tuple[NoticeType[Any], ...] = (
    NoticeType(
        name="sixth_day_started",
        facts=SixthDayStarted,
        sentence="Education during the exclusion began at {provider}",
        refuse=_refuse_before,
        flags=_flag_education,
        apply=_apply_education,
        senders=frozenset({"school", "la"}),
        relates=True,
    ),
)
CLOCKS = (
    Clock(kinds=("sixth_day_provision",), derive=_sixth_day),
    Clock(kinds=("day_one_provision",), derive=_day_one),
)
