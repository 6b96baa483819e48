"""What the pupil aimed at, was assessed at, and was awarded."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

from ap_registry.errors import Problem
from ap_registry.fields import Code, Number, Organisation, Text
from ap_registry.happenings import Attained
from ap_registry.notice import Case, Entry, Facts, NoticeType
from ap_registry.pupil import Pupil

SENDERS = frozenset({"school", "provider", "la"})
QUALIFICATIONS = ("gcse", "functional_skills", "entry_level", "vocational", "other")
LEVELS = ("E1", "E2", "E3", "1", "2", "3", "4", "5", "6", "7", "8")
GRADES = {
    "gcse": ("9", "8", "7", "6", "5", "4", "3", "2", "1", "U"),
    "functional_skills": ("L2", "L1", "E3", "E2", "E1", "U"),
    "entry_level": ("E3", "E2", "E1", "U"),
}

Qualification = Annotated[str, Code(codes=QUALIFICATIONS)]
Subject = Annotated[str, Text(at_most=100)]


class TargetAgreed(Facts, frozen=True, kw_only=True):
    qualification: Qualification
    subject: Subject
    level: Annotated[str, Text(at_most=10)]


class Assessed(Facts, frozen=True, kw_only=True):
    subject: Annotated[str, Code(codes=("english", "maths"))]
    instrument: Annotated[str, Text(at_most=100)]
    standard_score: Annotated[float, Number(low=0, high=300)]
    stage: Annotated[str, Code(codes=("baseline", "interim", "exit"))]


class Awarded(Facts, frozen=True, kw_only=True):
    qualification: Qualification
    subject: Subject
    grade: Annotated[str, Text(at_most=20)]
    level: Annotated[str, Code(codes=LEVELS)] | None = None
    provider: Annotated[str, Organisation()] | None = None


class WellbeingMeasured(Facts, frozen=True, kw_only=True):
    instrument: Annotated[
        str,
        Code(
            codes=("sdq_total", "boxall_developmental", "boxall_diagnostic", "self_regulation",
                   "other")
        ),
    ]  # fmt: skip
    score: Annotated[float, Number(low=-1000, high=1000)]
    stage: Annotated[str, Code(codes=("baseline", "interim", "exit"))]
    informant: Annotated[str, Code(codes=("teacher", "parent", "self"))] = "teacher"


def _refuse_award(case: Case[Awarded]) -> Iterator[Problem]:
    allowed = GRADES.get(case.facts.qualification)
    if allowed is not None and case.facts.grade not in allowed:
        yield Problem(
            "/grade",
            "unknown_code",
            f"grade of {case.facts.qualification} must be one of {', '.join(allowed)}",
        )
    if allowed is None and case.facts.level is None:
        yield Problem("/level", "required", "level is needed for this qualification: E1–E3 or 1–8")


def _with(pupil: Pupil, attained: Attained) -> Pupil:
    return replace(pupil, attained=(*pupil.attained, attained))


def _apply_target(pupil: Pupil, entry: Entry[TargetAgreed]) -> Pupil:
    facts = entry.facts
    return _with(
        pupil,
        Attained(
            **entry.stem,
            kind="target",
            qualification=facts.qualification,
            subject=facts.subject,
            level=facts.level,
        ),
    )


def _apply_assessment(pupil: Pupil, entry: Entry[Assessed]) -> Pupil:
    facts = entry.facts
    return _with(
        pupil,
        Attained(
            **entry.stem,
            kind="assessment",
            subject=facts.subject,
            instrument=facts.instrument,
            score=facts.standard_score,
            stage=facts.stage,
        ),
    )


def _apply_award(pupil: Pupil, entry: Entry[Awarded]) -> Pupil:
    facts = entry.facts
    return _with(
        pupil,
        Attained(
            **entry.stem,
            kind="result",
            qualification=facts.qualification,
            subject=facts.subject,
            grade=facts.grade,
            level=facts.level,
            provider=facts.provider,
        ),
    )


def _apply_wellbeing(pupil: Pupil, entry: Entry[WellbeingMeasured]) -> Pupil:
    facts = entry.facts
    return _with(
        pupil,
        Attained(
            **entry.stem,
            kind="wellbeing",
            subject="wellbeing",
            instrument=facts.instrument,
            score=facts.score,
            stage=facts.stage,
            informant=facts.informant,
        ),
    )


TYPES: tuple[NoticeType[Any], ...] = (
    NoticeType(
        name="target_agreed",
        facts=TargetAgreed,
        sentence="Target agreed: {qualification} {subject}, {level}",
        apply=_apply_target,
        senders=SENDERS,
    ),
    NoticeType(
        name="assessment_recorded",
        facts=Assessed,
        sentence="{subject} assessed ({stage}): {standard_score}",
        apply=_apply_assessment,
        senders=SENDERS,
    ),
    NoticeType(
        name="result_awarded",
        facts=Awarded,
        sentence="Awarded {qualification} {subject}: {grade}",
        refuse=_refuse_award,
        apply=_apply_award,
        senders=SENDERS,
    ),
    NoticeType(
        name="wellbeing_measured",
        facts=WellbeingMeasured,
        sentence="Wellbeing measured with {instrument} ({stage}): {score}",
        apply=_apply_wellbeing,
        senders=SENDERS,
    ),
)
CLOCKS = ()
