"""The movements report at its edges: what stands, whose it is, what it costs, how it is drawn."""

import csv
from datetime import date, datetime
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest

from ap_registry.erasing import erase
from ap_registry.organisations import Organisation
from ap_registry.registry import Registry
from reports.alluvial import MOST, alluvial
from reports.files import file_of
from reports.kinds import KINDS, Made
from reports.movements.places import setting
from tests.reports.telling import Telling
from tests.world import GARAGE, OTHER, PRU, SCHOOL

PERIOD = {"from": date(2025, 1, 1), "to": date(2025, 7, 31)}
FREE = {"health": 0, "social_care": 0, "payer": "LA856"}


def made(registry: Registry, known_by: datetime | None = None, **kept: str) -> Made:
    whole = {"la": None, "provider": None, "school": None, "known_by": known_by}
    return KINDS["movements"].read(registry, {**PERIOD, **whole, **kept})


def report(registry: Registry, **kept: str) -> dict[str, Any]:
    return dict(made(registry, **kept).object)


def test_exclusions_are_those_that_stand(registry: Registry) -> None:
    ann = Telling(registry)
    kept = ann.suspended("2025-01-07")
    ann.tell("exclusion_cancelled", "2025-01-14", exclusion=ann.suspended("2025-01-13"),
             reason="New facts")  # fmt: skip
    lunch = ann.suspended("2025-01-20", kind="lunchtime", sessions=1)
    ann.tell("governors_decision", "2025-02-10", exclusion=ann.excluded("2025-02-03"),
             decision="reinstated")  # fmt: skip
    voided = ann.suspended("2025-03-03")
    ann.tell("void", "2025-03-04", of=voided, reason="Another pupil")
    ann.suspended("2024-12-20")
    found = report(registry)
    assert [(row["id"], row["kind"]) for row in found["exclusions"]] == [
        (kept, "suspension"), (lunch, "lunchtime"),
    ]  # fmt: skip
    counted = {row["movement"]: row["count"] for row in found["movements"]}
    assert counted == {"suspension": 1, "lunchtime_suspension": 1}


def test_what_is_erased_is_counted_and_cannot_be_found(registry: Registry) -> None:
    ann = Telling(registry)
    ann.suspended("2025-01-07")
    ann.placed("2025-01-13", "2025-02-07")
    before = report(registry)
    ann.tell("left_roll", "2025-06-02", school=SCHOOL, ground="a")
    erase(registry, ann.upn, "Kept long enough")
    after = report(registry)
    assert (after["balance"], after["lengths"]) == (before["balance"], before["lengths"])
    (row,) = after["exclusions"]
    assert (row["id"], row["occurred_on"], row["ends_on"]) == (None, None, None)


@pytest.mark.parametrize(
    ("kept", "placements"),
    [
        ({}, 2), ({"la": "856"}, 1), ({"la": "857"}, 1), ({"provider": PRU}, 1),
        ({"provider": GARAGE, "la": "856"}, 0), ({"school": SCHOOL}, 2), ({"school": OTHER}, 1),
    ],
)  # fmt: skip
def test_a_report_is_kept_to_what_is_asked(
    registry: Registry, kept: dict[str, str], placements: int
) -> None:
    Telling(registry, 1).placed("2025-01-06", "2025-02-14")
    bea = Telling(registry, 2)
    bea.placed("2025-01-06", provider=GARAGE, commissioner=OTHER)
    bea.tell("pupil_details_changed", "2025-03-03", home_la="857")
    assert report(registry, **kept)["questions"]["placements_in_period"] == placements


def test_a_placement_is_counted_where_the_pupil_is_then(registry: Registry) -> None:
    ann = Telling(registry)
    ann.placed("2025-01-06", "2025-03-31")
    ann.tell("pupil_details_changed", "2025-02-03", home_la="857", sen_provision="E")
    flows = {(row["by"], row["value"]): (row["in"], row["out"])
             for row in report(registry)["flows"]}  # fmt: skip
    assert [flows["home_la", la] for la in ("856", "857")] == [(1, 0), (0, 1)]
    assert [flows["sen_provision", code] for code in "KE"] == [(1, 0), (0, 1)]
    assert flows["next", "breakdown"] == (0, 1)


def test_a_week_costs_a_fifth_each_school_day(registry: Registry) -> None:
    """6 January to 14 February 2025 are 30 school days; the half-term after costs nothing."""
    ann = Telling(registry)
    placement = ann.placed("2025-01-06", "2025-02-21")
    ann.tell("funding_agreed", "2025-01-20", placement=placement, education=500, **FREE)
    ann.tell("funding_agreed", "2025-02-10", placement=placement, education=500, health=25.05,
             social_care=0, payer="LA856", health_payer="ICB-QK1")  # fmt: skip
    ann.placed("2025-03-03", "2025-03-07")
    (row,) = report(registry)["providers"]
    assert (row["education"], row["health"], row["total"]) == (3000.0, 25.05, 3025.05)
    assert (row["without_amount"], row["placements_in_period"]) == (1, 2)
    assert report(registry)["spend"]["payers"] == [
        {"payer": "ICB-QK1", "education": 0.0, "health": 25.05, "social_care": 0.0, "total": 25.05},
        {"payer": "LA856", "education": 3000.0, "health": 0.0, "social_care": 0.0, "total": 3000.0},
    ]  # fmt: skip


@pytest.mark.parametrize(("until", "weeks"), [("2025-02-07", 5), ("2025-02-10", 5.2)])
def test_an_amount_ends_on_its_last_day(registry: Registry, until: str, weeks: float) -> None:
    ann = Telling(registry)
    placement = ann.placed("2025-01-06")
    ann.tell(
        "funding_agreed", "2025-01-06", placement=placement, education=100, until=until, **FREE
    )
    found = report(registry)["questions"]
    assert (found["total"], found["weekly_now"]) == (100 * weeks, 0.0)


def test_unregistered_settings_are_listed_with_whom_to_look_at(registry: Registry) -> None:
    for number, facts in enumerate(({"sen_provision": "E"}, {"looked_after": "current"}, {}), 1):
        pupil = Telling(registry, number, **facts)
        pupil.placed("2025-06-02", provider=GARAGE, sessions_per_week=10 - number // 3)
    Telling(registry, 4).placed("2025-06-02")
    (row,) = report(registry)["unregistered"]
    kept = ("provider", "setting", "placements_now", "full_time_now", "ehc_plan_now",
            "looked_after_now", "mean_days_so_far")  # fmt: skip
    assert [row[name] for name in kept] == [GARAGE, "unregistered", 3, 2, 1, 1, 60.0]


def test_where_a_placement_came_from(registry: Registry) -> None:
    ann = Telling(registry)
    excluded = ann.excluded("2025-01-07")
    referral = ann.tell("referral", "2025-01-08", route="section_19", about=excluded,
                        objectives=["Attend"])  # fmt: skip
    ann.placed("2025-01-13", "2025-01-17", arising_from=excluded)
    ann.placed("2025-01-20", "2025-01-24", arising_from=referral)
    ann.tell("void", "2025-02-03", of=excluded, reason="Another pupil")
    assert report(registry)["links"] == [
        {"route": route, "setting": "pru", "next": "breakdown", "placements": 1}
        for route in ("not_stated", "section_19")
    ]


def test_a_schools_report_does_not_tell_of_exclusions_elsewhere(registry: Registry) -> None:
    ann = Telling(registry)
    excluded = ann.excluded("2025-01-07")
    referral = ann.tell("referral", "2025-01-08", route="permanent_exclusion", about=excluded,
                        objectives=["Attend"])  # fmt: skip
    for on, cause in (("2025-01-13", excluded), ("2025-01-20", referral)):
        ann.placed(on, on, arising_from=cause, commissioner=OTHER)
    routes = {
        school: {row["route"] for row in report(registry, school=school)["links"]}
        for school in (SCHOOL, OTHER)
    }
    assert routes == {SCHOOL: {"permanent_exclusion"}, OTHER: {"not_stated"}}


def test_a_school_is_not_told_how_it_ended_for_who_has_left_it(registry: Registry) -> None:
    ann = Telling(registry)
    ann.placed("2025-01-13", "2025-02-07", commissioner=OTHER)
    assert report(registry, school=SCHOOL)["balance"]["out"] == 1
    ann.tell("left_roll", "2025-01-27", school=SCHOOL, ground="a")
    assert report(registry, school=SCHOOL)["balance"] == {
        "before": 0,
        "in": 0,
        "out": 0,
        "after": 0,
    }


def test_what_councils_ask_is_typed_in_csv(registry: Registry) -> None:
    """No pounds where no amount is on record: nought would be a figure."""
    ann = Telling(registry)
    ann.placed("2025-01-06", "2025-01-10")
    facts = in_short(made(registry))
    assert facts["Spend in the period", "education"] == ("", "pounds")
    placement = ann.placed("2025-02-03")
    ann.tell("funding_agreed", "2025-02-03", placement=placement, education=500, **FREE)
    facts = in_short(made(registry))
    assert facts["Open before, begun, ended, open at the end", "begun"] == ("2", "placements")
    assert facts["Providers used", ""] == ("1", "")
    assert facts["Mean length of those that ended", "mean"] == ("5.0", "calendar days")
    pounds = [facts["Spend in the period", part] for part in ("total", "education", "health")]
    assert [unit for _, unit in pounds] == ["pounds"] * 3
    assert float(pounds[0][0]) == float(pounds[1][0]) > 500
    assert facts["Spend in the period", "without an amount on record"] == ("1", "placements")


def in_short(report: Made) -> dict[tuple[str, str], tuple[str, str]]:
    rows = csv.DictReader(StringIO(file_of(report, "csv").decode("utf-8-sig")))
    return {(r["fact"], r["of"]): (r["value"], r["unit"]) for r in rows if r["table"] == "facts"}


def test_the_same_known_by_gives_the_same_bytes_in_every_format(registry: Registry) -> None:
    ann = Telling(registry)
    ann.placed("2025-01-06", "2025-02-14")
    at = registry.now()
    formats = KINDS["movements"].formats
    first = [file_of(made(registry, at), format) for format in formats]
    ann.placed("2025-03-03", "2025-03-28", provider=GARAGE)
    assert [file_of(made(registry, at), format) for format in formats] == first
    page = first[0].decode()
    assert page.count("<svg") == 2
    assert "not known: none of the 1 placements has an amount on record" in page
    assert "Placements: 1. The widest way, of 1: not stated, PRU, breakdown." in page


def test_a_report_of_nothing_says_so(empty_registry: Registry) -> None:
    found = made(empty_registry)
    assert found.object["questions"]["placements_in_period"] == 0
    assert b"Nobody was placed in the period." in file_of(found, "html")


def test_a_drawing_keeps_the_commonest_and_adds_up_the_rest() -> None:
    paths = [((f"way {n}", "pru", "post_16"), n) for n in range(1, MOST + 3)]
    svg = alluvial(paths, ("Came by", "Setting", "Then"), {"way 8": "<b>"}, "All")
    rest = sum(range(1, 4))
    assert svg.count('class="node"') == MOST + 2
    assert f"other – pru: {rest}" in svg
    assert "&lt;b&gt; – pru: 8" in svg


@pytest.mark.parametrize(
    ("kind", "id", "more", "said"),
    [
        ("school", "100002", {}, "mainstream_school"),  # a school of no known type
        ("school", "100003", {"type_code": "07"}, "special_school"),
        ("school", "100020", {"type_code": "11"}, "independent_school"),
        ("provider", "100007", {}, "not_stated"),  # it has a URN, and that is all that is known
        ("provider", "AP-0002", {"ukprn": "10012345"}, "registered_provider"),
        ("provider", "AP-0001", {}, "unregistered"),
    ],
)
def test_a_setting_is_what_is_known_of_it(
    kind: str, id: str, more: dict[str, str], said: str
) -> None:
    provider = Organisation(id=id, kind=kind, name="A", **more)  # type: ignore[arg-type]
    assert setting(provider, SimpleNamespace(setting_type=None)) == said
