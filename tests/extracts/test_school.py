"""One school's report: who is elsewhere, part time or gone, with reasons, checks and reviews."""

from typing import Any

import pytest

from ap_registry.access import Caller
from ap_registry.registry import Registry
from reports.asking import asked_of
from reports.files import file_of
from reports.kinds import KINDS
from tests.extracts.area import COLLEGE
from tests.extracts.conftest import AskedOf, KeyOf
from tests.reports.telling import Telling
from tests.world import OTHER, PRU, SCHOOL

IDS = frozenset({"pupil_id", "placement", "upn"})


def told(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in IDS}


def test_off_site_says_where_why_checked_reviewed_and_attended(asked: AskedOf) -> None:
    ann, fay = asked("school", school=SCHOOL)["off_site"]
    assert told(ann) == {
        "name": "Example, Ann", "year_group": 11,  # born in February 2011
        "provider": PRU, "provider_name": "Bridge PRU", "site": "2 Mill Lane",
        "basis": "off_site_direction", "arranged_by": SCHOOL, "arranged_by_name": "Alder School",
        "reason": "behaviour", "intent": "return", "starts_on": "2026-09-07",
        "ends_on": "2026-12-18", "ended_on": None, "end_reason": None, "sessions_per_week": 10,
        "checks": True, "checks_confirmed_on": "2026-09-02", "reviews": 1,
        # of two half-terms (to 16 October and 18 December) the first has been reviewed
        "reviewed_on": "2026-10-12", "review_due_on": "2026-12-18", "review_overdue": False,
        "possible": 40, "attended": 30, "unauthorised": 10, "attendance": 75.0,
    }  # fmt: skip
    assert (fay["provider"], fay["checks"], fay["attendance"]) == (COLLEGE, False, None)
    assert (fay["review_due_on"], fay["review_overdue"]) == ("2026-10-16", True)


def test_part_time_says_how_long_and_whether_over_the_limit(asked: AskedOf) -> None:
    (ben,) = asked("school", school=SCHOOL)["part_time"]
    assert told(ben) == {
        "name": "Example, Ben", "year_group": 11, "sessions_per_week": 6,
        "reason": "Back after an operation", "starts_on": "2026-09-07", "ends_on": "2026-10-02",
        "ended_on": None, "days": 75, "over_limit": True,  # 24 in September, 31, 20
        "reviews": 0, "reviewed_on": None, "review_due_on": "2026-09-21", "review_overdue": True,
    }  # fmt: skip


def test_within_six_weeks_part_time_is_not_over_the_limit(asked: AskedOf) -> None:
    (ben,) = asked("school", school=SCHOOL, to="2026-10-01")["part_time"]
    assert (ben["days"], ben["over_limit"], ben["review_overdue"]) == (25, False, True)


def test_off_roll_says_the_ground_and_what_is_flagged(asked: AskedOf) -> None:
    (cat,) = asked("school", school=SCHOOL)["off_roll"]
    assert told(cat) == {
        "name": "Example, Cat", "year_group": 11, "left_on": "2026-10-15", "ground": "f",
        "destination": None, "destination_name": "", "flags": ["roll.off-rolling-signal"],
    }  # fmt: skip


def test_a_period_has_what_ran_in_it(asked: AskedOf) -> None:
    year = {"from": "2025-09-01", "to": "2026-08-31"}
    found = asked("school", school=SCHOOL, **year)
    names = {name: [r["name"] for r in found[name]] for name in ("off_site", "off_roll")}
    assert names == {
        "off_site": [f"Example, {n}" for n in ("Dan", "Gus", "Ivy")],
        "off_roll": ["Example, Dan"],
    }


def test_nothing_was_known_before_it_was_recorded(asked: AskedOf) -> None:
    found = asked("school", school=SCHOOL, known_by="2026-11-19")
    assert (found["off_site"], found["part_time"], found["off_roll"]) == ([], [], [])


def names(answer: dict[str, Any]) -> set[str]:
    lists = (answer[name] for name in ("off_site", "part_time", "off_roll"))
    return {row["name"].removeprefix("Example, ") for rows in lists for row in rows}


def test_a_school_need_not_name_itself(key_of: KeyOf) -> None:
    answer = key_of("school", SCHOOL).get("/reports/school").json()
    assert (answer["school"], names(answer)) == (SCHOOL, {"Ann", "Ben", "Cat", "Fay"})


def test_a_school_that_is_not_known_is_refused(key_of: KeyOf) -> None:
    answer = key_of("la", "LA856").get("/reports/school", params={"school": "999999"})
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [
        ("/school", "unknown_organisation")
    ]


def test_a_school_reads_of_no_other(key_of: KeyOf) -> None:
    answer = key_of("school", OTHER).get("/reports/school", params={"school": SCHOOL})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("la", "seen"), [("LA856", {"Ann", "Ben", "Cat", "Fay"}), ("LA857", {"Fay"})]
)
def test_an_la_sees_its_own(key_of: KeyOf, la: str, seen: set[str]) -> None:
    answer = key_of("la", la).get("/reports/school", params={"school": SCHOOL})
    assert names(answer.json()) == seen


def test_a_school_is_not_told_of_an_exclusion_elsewhere(registry: Registry) -> None:
    told = Telling(registry)
    told.tell("permanent_exclusion", "2026-09-07", school=SCHOOL, reasons=["PP"], ref="X")
    told.placed("2026-09-14", commissioner="LA856", arising_from="X", ends_on="2026-12-18")
    told.tell("left_roll", "2026-10-01", school=SCHOOL, ground="o")
    told.tell("joined_roll", "2026-10-05", school=OTHER, registration="C")
    kind = KINDS["school"]
    found = {
        role: kind.read(
            registry,
            asked_of(kind, {"school": OTHER, "from": "2026-10-05", "to": "2026-11-20"}),
            Caller(actor="test", role=role, organisations=(name,)),
        ).object["off_site"]
        for role, name in (("school", OTHER), ("la", "LA856"))
    }
    assert {role: row["basis"] for role, (row,) in found.items()} == {
        "school": None, "la": "permanent_exclusion",
    }  # fmt: skip


def test_a_former_home_la_is_not_told_of_a_later_leave(registry: Registry) -> None:
    """What happened after the pupil moved away is the school's to know, and the new LA's."""
    told = Telling(registry, home_la="857")
    told.tell("pupil_details_changed", "2026-09-14", home_la="856")
    told.tell("left_roll", "2026-10-15", by=SCHOOL, school=SCHOOL, ground="f")
    kind = KINDS["school"]
    asked = asked_of(kind, {"school": SCHOOL, "from": "2026-08-26", "to": "2026-11-20"})
    found = {
        name: kind.read(registry, asked, Caller(actor="test", role=role, organisations=(name,)))
        for role, name in (("la", "LA857"), ("la", "LA856"), ("school", SCHOOL))
    }
    left = {name: [r["left_on"] for r in one.object["off_roll"]] for name, one in found.items()}
    assert left == {"LA857": [], "LA856": ["2026-10-15"], SCHOOL: ["2026-10-15"]}


def test_an_la_names_the_school(key_of: KeyOf) -> None:
    answer = key_of("la", "LA856").get("/reports/school")
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [("/school", "required")]


def test_whom_it_shows_is_noted(key_of: KeyOf) -> None:
    shown = key_of("la", "LA857").get("/reports/school", params={"school": SCHOOL}).json()
    (row,) = shown["off_site"]
    reads = key_of("admin", "LA856").get("/reads", params={"pupil": row["pupil_id"]}).json()
    theirs = [one for one in reads["items"] if one["organisation"] == "LA857"]
    assert "GET /api/v1/reports/school" in {one["what"] for one in theirs}


@pytest.mark.parametrize("format", ["html", "pdf", "xlsx", "csv"])
def test_it_is_written_in_each_format(area: Registry, format: str) -> None:
    made = KINDS["school"].read(area, asked_of(KINDS["school"], {"school": SCHOOL}))
    content = file_of(made, format)
    assert content == file_of(made, format)
    if format in {"html", "csv"}:
        assert b"Back after an operation" in content
