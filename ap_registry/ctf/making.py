"""A pupil on record as a Common Transfer File, and what of the record it cannot say."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ap_registry.calendar import LONDON, academic_year
from ap_registry.ctf import marks
from ap_registry.ctf.document import (
    AttendanceYear,
    Ctf,
    CtfPupil,
    Header,
    MealSpell,
    Place,
    SchoolSpell,
    SenSpell,
)
from ap_registry.errors import Problem, Refused
from ap_registry.notice import World
from ap_registry.organisations import Organisation
from ap_registry.reading import read_pupil
from ap_registry.registry import Registry
from ap_registry.store import who
from ap_registry.store.marks_held import weeks_of

SUPPLIER = "AP Registry"
MAIN = frozenset("CM")
_SAID = frozenset({
    "pupil_registered", "pupil_details_changed", "joined_roll", "left_roll", "upn_changed",
})  # fmt: skip
_FIELDS_LEFT_OUT = ("home_la", "social_worker", "young_carer", "restricted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """``left_out``: what is on record and has no place in a CTF; how many of each."""

    ctf: Ctf
    left_out: Mapping[str, int]


def make_ctf(
    registry: Registry, pupil_id: UUID, *, source: str | None = None,
    destination: str | None = None, on: date | None = None,
) -> Made:  # fmt: skip
    """As effective on a day (default today); ``source`` default: the main or last school.

    Raise Refused where a school is not on record or has no LAESTAB.
    """
    day = on or registry.today()
    shown = read_pupil(registry, pupil_id, on=day, timeline=True)
    with registry.database.connection() as connection:
        world = registry.worlds.fresh(connection)
        others = who.merged_into(connection, [pupil_id]).get(pupil_id, ())
        held = weeks_of(connection, [pupil_id, *others])
    sending = _school(world, source or _main_school(shown["rolls"]), "from")
    receiving = _school(world, destination, "to") if destination else Place()
    header = Header(
        written_at=_local(registry.now()),
        source=sending,
        destination=receiving,
        supplier=SUPPLIER,
        academic_year=academic_year(day) + 1,
    )
    left_out: Counter[str] = Counter(_not_said(shown, world, held))
    pupil = _pupil(shown, world, sending, held)
    return Made(ctf=Ctf(header=header, pupils=(pupil,)), left_out=dict(sorted(left_out.items())))


def _local(now: datetime) -> datetime:
    return now.astimezone(LONDON).replace(tzinfo=None, microsecond=0)


def _main_school(rolls: Sequence[Mapping[str, Any]]) -> str | None:
    """Of those still open the main one, else where the pupil was last."""
    ranked = sorted(
        rolls,
        key=lambda r: (
            r["until"] is None, r["registration"] in MAIN, r["until"] or "", r["from"],
        ),
    )  # fmt: skip
    return ranked[-1]["school"] if ranked else None


def _school(world: World, name: str | None, pointer: str) -> Place:
    if name is None:
        raise Refused(
            (
                Problem(
                    f"/{pointer}", "required", "the pupil is on no roll: say --from ORGANISATION"
                ),
            )
        )
    found = world.organisation(name)
    if found is None:
        raise Refused((Problem(f"/{pointer}", "unknown_organisation", f"{name} is not on record"),))
    place = place_of(found)
    if place is None:
        raise Refused((
            Problem(
                f"/{pointer}", "unknown_organisation",
                f"{found.id} has no LAESTAB on record: import the GIAS extract",
            ),
        ))  # fmt: skip
    return place


def place_of(found: Organisation | None) -> Place | None:
    if found is None or not found.laestab:
        return None
    return Place(la=found.laestab[:3], estab=found.laestab[3:], name=found.name)


def _pupil(
    shown: Mapping[str, Any], world: World, sending: Place, held: Mapping[tuple[str, date], str]
) -> CtfPupil:
    facts = [
        item
        for item in shown["timeline"]
        if item["type"] in {"pupil_registered", "pupil_details_changed"}
        and item["status"] != "void"
    ]
    schools = tuple(_schools(shown["rolls"], world))
    present = next(
        (
            roll["registration"]
            for roll in shown["rolls"]
            if roll["until"] is None and place_of(world.organisation(roll["school"])) == sending
        ),
        None,
    )
    looked_after = shown["looked_after"]
    return CtfPupil(
        surname=shown["family_name"],
        forename=shown["given_name"],
        born_on=date.fromisoformat(shown["date_of_birth"]),
        sex=shown["sex"],
        upn=shown["upn"],
        former_upn=shown["former_upns"][-1] if shown["former_upns"] else None,
        nc_year=shown["nc_year"],
        ethnicity=shown["ethnicity"],
        first_language=shown["first_language"],
        enrolment=present,
        sen=tuple(_sen(facts)),
        sen_needs=(shown["sen_need"],) if shown["sen_need"] else (),
        in_care=None if looked_after is None else looked_after == "current",
        care_la=shown["care_la"] if looked_after == "current" else None,
        meals=tuple(_meals(facts)),
        schools=schools,
        attendance=tuple(_years(held, world)),
    )


def _schools(rolls: Sequence[Mapping[str, Any]], world: World) -> Iterator[SchoolSpell]:
    for roll in sorted(rolls, key=lambda one: (one["from"], one["school"])):
        place = place_of(world.organisation(roll["school"]))
        if place is not None:
            yield SchoolSpell(
                school=place,
                entered_on=date.fromisoformat(roll["from"]),
                left_on=date.fromisoformat(roll["until"]) if roll["until"] else None,
            )


def _sen(facts: Sequence[Mapping[str, Any]]) -> Iterator[SenSpell]:
    """Each provision from the day on which the record says it."""
    before = None
    for item in facts:
        provision = item["data"].get("sen_provision")
        if provision and provision != before:
            starts_on = date.fromisoformat(item["occurred_on"])
            yield SenSpell(starts_on=starts_on, provision=provision)
            before = provision


def _meals(facts: Sequence[Mapping[str, Any]]) -> Iterator[MealSpell]:
    """From the day on which the record says so to the day on which it says otherwise."""
    since: date | None = None
    for item in facts:
        entitled, day = item["data"].get("free_school_meals"), item["occurred_on"]
        if entitled is True and since is None:
            since = date.fromisoformat(day)
        elif entitled is False and since is not None:
            yield MealSpell(starts_on=since, ends_on=date.fromisoformat(day))
            since = None
    if since is not None:
        yield MealSpell(starts_on=since)


def _years(held: Mapping[tuple[str, date], str], world: World) -> Iterator[AttendanceYear]:
    by_year: dict[tuple[int, str], dict[date, str]] = {}
    for (organisation, week), packed in held.items():
        by_year.setdefault((academic_year(week) + 1, organisation), {})[week] = packed
    for (year, organisation), weeks in sorted(by_year.items()):
        place = place_of(world.organisation(organisation))
        if place is None:
            continue
        counted = marks.totals("".join(weeks.values()))
        starts_on, text = marks.written(weeks)
        yield AttendanceYear(
            school=place,
            year=year,
            possible=counted.possible,
            authorised=counted.authorised,
            attended=counted.attended,
            unauthorised=counted.unauthorised,
            starts_on=starts_on,
            marks=text,
        )


def _not_said(
    shown: Mapping[str, Any], world: World, held: Mapping[tuple[str, date], str]
) -> Iterator[str]:
    yield from (item["type"] for item in shown["timeline"] if item["type"] not in _SAID)
    yield from (name for name in _FIELDS_LEFT_OUT if shown[name] not in (None, "none", False))
    if shown["looked_after"] == "previous":
        yield "looked_after previous"
    for roll in shown["rolls"]:
        if place_of(world.organisation(roll["school"])) is None:
            yield "roll of a school without LAESTAB"
    for organisation, _week in held:
        if place_of(world.organisation(organisation)) is None:
            yield "week of a register of an organisation without LAESTAB"
    for packed in held.values():
        yield from ("attendance code shortened" for byte in packed if byte in _SHORTENED)


_SHORTENED = "cdj1234567"
