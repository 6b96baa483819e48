"""Who the pupil is, and which rolls they are on (SI 2024/208)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Annotated

from ap_registry import codes, fields, off_rolling
from ap_registry.errors import Problem
from ap_registry.fields import Code, Day, Destination, LaCode, Organisation, Text, YesNo
from ap_registry.happenings import MAIN, Departure, Details, Exclusion, RollSpell
from ap_registry.notice import Case, Entry, Facts, Flag, NoticeType, World
from ap_registry.pupil import Pupil

REGISTER = frozenset({"school", "la"})
LOOKED_AFTER = ("none", "current", "previous")

Name = Annotated[str, fields.Name()]
_SEX = {"female": "F", "girl": "F", "male": "M", "boy": "M", "unknown": "U"}
OLDEST_PUPIL = 30  # years: at 25 an EHC plan ends
Sex = Annotated[str, Code(codes=("F", "M", "U"), private=True, said=_SEX)]
HomeLa = Annotated[str, LaCode(codes=codes.HOME_LAS)]
SenProvision = Annotated[str, Code(codes=("N", "K", "E"))]
SenNeed = Annotated[str, Code(codes=codes.SEN_NEED.codes)]
NcYear = Annotated[str, Code(codes=codes.NC_YEAR)]


class DetailsChanged(Facts, frozen=True, kw_only=True):
    given_name: Name | None = None
    family_name: Name | None = None
    date_of_birth: Annotated[date, Day(private=True, past=True)] | None = None
    sex: Sex | None = None
    home_la: HomeLa | None = None
    sen_provision: SenProvision | None = None
    sen_need: SenNeed | None = None
    looked_after: Annotated[str, Code(codes=LOOKED_AFTER, private=True)] | None = None
    care_la: HomeLa | None = None
    social_worker: Annotated[str, Code(codes=("none", "cin", "cp"), private=True)] | None = None
    young_carer: Annotated[bool, YesNo(private=True)] | None = None
    restricted: Annotated[bool, YesNo()] | None = None
    free_school_meals: Annotated[bool, YesNo(private=True)] | None = None
    ethnicity: Annotated[str, Text(private=True, at_most=20)] | None = None
    first_language: Annotated[str, Text(private=True, at_most=20)] | None = None
    nc_year: NcYear | None = None


class Registered(Facts, frozen=True, kw_only=True):
    given_name: Name
    family_name: Name
    date_of_birth: Annotated[date, Day(private=True, past=True)]
    sex: Sex
    home_la: HomeLa
    sen_provision: SenProvision
    sen_need: SenNeed | None = None
    looked_after: Annotated[str, Code(codes=LOOKED_AFTER, private=True)] | None = None
    care_la: HomeLa | None = None
    social_worker: Annotated[str, Code(codes=("none", "cin", "cp"), private=True)] | None = None
    young_carer: Annotated[bool, YesNo(private=True)] | None = None
    restricted: Annotated[bool, YesNo()] | None = None
    free_school_meals: Annotated[bool, YesNo(private=True)] | None = None
    ethnicity: Annotated[str, Text(private=True, at_most=20)] | None = None
    first_language: Annotated[str, Text(private=True, at_most=20)] | None = None
    nc_year: NcYear | None = None


class Joined(Facts, frozen=True, kw_only=True):
    school: Annotated[str, Organisation(role="school")]
    registration: Annotated[str, Code(codes=("C", "M", "S", "G", "F", "O"))]


class Left(Facts, frozen=True, kw_only=True):
    school: Annotated[str, Organisation(role="school")]
    ground: Annotated[
        str, Code(codes=(*"abcdefghijklmno", "over_age", "none"), words="a to o, over_age or none")
    ]
    destination: Annotated[str, Destination()] | None = None


def _refuse_details(case: Case[Registered] | Case[DetailsChanged]) -> Iterator[Problem]:
    born = case.facts.date_of_birth
    if born is not None and born > case.on:
        yield Problem("/date_of_birth", "bad_format", "date_of_birth must not be after occurred_on")
    elif born is not None and case.on.year - born.year > OLDEST_PUPIL:
        words = f"date_of_birth is over {OLDEST_PUPIL} years before occurred_on: look at its year"
        yield Problem("/date_of_birth", "bad_format", words)


def _refuse_registered(case: Case[Registered]) -> Iterator[Problem]:
    if any(d.registers for d in case.pupil.details):
        yield Problem("/upn", "already_registered", "this pupil is already registered")
    yield from _refuse_details(case)


def _refuse_changed(case: Case[DetailsChanged]) -> Iterator[Problem]:
    if not any(getattr(case.facts, name) is not None for name in case.facts.__struct_fields__):
        yield Problem("", "required", "say at least one detail that has changed")
    yield from _refuse_details(case)


def _apply_details(pupil: Pupil, entry: Entry[Registered] | Entry[DetailsChanged]) -> Pupil:
    stated = {
        name: value
        for name in entry.facts.__struct_fields__
        if (value := getattr(entry.facts, name)) is not None
    }
    details = Details(
        **entry.stem,
        values=stated,
        registers=entry.type == "pupil_registered",
    )
    return replace(pupil, details=(*pupil.details, details))


def _flag_registered(case: Case[Registered]) -> Iterator[Flag]:
    upn = case.pupil.upn
    if upn is not None and not codes.upn_la_known(upn[1:4]):
        yield case.flag("upn.unknown-la", "characters 2 to 4 of the UPN are no LA that gave UPNs")


def _refuse_joined(case: Case[Joined]) -> Iterator[Problem]:
    if case.before.on_roll(case.facts.school, case.on):
        yield Problem(
            "/school",
            "already_open",
            "the pupil is already on this school's roll on that day: record left_roll first",
        )


def _flag_joined(case: Case[Joined]) -> Iterator[Flag]:
    if case.facts.registration not in MAIN:
        return
    mine = next((s for s in case.pupil.rolls if s.id == case.entry.id), None)
    for other in case.pupil.rolls:
        overlaps = (
            mine is not None
            and other.id != mine.id
            and other.registration in MAIN
            and other.school != mine.school
            and other.until_on is None
            and mine.until_on is None
            and (other.occurred_on, other.version) < (mine.occurred_on, mine.version)
            and not _took_the_place(case.world, mine.school, of=other.school)
        )
        if overlaps:
            yield case.flag(
                "roll.two-main",
                f"still on the roll of {other.school} as main or only school",
                mend=other.school,
            )


def _took_the_place(world: World, school: str, *, of: str) -> bool:
    """An academy of its school: the pupil has one school, whose roll goes on."""
    found = world.organisation(school)
    return found is not None and of in found.predecessors


def _apply_joined(pupil: Pupil, entry: Entry[Joined]) -> Pupil:
    """A second join of a school that was not left continues the spell under a new registration."""
    earlier = tuple(
        replace(s, until_on=entry.occurred_on)
        if s.school == entry.facts.school and s.until_on is None
        else s
        for s in pupil.rolls
    )
    spell = RollSpell(
        **entry.stem,
        school=entry.facts.school,
        registration=entry.facts.registration,
    )
    return replace(pupil, rolls=(*earlier, spell))


def _flag_left(case: Case[Left]) -> Iterator[Flag]:
    facts = case.facts
    mine = [s for s in case.before.rolls if s.school == facts.school]
    if all(s.until_on is not None for s in mine):
        present = any(s.school == facts.school and s.until_on is None for s in case.pupil.rolls)
        yield case.flag(
            "roll.not-on-record" if mine and not present else "roll.before-record",
            f"no open spell on the roll of {facts.school} is on record for that day",
            mend=facts.school,
        )
    if facts.ground == "none":
        yield case.flag(
            "roll.no-lawful-ground",
            "removed without a ground of regulation 9(1)",
            mend=case.home_la(),
        )
    for signal in off_rolling.signals(case.before, facts.ground, case.on, case.world):
        yield case.flag("roll.off-rolling-signal", signal, mend=case.home_la())
    if facts.ground == "o" and not _review_is_over(case):
        yield case.flag(
            "roll.removed-before-review",
            "removed as permanently excluded before the governors' decision was final",
        )


def _review_is_over(case: Case[Left]) -> bool:
    return any(
        e.kind == "permanent" and e.status == "confirmed" and _is_final(e, case)
        for e in case.before.exclusions
    )


def _is_final(exclusion: Exclusion, case: Case[Left]) -> bool:
    """A review is over or waived, or nobody applied in the 15 school days of the notice."""
    if exclusion.under_review:
        return False
    if any(d.kind in {"review_upheld", "review_withdrawn"} for d in exclusion.decisions):
        return True
    if any(r.of == exclusion.id and r.request == "waiver" for r in case.before.parent_requests):
        return True
    upheld = next(d for d in exclusion.decisions if d.kind == "upheld")
    told = [
        n.received_on
        for n in case.before.notified
        if n.to == "parent"
        and n.of in {exclusion.id, upheld.id}
        and n.received_on >= upheld.occurred_on
    ]
    window = case.world.number("roll.removed-before-review", case.on, of=exclusion.school)
    calendar = case.world.calendars.of(exclusion.school)
    last, _missing = calendar.due_after(min(told, default=upheld.occurred_on), window)
    return case.on > last


def _apply_left(pupil: Pupil, entry: Entry[Left]) -> Pupil:
    """End the open spell at that school; where none is open, no spell changes (it is flagged)."""
    held = [s for s in pupil.rolls if s.school == entry.facts.school and s.until_on is None]
    if not held:
        gone = Departure(
            **entry.stem,
            school=entry.facts.school,
            ground=entry.facts.ground,
        )
        return replace(pupil, departures=(*pupil.departures, gone))
    last = held[-1]
    ended = replace(
        last,
        until_on=entry.occurred_on,
        ground=entry.facts.ground,
        left_by=entry.id,
        left_version=entry.version,
    )
    return replace(pupil, rolls=tuple(ended if s is last else s for s in pupil.rolls))


TYPES: tuple[
    NoticeType[Registered] | NoticeType[DetailsChanged] | NoticeType[Joined] | NoticeType[Left], ...
] = (
    NoticeType(
        name="pupil_registered",
        facts=Registered,
        sentence="Registered",
        refuse=_refuse_registered,
        flags=_flag_registered,
        apply=_apply_details,
        senders=frozenset({"school", "la"}),
        relates=True,
    ),
    NoticeType(
        name="pupil_details_changed",
        facts=DetailsChanged,
        sentence="Details changed",
        refuse=_refuse_changed,
        apply=_apply_details,
        senders=REGISTER,
    ),
    NoticeType(
        name="joined_roll",
        facts=Joined,
        sentence="Joined the roll of {school} (registration {registration})",
        refuse=_refuse_joined,
        flags=_flag_joined,
        apply=_apply_joined,
        senders=REGISTER,
        relates=True,
    ),
    NoticeType(
        name="left_roll",
        facts=Left,
        sentence="Left the roll of {school} (ground {ground})",
        flags=_flag_left,
        apply=_apply_left,
        senders=REGISTER,
    ),
)
CLOCKS = ()
