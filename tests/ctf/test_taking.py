"""A Common Transfer File becomes ordinary notices, and what we write makes the same pupil again."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from ap_registry import embedded
from ap_registry.access import Caller
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
from ap_registry.ctf.making import make_ctf
from ap_registry.ctf.reading import read_ctf
from ap_registry.ctf.taking import import_ctf
from ap_registry.ctf.writing import write_ctf
from ap_registry.errors import Refused, Unreadable
from ap_registry.ingest.results import ImportResult
from ap_registry.reading import read_pupil
from ap_registry.registry import Registry
from ap_registry.store import who
from ap_registry.store.database import Database
from tests.conftest import fresh_database
from tests.world import (
    OTHER,
    PUPIL,
    SCHOOL,
    load_world,
    notify,
    register_pupil,
    send_register,
    take_organisations,
    upn,
)

ALDER, BROOK = Place(la="856", estab="4001"), Place(la="856", estab="4002")
NUMBERS = f"id,kind,name,la,laestab\n{SCHOOL},school,Alder School,856,8564001\n" + (
    f"{OTHER},school,Brook School,856,8564002\n"
)
ANN = CtfPupil(
    surname="Example", forename="Ann", born_on=date(2011, 2, 3), sex="F", upn=upn(40),
    nc_year="10", sen=(SenSpell(starts_on=date(2024, 1, 8), provision="K"),), sen_needs=("SEMH",),
    in_care=True, care_la="857", meals=(MealSpell(starts_on=date(2023, 9, 1)),), enrolment="C",
    schools=(
        SchoolSpell(school=BROOK, entered_on=date(2022, 9, 5), left_on=date(2025, 7, 11)),
        SchoolSpell(school=ALDER, entered_on=date(2025, 9, 1)),
    ),
    attendance=(
        AttendanceYear(school=BROOK, year=2025, possible=4, attended=3, unauthorised=1,
                       starts_on=date(2025, 6, 2), marks="/\\/O"),
    ),
)  # fmt: skip
FILE = Ctf(
    header=Header(written_at=datetime(2025, 9, 15, 10), source=BROOK, destination=ALDER),
    pupils=(ANN,),
)


@pytest.fixture
def world(registry: Registry) -> Registry:
    take_organisations(registry, NUMBERS)
    return registry


@pytest.fixture
def elsewhere(servers: embedded.Servers) -> Iterator[Registry]:
    """A second registry with the same organisations and no pupils."""
    with fresh_database(servers) as urls:
        database = Database(urls.database_url)
        made = Registry(database)
        load_world(made)
        take_organisations(made, NUMBERS)
        yield made
        database.close()


def take(registry: Registry, ctf: Ctf = FILE, **options: Any) -> ImportResult:
    return import_ctf(registry, io.BytesIO(write_ctf(ctf)), **options)


def shown(registry: Registry, name: str, **options: Any) -> dict[str, Any]:
    with registry.database.connection() as connection:
        pupil_id = who.pupil_named(connection, name)
    assert pupil_id is not None
    return read_pupil(registry, pupil_id, **options)


def test_a_pupil_not_known_is_registered_with_schools_and_marks(world: Registry) -> None:
    told = take(world)
    assert (told.rows, told.created, told.errors) == (1, 1, [])
    assert told.more == {
        "notices": {"joined_roll": 2, "left_roll": 1, "pupil_registered": 1},
        "marks": 4, "not_taken": {},
    }  # fmt: skip
    found = shown(world, ANN.upn or "")
    assert {name: found[name] for name in ("given_name", "date_of_birth", "sex", "home_la",
            "sen_provision", "sen_need", "looked_after", "care_la", "free_school_meals",
            "nc_year")} == {
        "given_name": "Ann", "date_of_birth": "2011-02-03", "sex": "F", "home_la": "856",
        "sen_provision": "K", "sen_need": "SEMH", "looked_after": "current", "care_la": "857",
        "free_school_meals": True, "nc_year": "10",
    }  # fmt: skip
    assert found["rolls"] == [
        {"school": OTHER, "registration": "C", "from": "2022-09-05", "until": "2025-07-11",
         "ground": "a"},
        {"school": SCHOOL, "registration": "C", "from": "2025-09-01", "until": None,
         "ground": None},
    ]  # fmt: skip


def test_the_same_file_again_changes_nothing(world: Registry) -> None:
    take(world)
    again = take(world)
    assert (again.unchanged, again.created, again.more["notices"], again.more["marks"]) == (
        1, 0, {}, 0,
    )  # fmt: skip


def test_a_dry_run_says_the_same_and_saves_nothing(world: Registry) -> None:
    told = take(world, dry_run=True)
    assert (told.created, told.more["notices"]["pupil_registered"]) == (1, 1)
    assert take(world).created == 1


def test_only_what_differs_is_taken_of_a_pupil_on_record(world: Registry) -> None:
    take(world)
    moved = replace(ANN, surname="Newname", sex="F", sen=(*ANN.sen, SenSpell(
        starts_on=date(2025, 10, 1), provision="E")))  # fmt: skip
    later = replace(FILE.header, written_at=datetime(2025, 10, 6))
    told = take(world, Ctf(header=later, pupils=(moved,)))
    assert told.more["notices"] == {"pupil_details_changed": 1}
    (said,) = [
        item["data"]
        for item in shown(world, ANN.upn or "", timeline=True)["timeline"]
        if item["type"] == "pupil_details_changed"
    ]
    assert said == {"family_name": "Newname", "sen_provision": "E"}


def test_a_file_older_than_the_record_takes_nothing_back(world: Registry) -> None:
    register_pupil(world, on="2026-01-05", upn=PUPIL, nc_year="11")
    told = take(world, Ctf(header=FILE.header, pupils=(replace(ANN, upn=PUPIL, schools=()),)))
    assert told.more["notices"] == {}
    assert shown(world, PUPIL)["nc_year"] == "11"


def test_a_mark_on_record_stands_and_only_gaps_are_filled(world: Registry) -> None:
    take(world, replace(FILE, pupils=(replace(ANN, attendance=()),)))
    send_register(
        world,
        f"upn,organisation,week,marks\n{ANN.upn},{OTHER},2025-06-02,I - - - - - - - - -\n",
    )
    assert take(world).more["marks"] == 3


def test_marks_that_do_not_add_up_to_their_totals_are_left_out_and_said(world: Registry) -> None:
    (year,) = ANN.attendance
    wrong = replace(ANN, attendance=(replace(year, attended=4),))
    told = take(world, replace(FILE, pupils=(wrong,)))
    assert told.more["not_taken"] == {"attendance marks that do not add up to their totals": 1}
    assert told.more["marks"] == 0


@pytest.mark.parametrize(("start", "sessions"), [((9999, 12, 27), 40), ((2025, 9, 1), 900)])
def test_marks_of_no_year_are_left_out(start: tuple[int, int, int], sessions: int) -> None:
    with pytest.raises(ValueError, match="more marks"):
        marks.read(AttendanceYear(school=BROOK, starts_on=date(*start), marks="/" * sessions))


@pytest.mark.parametrize("weekends", ["", "--##"])
def test_marks_with_and_without_weekends_are_the_same_weeks(weekends: str) -> None:
    week = "/\\" * 5
    year = AttendanceYear(school=BROOK, starts_on=date(2025, 6, 2), marks=(week + weekends) * 3)
    assert marks.read(year) == {
        date(2025, 6, 2): week, date(2025, 6, 9): week, date(2025, 6, 16): week,
    }  # fmt: skip


def test_a_leaving_without_a_next_school_is_said_and_not_guessed(world: Registry) -> None:
    left = replace(ANN, schools=(replace(ANN.schools[0], school=ALDER),), attendance=())
    header = Header(written_at=datetime(2025, 9, 15), source=ALDER)
    told = take(world, Ctf(header=header, pupils=(left,)))
    assert told.more == {
        "notices": {"joined_roll": 1, "pupil_registered": 1}, "marks": 0,
        "not_taken": {"leaving without a next school: its ground is not known": 1},
    }  # fmt: skip


def test_a_pupil_without_upn_gets_an_id_once(world: Registry) -> None:
    nobody = replace(FILE, pupils=(replace(ANN, upn=None),))
    assert take(world, nobody).created == 1
    assert take(world, nobody).unchanged == 1


def test_one_bad_pupil_does_not_spoil_the_others_and_is_named(world: Registry) -> None:
    bad = replace(ANN, upn="A" + (ANN.upn or "")[1:])
    out = io.StringIO()
    told = take(world, replace(FILE, pupils=(bad, ANN, ANN)), result_file=out)
    assert (told.created, told.duplicate, told.refused) == (1, 1, 1)
    (error,) = told.errors
    assert (error.row, error.column, error.code) == (1, "UPN", "bad_check_letter")
    assert [line.split(",")[:2] for line in out.getvalue().splitlines()[1:]] == [
        ["1", "refused"], ["2", "created"], ["3", "duplicate"],
    ]  # fmt: skip


def test_a_name_is_what_was_meant_or_refused(world: Registry) -> None:
    twice, error = (
        replace(ANN, upn=upn(n), forename=name) for n, name in ((41, "ZoÃ«"), (42, "#N/A"))
    )
    told = take(world, replace(FILE, pupils=(twice, error)))
    assert [(e.row, e.column, e.code) for e in told.errors] == [(2, "Forename", "bad_format")]
    assert shown(world, upn(41))["given_name"] == "Zoë"


def test_of_a_file_that_breaks_off_nothing_is_recorded(world: Registry) -> None:
    many = replace(FILE, pupils=(*(replace(ANN, upn=upn(n)) for n in range(50, 80)), ANN))
    whole = write_ctf(many)
    for sent in (whole[: -len(whole) // 8], whole + whole):
        with pytest.raises(Unreadable, match="not well-formed"):
            import_ctf(world, io.BytesIO(sent))
    with world.database.connection() as connection:
        assert who.pupil_named(connection, upn(50)) is None


def test_a_file_between_schools_that_nobody_knows_is_refused_in_words(world: Registry) -> None:
    header = Header(written_at=None, source=Place(la="999", estab="9999"))
    with pytest.raises(Refused, match="neither school of the file is on record"):
        take(world, Ctf(header=header, pupils=(ANN,)))


def test_a_receiving_school_takes_a_pupil_whom_it_did_not_see_only_if_the_file_says_it_joined(
    world: Registry,
) -> None:
    register_pupil(world, upn=PUPIL)
    brook = Caller(actor="key", role="school", organisations=(OTHER,))
    stays = replace(ANN, upn=PUPIL, attendance=(), schools=(ANN.schools[1],))
    comes = replace(stays, schools=(SchoolSpell(school=BROOK, entered_on=date(2025, 9, 1)),))
    header = replace(FILE.header, source=ALDER, destination=BROOK)
    refused = take(world, Ctf(header=header, pupils=(stays,)), caller=brook)
    assert [error.code for error in refused.errors] == ["unknown_pupil"]
    taken = take(world, Ctf(header=header, pupils=(comes,)), caller=brook)
    assert taken.more["notices"]["joined_roll"] == 1


def test_what_is_exported_makes_the_same_pupil_in_another_registry(
    world: Registry, elsewhere: Registry
) -> None:
    take(world)
    notify(world, "suspension", "2025-10-06", upn=ANN.upn, school=SCHOOL, sessions=2,
           ends_on="2025-10-06", reasons=["PP"])  # fmt: skip
    made = make_ctf(world, _id(world, ANN.upn))
    assert made.left_out == {"home_la": 1, "suspension": 1}
    assert made.ctf.header.source == replace(ALDER, name="Alder School")
    there = take(elsewhere, made.ctf)
    assert (there.created, there.errors) == (1, [])
    again = make_ctf(elsewhere, _id(elsewhere, ANN.upn)).ctf
    # What differs is the day from which each registry knows, not what it knows.
    strip = {"sen": (), "meals": ()}
    assert replace(again.pupils[0], **strip) == replace(made.ctf.pupils[0], **strip)
    for name in ("given_name", "family_name", "sen_provision", "sen_need", "rolls", "nc_year",
                 "free_school_meals", "looked_after", "care_la"):  # fmt: skip
        assert shown(elsewhere, ANN.upn or "")[name] == shown(world, ANN.upn or "")[name]


def test_what_is_exported_reads_back_equal(world: Registry) -> None:
    take(world)
    made = make_ctf(world, _id(world, ANN.upn), destination=OTHER).ctf
    assert read_ctf(io.BytesIO(write_ctf(made))) == made


@pytest.mark.parametrize(
    ("options", "said"), [({"source": "100003"}, "LAESTAB"), ({"destination": "100099"}, "record")]
)
def test_a_school_without_a_number_is_refused_with_the_cure(
    world: Registry, options: dict[str, str], said: str
) -> None:
    take(world)
    with pytest.raises(Refused, match=said):
        make_ctf(world, _id(world, ANN.upn), **options)


def _id(registry: Registry, name: str | None) -> Any:
    with registry.database.connection() as connection:
        return who.pupil_named(connection, name or "")
