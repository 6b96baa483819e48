"""Who does which duty: taken in, replaced, and kept by name only while they do it."""

from typing import Any

import pytest

from ap_registry.people import addresses, duty_for
from ap_registry.registry import Registry
from ap_registry.store.people import person_for, present_people
from tests.world import SCHOOL, take_people

HEAD = f"{SCHOOL},exclusions,Pat Head,pat@alder.example,Sam Deputy,sam@alder.example\n"


def rows(registry: Registry, columns: str) -> list[Any]:
    with registry.database.connection() as connection:
        return connection.execute(f"select {columns} from person order by from_at").fetchall()


def test_the_person_then_the_deputy_then_the_organisation(registry: Registry) -> None:
    assert take_people(registry, HEAD).created == 1
    with registry.database.connection() as connection:
        found = person_for(present_people(connection), SCHOOL, "exclusions")
    assert addresses(found, "office@alder.example") == (
        "pat@alder.example", "sam@alder.example", "office@alder.example",
    )  # fmt: skip


def test_the_same_file_again_changes_nothing(registry: Registry) -> None:
    take_people(registry, HEAD)
    again = take_people(registry, HEAD)
    assert (again.unchanged, again.created) == (1, 0)
    assert len(rows(registry, "duty")) == 1


def test_whoever_is_followed_is_not_kept_by_name(registry: Registry) -> None:
    take_people(registry, HEAD)
    take_people(registry, f"{SCHOOL},exclusions,Kim New,kim@alder.example,,\n")
    assert rows(registry, "name, email, until_at = 'infinity'") == [
        (None, None, False), ("Kim New", "kim@alder.example", True),
    ]  # fmt: skip


def test_names_are_in_the_private_part_of_the_event(registry: Registry) -> None:
    take_people(registry, HEAD)
    with registry.database.connection() as connection:
        public, private = connection.execute(
            "select e.data::text, p.data::text from event e join event_private p"
            " using (pupil_id, stream, version) where e.type = 'person_recorded.v1'"
        ).fetchone() or ("", "")
    assert [word for word in ("Pat", "pat@", "Sam") if word in public] == []
    assert "Pat Head" in private


def test_a_phone_is_kept_while_its_owner_does_the_duty(registry: Registry) -> None:
    kept = f"{SCHOOL},lead,Pat,pat@alder.example,,,"
    take_people(registry, kept + "0116 496 0000\n", ",phone")
    with registry.database.connection() as connection:
        assert present_people(connection)[SCHOOL, "lead"].phone == "0116 496 0000"
    wrong = take_people(registry, kept + "ring twice\n", ",phone").errors
    assert [(e.column, e.code) for e in wrong] == [("phone", "bad_format")]
    take_people(registry, f"{SCHOOL},lead,Kim,kim@alder.example,,\n")
    assert rows(registry, "phone") == [(None,), (None,)]


def test_a_phone_that_lost_its_first_nought_is_told(registry: Registry) -> None:
    row = f"{SCHOOL},lead,Pat,pat@alder.example,,,"
    (wrong,) = take_people(registry, row + "1164960000\n", ",phone").errors
    assert (wrong.column, "lost the 0" in wrong.detail) == ("phone", True)
    assert take_people(registry, row + "+441164960000\n", ",phone").created == 1


def test_an_address_copied_from_a_link_is_the_address(registry: Registry) -> None:
    take_people(registry, f"{SCHOOL},lead,Pat,mailto:pat@alder.example,,\n")
    assert rows(registry, "email") == [("pat@alder.example",)]


def test_hours_are_one_line(registry: Registry) -> None:
    at = f"{SCHOOL},lead,Kim,kim@alder.example,,,0116 496 0000,"
    take_people(registry, f'{at}"Monday to Friday, 9am to 5pm"\n', ",phone,hours")
    assert rows(registry, "hours") == [("Monday to Friday, 9am to 5pm",)]
    wrong = take_people(registry, at + "x" * 101 + "\n", ",phone,hours").errors
    assert [(e.column, e.code) for e in wrong] == [("hours", "bad_format")]


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (f"{SCHOOL},caretaker,Pat,pat@alder.example,,", "duty", "unknown_code"),
        (f"{SCHOOL},lead,Pat,pat at alder,,", "email", "bad_format"),
        (f"{SCHOOL},lead,Pat,pa\u200bt@alder.example,,", "email", "bad_format"),
        (f"{SCHOOL},lead,Pat,“pat@alder.example”,,", "email", "bad_format"),
        (f"{SCHOOL},lead,Pat,pat@alder.example.,,", "email", "bad_format"),
        (f"{SCHOOL},lead,Pat,a@{'.' * 20_000}@,,", "email", "bad_format"),
        (f"{SCHOOL},lead,TBC,pat@alder.example,,", "name", "bad_format"),
        (f"{SCHOOL},lead,,pat@alder.example,,", "name", "required"),
        ("999999,lead,Pat,pat@alder.example,,", "organisation", "unknown_organisation"),
        (f"{SCHOOL},lead,Pat,pat@alder.example,Sam,sam", "deputy_email", "bad_format"),
    ],
)
def test_a_bad_row_is_named(registry: Registry, row: str, column: str, code: str) -> None:
    assert [(e.column, e.code) for e in take_people(registry, row).errors] == [(column, code)]


@pytest.mark.parametrize(
    ("kind", "duty"),
    [("sixth_day_provision", "exclusions"), ("code_n_reason", "attendance"),
     ("health_response", "health"), ("first_day_absence", "safeguarding"),
     ("ehc_plan", "senco"), ("placement_review", "lead")],
)  # fmt: skip
def test_each_kind_is_for_the_duty_that_fits(kind: str, duty: str) -> None:
    assert duty_for(kind) == duty
