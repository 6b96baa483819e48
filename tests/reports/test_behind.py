"""Every number opens to those behind it: as many as it says, each with the rule of its place."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from ap_registry.access import COMMAND_LINE, Caller
from ap_registry.errors import Refused
from ap_registry.registry import Registry
from reports.kinds import KINDS
from reports.whole import whole
from tests.reports.driving import Driver
from tests.reports.places import SLICES
from tests.reports.telling import YEAR_2025, Telling
from tests.reports.worlds import make
from tests.world import GARAGE, PRU, SCHOOL

NOW = SLICES[-1]
START, END = "2025-01-06", "2025-02-14"
KIND = KINDS["behind"]
Told = Mapping[str, Any]


def behind(registry: Registry, caller: Caller = COMMAND_LINE, **asked: Any) -> Told:
    given = {option.name: None for option in KIND.options}
    period = {"from": YEAR_2025[0], "to": YEAR_2025[1]}
    return KIND.read(registry, {**given, **period, **asked}, caller).object


def numbers(report: Told, **whose: str) -> Iterator[tuple[dict[str, Any], int]]:
    """What each number of a provider's or LA's rows asks, and the number."""
    for row in (*report["rows"], *report["totals"]):
        if whose.items() <= row.items():
            asked = {"measure": row["measure"], "group": row.get("group")}
            for figure in ("numerator", "denominator", "pending", "unknown"):
                yield {**asked, "figure": figure}, row[figure]
            for reason, count in row["excluded"].items():
                yield {**asked, "figure": f"excluded:{reason}"}, count


def test_as_many_are_behind_a_number_as_it_says(empty_registry: Registry) -> None:
    driver = Driver(empty_registry)
    driver.send(make(843))
    made = whole(driver.registry, from_on=YEAR_2025[0], to_on=YEAR_2025[1], known_by=NOW).report
    one = {"provider": made["rows"][0]["provider"]}
    for whose, kept in (({"la": "all"}, {}), (one, one)):
        expected = list(numbers(made, **whose))
        assert len(expected) > 4
        for figure, number in expected:
            found = behind(driver.registry, known_by=NOW, **kept, **figure)
            assert found["episodes"] == len(found["items"]) == number, figure
            assert all(item["because"] for item in found["items"]), figure
    for row in made["secondary"]:
        if row.get("la") == "all" and "denominator" in row:
            asked = {"measure": row["measure"], "figure": row["name"]}
            found = behind(driver.registry, known_by=NOW, **asked)
            values = [item["value"] for item in found["items"]]
            assert (values.count("yes"), len(values)) == (row["numerator"], row["denominator"]), row


def test_a_failure_says_its_rule_and_the_events_that_it_rests_on(registry: Registry) -> None:
    ann = Telling(registry)
    placed = ann.placed(START, END, "returned_to_main_school")
    back = ann.tell("reintegration_started", "2025-02-24", school=SCHOOL)
    again = ann.placed("2025-03-10", provider=GARAGE)
    (item,) = behind(registry, measure="reintegration", figure="denominator", provider=PRU)["items"]
    assert (item["counts_as"], item["rule"], item["subject"]) == (
        "did not go well", "reintegration.placed_again", placed,
    )  # fmt: skip
    assert item["because"] == "Placed in AP again before 60 school days of the return were over."
    assert item["source"] == "Definition v1, O3"
    events = {event["id"]: event["occurred_on"] for event in item["events"]}
    assert {placed: START, back: "2025-02-24", again: "2025-03-10"}.items() <= events.items()


def test_a_voided_notice_stands_beside_what_counts_as_void(registry: Registry) -> None:
    ann = Telling(registry)
    ann.placed(START, END)
    gone = ann.excluded("2025-02-28")
    ann.tell("void", "2025-03-03", of=gone, reason="Another pupil")
    (item,) = behind(registry, measure="reintegration")["items"]
    assert {event["id"]: event["status"] for event in item["events"]}[gone] == "void"


def test_who_may_not_see_a_pupil_on_the_days_that_count_is_told_of_none(
    registry: Registry,
) -> None:
    ann = Telling(registry)
    ann.placed(START, END)
    for role, organisation, shown in (
        ("la", "LA856", 1), ("la", "LA857", 0), ("provider", PRU, 0), ("auditor", SCHOOL, 1),
    ):  # fmt: skip
        caller = Caller(actor="key:1", role=role, organisations=(organisation,))
        found = behind(registry, caller, measure="reintegration", figure="denominator")
        assert (found["episodes"], len(found["items"]), found["not_shown"]) == (
            1, shown, 1 - shown,
        )  # fmt: skip


def test_a_pupil_who_is_still_there_is_shown_to_the_provider(registry: Registry) -> None:
    Telling(registry).placed(START)
    caller = Caller(actor="key:1", role="provider", organisations=(PRU,))
    found = behind(registry, caller, measure="attendance", provider=PRU)
    assert [item["provider"] for item in found["items"]] == [PRU]


def test_what_was_voided_and_what_was_told_late_opens_too(registry: Registry) -> None:
    ann = Telling(registry)
    started = ann.placed(START, END)
    gone = ann.placed("2025-03-10")
    void = ann.tell("void", "2025-03-11", of=gone, reason="Another pupil")
    one = {"measure": "record_keeping", "provider": PRU}
    voided = behind(registry, figure="voids", **one)
    assert (voided["episodes"], voided["not_shown"]) == (1, 0)
    (item,) = voided["items"]
    assert {event["id"]: event["status"] for event in item["events"]} == {
        gone: "void", void: "effective",
    }  # fmt: skip
    made = whole(registry, from_on=YEAR_2025[0], to_on=YEAR_2025[1], known_by=None, la="856").report
    (row,) = made["record_keeping"]
    told = behind(registry, figure="late", la="856", **one)
    assert (told["episodes"], len(told["items"])) == (row["late"], row["late"])
    assert {started, gone} <= {item["subject"] for item in told["items"]}
    assert "more than 20 school days of Bridge PRU later" in told["items"][0]["because"]
    stranger = Caller(actor="x", role="la", organisations=("LA857",))
    other = behind(registry, caller=stranger, figure="late", **one)
    assert (other["items"], other["not_shown"]) == ([], row["late"])


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [({"figure": "voids"}, "/provider"), ({"figure": "rate", "provider": PRU}, "/figure")],
)
def test_how_the_record_was_kept_is_of_one_provider(
    registry: Registry, asked: dict[str, str], pointer: str
) -> None:
    with pytest.raises(Refused) as refused:
        behind(registry, measure="record_keeping", **asked)
    assert [one.pointer for one in refused.value.problems] == [pointer]
