"""An LA sets the number of a rule for what is owed in it, from a day on, without a release."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from ap_registry.access import Caller
from ap_registry.adjusting import Wanted, adjust, adjusted
from ap_registry.adjustments import LIMITS, TIME, Adjustment, may_adjust
from ap_registry.errors import Refused
from ap_registry.ladder import desk, held_until
from ap_registry.reading import clock_explained
from ap_registry.registry import Registry
from ap_registry.rules import RULES
from ap_registry.store import owing
from ap_registry.store.adjustments import write_adjustment
from ap_registry.store.rebuilding import check
from ap_registry.store.worlds import world_as_at
from tests.core.owed import EVERYTHING, LONG_AFTER, follow_ups, owed, rules_of
from tests.world import OTHER, SCHOOL, notify, register_pupil, take_organisations

PART_TIME = {"sessions_per_week": 5, "ends_on": "2026-10-02", "review_on": "2026-09-14",
             "reason": "tired"}  # fmt: skip
FOUR_WEEKS = Wanted(
    la="LA856", rule="part-time.limit", value="28", from_on=date(2026, 9, 1),
    reason="agreed with schools", source="Attendance strategy 2026",
)  # fmt: skip


@pytest.fixture
def school(registry: Registry) -> Registry:
    register_pupil(registry)
    return registry


def limits(registry: Registry) -> list[str]:
    return [due_on for _owner, due_on, _status in owed(registry, "part_time_limit")]


def problems(registry: Registry, wanted: Wanted, **named: Any) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        adjust(registry, wanted, **named)
    return [(one.pointer, one.code) for one in refused.value.problems]


def test_a_running_clock_moves_and_is_told(school: Registry) -> None:
    notify(school, "part_time_started", "2026-09-07", school=SCHOOL, **PART_TIME)
    moved = adjust(school, FOUR_WEEKS)["moved"]
    assert [(one["kind"], one["was_due_on"], one["due_on"]) for one in moved] == [
        ("part_time_limit", "2026-10-19", "2026-10-05")
    ]
    assert limits(school) == ["2026-10-05"]


def test_the_clock_says_whose_number_was_counted(school: Registry) -> None:
    notify(school, "part_time_started", "2026-09-07", school=SCHOOL, **PART_TIME)
    (one,) = follow_ups(school, "part_time_limit")
    assert clock_explained(school, UUID(one["id"]))["adjusted"] is None
    told = adjust(school, FOUR_WEEKS)
    assert clock_explained(school, UUID(one["id"]))["adjusted"] == told["adjustment"]


@pytest.mark.parametrize(
    ("rule", "value", "behind"), [("part-time.limit", "28", 1), ("reminder.morning", "08:00", 0)]
)
def test_only_whom_a_rule_may_concern_are_looked_at_anew(
    school: Registry, rule: str, value: str, behind: int
) -> None:
    found = Adjustment(
        organisation="LA856", rule=rule, from_on=date(2026, 9, 1), value=value, reason="so"
    )
    with school.database.connection() as connection:
        write_adjustment(connection, found, actor="test", on=school.today(), clock=None)
        assert connection.execute("select count(*) from behind").fetchone() == (behind,)


@pytest.mark.parametrize(
    ("started_on", "due_on"), [("2026-08-31", "2026-10-12"), ("2026-09-01", "2026-09-29")]
)
def test_what_began_before_the_day_keeps_the_registrys_own(
    school: Registry, started_on: str, due_on: str
) -> None:
    adjust(school, FOUR_WEEKS)
    notify(school, "part_time_started", started_on, school=SCHOOL, **PART_TIME)
    assert limits(school) == [due_on]


def test_a_flag_is_raised_by_the_las_own_number(school: Registry) -> None:
    adjust(school, replace(FOUR_WEEKS, value="24"))
    started = notify(school, "part_time_started", "2026-09-07", school=SCHOOL, **PART_TIME)
    assert rules_of(started) == ["part-time.limit"]


def test_it_is_the_las_in_which_the_school_lies_not_the_pupils(registry: Registry) -> None:
    take_organisations(registry, f"id,kind,name,la,type_code\n{OTHER},school,Brook,857,34\n")
    register_pupil(registry, home_la="856")
    adjust(registry, FOUR_WEEKS)
    notify(registry, "joined_roll", "2026-09-01", school=OTHER, registration="S")
    notify(registry, "part_time_started", "2026-09-07", school=OTHER, **PART_TIME)
    assert limits(registry) == ["2026-10-19"]


def test_set_back_the_registrys_own_holds_again(school: Registry) -> None:
    notify(school, "part_time_started", "2026-09-07", school=SCHOOL, **PART_TIME)
    adjust(school, FOUR_WEEKS)
    adjust(school, replace(FOUR_WEEKS, value="default", reason="too short"))
    assert limits(school) == ["2026-10-19"]


def test_setting_the_same_again_records_nothing(school: Registry) -> None:
    adjust(school, FOUR_WEEKS)
    count = "select count(*) from event where type = 'rule_adjusted.v1'"
    adjust(school, FOUR_WEEKS)
    with school.database.connection() as connection:
        assert connection.execute(count).fetchone() == (1,)


def test_as_at_an_earlier_instant_the_answer_is_the_earlier_one(school: Registry) -> None:
    notify(school, "part_time_started", "2026-09-07", school=SCHOOL, **PART_TIME)
    before = school.now()
    adjust(school, FOUR_WEEKS)
    with school.database.connection() as connection:
        at = school.as_at(connection, before)
        found = owing.follow_ups(
            connection, EVERYTHING, on=LONG_AFTER, status="any", kind="part_time_limit", as_at=at
        )
        world = world_as_at(connection, before)
    assert [one["due_on"] for one in found] == ["2026-10-19"]
    assert world.number("part-time.limit", date(2026, 9, 7), of=SCHOOL) == 42


def test_a_rebuild_comes_to_the_same_rows(school: Registry) -> None:
    notify(school, "part_time_started", "2026-09-07", school=SCHOOL, **PART_TIME)
    adjust(school, FOUR_WEEKS)
    notify(school, "part_time_ended", "2026-09-28", school=SCHOOL)
    adjust(school, replace(FOUR_WEEKS, value="default", reason="too short"))
    assert check(school.database).examples == []


def test_reminders_wait_for_the_hour_that_the_la_has_set(registry: Registry) -> None:
    adjust(registry, replace(FOUR_WEEKS, rule="reminder.quiet-until", value="08:00"))
    adjust(registry, replace(FOUR_WEEKS, rule="reminder.morning", value="08:15"))
    with registry.database.connection() as connection:
        world = registry.worlds.fresh(connection)
    early = registry.now().replace(
        year=2026, month=11, day=20, hour=7, minute=59, second=0, microsecond=0
    )
    held = held_until(early, desk(world, SCHOOL))
    assert held == early + timedelta(minutes=16)
    assert held_until(early, desk(world, "LA857")) is None


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"rule": "governors.meeting", "value": "20"}, ("/rule", "unknown_code")),  # law, verified
        ({"rule": "roll.two-main", "value": "1"}, ("/rule", "unknown_code")),  # has no number
        ({"rule": "weather", "value": "1"}, ("/rule", "unknown_code")),
        ({"value": "0"}, ("/value", "bad_format")),
        ({"value": "367"}, ("/value", "bad_format")),
        ({"value": "six weeks"}, ("/value", "bad_format")),
        ({"rule": "reminder.morning", "value": "25:00"}, ("/value", "bad_format")),
        ({"rule": "part-time.limit", "from_on": date(2024, 8, 18)}, ("/from", "bad_format")),
        ({"la": "LA999"}, ("/la", "unknown_organisation")),
        ({"la": SCHOOL}, ("/la", "unknown_organisation")),
        ({"reason": " "}, ("/reason", "required")),
    ],
)
def test_what_may_not_be_set_is_refused(
    registry: Registry, change: dict[str, Any], wrong: tuple[str, str]
) -> None:
    assert problems(registry, replace(FOUR_WEEKS, **change)) == [wrong]


@pytest.mark.parametrize("value", ["1", "366", "default"])
def test_the_ends_of_the_range_may_be_set(registry: Registry, value: str) -> None:
    number = None if value == "default" else int(value)
    assert adjust(registry, replace(FOUR_WEEKS, value=value))["adjustment"]["value"] == number


@pytest.mark.parametrize(
    ("role", "organisation"), [("school", SCHOOL), ("la", "LA857"), ("panel", "LA856")]
)
def test_only_the_la_itself_sets_its_numbers(
    registry: Registry, role: str, organisation: str
) -> None:
    caller = Caller(actor="key", role=role, organisations=(organisation,))
    assert problems(registry, FOUR_WEEKS, caller=caller) == [("/la", "forbidden")]


def test_an_la_may(registry: Registry) -> None:
    caller = Caller(actor="key", role="la", organisations=("LA856",))
    assert adjust(registry, FOUR_WEEKS, caller=caller)["adjustment"] == {
        "la": "LA856", "rule": "part-time.limit", "from": "2026-09-01", "value": 28,
        "reason": "agreed with schools", "source": "Attendance strategy 2026",
    }  # fmt: skip


def test_every_number_that_may_be_set_has_a_range() -> None:
    assert {found.unit for found in RULES if may_adjust(found)} <= {*LIMITS, TIME}


def test_an_la_is_known_by_its_three_digits_and_one_that_is_not_is_refused(
    school: Registry,
) -> None:
    assert adjust(school, replace(FOUR_WEEKS, la="856"))["adjustment"]["la"] == "LA856"
    assert [one.organisation for one in adjusted(school, "LA856")] == ["LA856"]
    with pytest.raises(Refused) as refused:
        adjusted(school, "LA999")
    assert refused.value.problems[0].code == "unknown_organisation"
