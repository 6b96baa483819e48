"""Education from the sixth day of an exclusion: begun, owed by when and by whom."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any
from uuid import UUID

from ap_registry import sixth_day
from ap_registry.errors import Problem
from ap_registry.fields import Organisation, Reference
from ap_registry.happenings import Exclusion
from ap_registry.notice import Case, Clock, Entry, Facts, Flag, FollowUp, NoticeType, World
from ap_registry.pupil import Pupil

EXCLUSIONS = ("suspension", "permanent_exclusion")


class SixthDayStarted(Facts, frozen=True, kw_only=True):
    exclusion: Annotated[
        UUID, Reference(types=("suspension", "permanent_exclusion"), default_open=True)
    ]
    provider: Annotated[str, Organisation()]


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
CLOCKS = (Clock(kinds=("sixth_day_provision",), derive=_sixth_day),)
