"""Each extract says what was told by hand in area.py, to whom it is for and to nobody else."""

from typing import Any

import pytest

from ap_registry.registry import Registry
from reports.asking import asked_of
from reports.files import file_of
from reports.kinds import KINDS
from tests.extracts.area import COLLEGE
from tests.extracts.conftest import AskedOf, KeyOf
from tests.reports.cells import cells_of
from tests.reports.telling import Telling
from tests.world import GARAGE, OTHER, PRU, SCHOOL, upn

AUTUMN = {"school": SCHOOL, "from": "2026-08-26", "to": "2026-11-20"}


def first_name(row: dict[str, Any]) -> str:
    return str(row["name"]).removeprefix("Example, ")


def some(row: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def test_governors_are_told_each_exclusion_of_the_term(asked: AskedOf) -> None:
    found = asked("governors", school=SCHOOL)
    # autumn: 26 August to 18 December, both half-terms
    assert found["period"] == {"from": "2026-08-26", "to": "2026-12-18"}
    names = ("occurred_on", "sessions", "reasons", "status", "parent_told_on")
    assert [(first_name(r), *some(r, *names)) for r in found["exclusions"]] == [
        ("Cat", "2026-09-14", 12, ["DB"], "issued", "2026-09-14"),
        ("Cat", "2026-09-28", 4, ["PP", "DM"], "cancelled", None),
        ("Cat", "2026-10-05", 2, ["PP"], "issued", None),
    ]
    assert [r["cancelled_on"] for r in found["cancelled"]] == ["2026-09-28"]
    (cat,) = found["pupils"]
    # 12 and 2 of what stands; the cancelled one ended before a session of it was served
    assert some(cat, "sessions_term", "sessions_year", "permanent") == (14, 14, False)


def test_each_term_counts_by_itself(registry: Registry) -> None:
    """Six days in each of three are never more than 15 in one; the year is that of the longest."""
    told = Telling(registry)
    for first, last, sessions in (
        ("2025-09-15", "2025-09-22", 12), ("2026-01-12", "2026-01-19", 12),
        ("2026-04-20", "2026-04-28", 14), ("2026-09-14", "2026-09-14", 2),
    ):  # fmt: skip
        told.suspended(first, sessions=sessions, ends_on=last, by=SCHOOL)
    kind = KINDS["governors"]
    given = {"school": SCHOOL, "from": "2025-09-01", "to": "2026-11-20"}
    made = kind.read(registry, asked_of(kind, given))
    (pupil,) = made.object["pupils"]
    assert some(pupil, "sessions_term", "term", "sessions_year") == (14, "summer 2025/26", 38)
    assert "meet where a parent asks" in file_of(made, "html").decode()


def test_a_page_says_what_governors_must_do(area: Registry) -> None:
    kind = KINDS["governors"]
    page = file_of(kind.read(area, asked_of(kind, {"school": SCHOOL})), "html").decode()
    assert "meet where a parent asks" in page  # seven days in the term: more than 5, not 15


def test_governors_are_told_an_exclusion_for_good(asked: AskedOf) -> None:
    found = asked("governors", **{**AUTUMN, "from": "2025-09-01", "to": "2025-12-19"})
    (dan,) = found["exclusions"]
    assert some(dan, "kind", "ends_on", "sessions", "reasons") == (
        "permanent", None, None, ["PA", "DM"],
    )  # fmt: skip
    assert [r["permanent"] for r in found["pupils"]] == [True]


def test_the_attendance_return_has_ten_days_on_end(asked: AskedOf) -> None:
    found = asked("attendance-return", school=SCHOOL, month="2026-10-01")
    assert found["period"] == {"from": "2026-10-01", "to": "2026-10-31"}
    (jo,) = found["absent"]
    names = ("opened_on", "told_on", "G", "N", "O", "U", "possible", "rate", "address")
    assert (first_name(jo), *some(jo, *names)) == (
        "Jo", "2026-10-16", None, 0, 0, 20, 0, 20, 0.0, "9 Low Road, Leicester LE2 2BB",
    )  # fmt: skip
    assert found["sick"] == []
    often = {first_name(r): some(r, "possible", "attended", "kind") for r in found["often_absent"]}
    assert often == {"Ann": (30, 20, "persistent"), "Jo": (20, 0, "severe")}


def test_the_last_month_over_is_returned(asked: AskedOf) -> None:
    found = asked("attendance-return", school=SCHOOL)
    assert found["period"] == {"from": "2026-10-01", "to": "2026-10-31"}


def test_a_support_meeting_has_the_lowest_first_and_each_group(asked: AskedOf) -> None:
    found = asked("targeting-support", school=SCHOOL)
    assert found["period"] == {"from": "2026-08-26", "to": "2026-11-20"}
    names = ("possible", "attended", "rate", "kind", "ten_in_ten", "groups", "support")
    assert [(first_name(r), *some(r, *names)) for r in found["pupils"]] == [
        ("Jo", 30, 10, 33.3, "severe", True, ["SEN support", "social worker"], ["referral"]),
        ("Ann", 40, 30, 75.0, "persistent", True, ["SEN support", "placed in AP"],
         ["placement", "review"]),
    ]  # fmt: skip
    groups = {g["group"]: some(g, "pupils", "rate", "persistent", "severe")
              for g in found["groups"]}  # fmt: skip
    assert groups == {
        "all": (2, 57.1, 2, 1),  # 40 of 70
        "SEN support": (2, 57.1, 2, 1), "social worker": (1, 33.3, 1, 1),
        "placed in AP": (1, 75.0, 1, 0), "Year 11": (2, 57.1, 2, 1),
    }  # fmt: skip


def test_evidence_has_each_session_and_what_was_offered(asked: AskedOf) -> None:
    found = asked("penalty-notice", upn=upn(10))
    # school weeks back from 16 November; none in the half-term week of 19 October
    assert found["period"] == {"from": "2026-09-07", "to": "2026-11-20"}
    assert some(found, "unauthorised", "reached_on", "possible", "attendance") == (
        20, "2026-10-09", 30, 33.3,
    )  # fmt: skip
    assert found["sessions"][0] == {
        "on": "2026-10-05", "session": "AM", "code": "O",
        "means": "other, or reason not known", "register": "Alder School",
    }  # fmt: skip
    assert [some(s, "on", "what", "by") for s in found["support"]] == [
        ("2026-10-12", "Referral", "Alder School")
    ]
    assert found["parents"] == [{"name": "Kim Example", "relation": "father"}]


def test_the_threshold_is_the_tenth_session(asked: AskedOf) -> None:
    found = asked("penalty-notice", upn=upn(10), on="2026-10-09")
    assert some(found, "unauthorised", "reached_on") == (10, "2026-10-09")
    found = asked("penalty-notice", upn=upn(10), on="2026-10-08")
    assert some(found, "unauthorised", "reached_on") == (8, None)


def test_what_schools_arranged_is_theirs_to_return(asked: AskedOf) -> None:
    found = asked("school-arranged", school=SCHOOL, **{"from": "2026-09-01"})
    names = ("urn", "ukprn", "setting_type", "reason", "entry_date", "leaving_date", "wrong")
    assert [(first_name(r), *some(r, *names)) for r in found["placements"]] == [
        ("Ann", PRU, None, None, "behaviour", "2026-09-07", None, []),
        ("Fay", None, "10012345", None, "other", "2026-10-05", None, []),
    ]
    year = {"from": "2025-09-01", "to": "2026-08-31"}
    assert [first_name(r) for r in asked("school-arranged", la="856", **year)["placements"]] == [
        "Ivy"  # Dan, Eve and Gus were placed by the LA
    ]


def test_children_not_in_school_are_those_of_the_la(asked: AskedOf) -> None:
    found = asked("children-not-in-school", la="856")
    names = ("why", "since", "school_name", "provider_name", "sessions")
    assert [(first_name(r), *some(r, *names)) for r in found["children"]] == [
        ("Ann", "off_site", "2026-09-07", "Alder School", "Bridge PRU", 10),
        ("Ben", "part_time", "2026-09-07", "Alder School", None, 6),
        ("Cat", "home_education", "2026-10-15", None, None, None),
        ("Dan", "no_school", "2026-01-05", None, "Second Gear", 6),
        ("Eve", "off_site", "2025-12-08", "Brook School", "One to One", 5),
    ]
    rutland = asked("children-not-in-school", la="857")["children"]
    assert [(first_name(r), r["provider_name"]) for r in rutland] == [("Fay", "Garden College")]


@pytest.mark.parametrize(
    ("moved_to", "joined", "listed"),
    [(None, None, False), ("856", None, True), (None, "2026-10-12", True)],
)
def test_whom_the_last_fact_brought_back_is_on_the_list(
    registry: Registry, moved_to: str | None, joined: str | None, listed: bool
) -> None:
    told = Telling(registry, home_la="857" if moved_to else "856")
    told.placed("2026-09-07", "2026-10-02", "moved_area", ends_on="2026-12-18")
    told.tell("left_roll", "2026-10-02", school=SCHOOL, ground="i")
    if moved_to:
        told.tell("pupil_details_changed", "2026-10-02", home_la=moved_to)
    if joined:
        told.tell("joined_roll", joined, school=OTHER, registration="C")
        told.tell("left_roll", "2026-11-02", school=OTHER, ground="i")
    kind = KINDS["children-not-in-school"]
    found = kind.read(registry, asked_of(kind, {"la": "856", "on": "2026-11-20"})).object
    assert [row["why"] for row in found["children"]] == (["no_school"] if listed else [])


def test_what_is_known_of_providers(asked: AskedOf) -> None:
    found = asked("provider-quality", la="856")
    told = {
        r["provider"]: some(r, "pupils", "full_time", "ended", "broke_down", "watch")
        for r in found["providers"]
    }
    nothing = ["staff checks not confirmed", "no visit on record"]
    # Gus until 13 February and Ivy until 22 May; Eve left Oak House in December
    assert told[PRU] == (1, 1, 2, 1, nothing)
    assert told[GARAGE] == (1, 0, 0, 0, nothing)
    assert told[COLLEGE] == (1, 0, 0, 0, nothing)
    assert "Example" not in str(found)
    # by a URN or, as Garden College, a UKPRN; Second Gear has neither
    kinds = {r["provider"]: r["kind"] for r in found["providers"]}
    assert (kinds[PRU], kinds[COLLEGE], kinds[GARAGE]) == (
        "registered", "registered", "unregistered",
    )  # fmt: skip


NAMES = (
    "attendance-return", "children-not-in-school", "governors", "penalty-notice",
    "provider-quality", "school-arranged", "targeting-support",
)  # fmt: skip
GIVEN = {"school": SCHOOL, "la": "856", "upn": upn(10)}


def given(name: str) -> dict[str, str]:
    options = {option.name for option in KINDS[name].options}
    both = {"school", "la"} <= options
    return {k: v for k, v in GIVEN.items() if k in options and not (both and k == "la")}


SAID = {
    "attendance-return": {"Example, Jo", "20"},
    "children-not-in-school": {"Example, Ann", "10"},
    "governors": {"Example, Cat", "14"},
    "penalty-notice": {"AM", "O", "Alder School"},
    "provider-quality": {"Bridge PRU", "3"},
    "school-arranged": {"Example, Fay", "2"},
    "targeting-support": {"Example, Jo", "33.3"},
}


@pytest.mark.parametrize("name", NAMES)
def test_each_says_the_same_in_each_format(area: Registry, name: str) -> None:
    """A row of it has both the name and the number."""
    kind = KINDS[name]
    found = kind.read(area, asked_of(kind, given(name)))
    for format in ("html", "xlsx", "csv"):
        rows = [cells for cells in cells_of(file_of(found, format), format) if cells >= SAID[name]]
        assert rows, format
    text = file_of(found, "json").decode()
    assert all(word in text for word in SAID[name])
    assert file_of(found, "pdf").startswith(b"%PDF")


REFUSED: dict[tuple[str, str], int] = {
    **{(name, role): 403 for name in NAMES for role in ("school", "provider")},
    **{(name, "la"): 403 for name in ("children-not-in-school", "provider-quality")},
    **{("penalty-notice", role): 404 for role in ("school", "la")},
    ("provider-quality", "provider"): 200,  # of itself: the LA is none of its question
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("role", "organisation"), [("school", OTHER), ("la", "LA857"), ("provider", GARAGE)]
)
def test_nobody_is_shown_to_those_who_do_not_see_him(
    key_of: KeyOf, name: str, role: str, organisation: str
) -> None:
    answer = key_of(role, organisation).get(f"/reports/{name}", params=given(name))
    assert answer.status_code == REFUSED.get((name, role), 200)
    assert not any(upn(number) in answer.text for number in (1, 2, 3, 4, 5, 10)), answer.text


def test_another_la_has_its_own_in_the_list(key_of: KeyOf) -> None:
    answer = key_of("la", "LA857").get("/reports/children-not-in-school")
    assert answer.status_code == 200
    assert [first_name(row) for row in answer.json()["children"]] == ["Fay"]
