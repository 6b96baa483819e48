"""What the registry delivers itself, where an LA has arranged it: nobody types a ``notified``."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from ap_registry.registry import Registry
from tests.core.owed import closed, follow_ups
from tests.world import (
    PRU,
    PUPIL,
    SCHOOL,
    arrange,
    load_world,
    notify,
    register_pupil,
    take_organisations,
    upn,
)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SINCE = date(2026, 11, 16)
NURSES = "id,kind,name,las\nICB-QK1,health,School Nurses,856\n"


@pytest.fixture
def registry(empty_registry: Registry) -> Registry:
    """At noon of Friday 20 November 2026; one pupil on the roll of Alder School."""
    empty_registry.clock = NOW
    load_world(empty_registry)
    take_organisations(empty_registry, NURSES)
    register_pupil(empty_registry)
    return empty_registry


def suspend(registry: Registry, on: str = "2026-11-20", **more: Any) -> dict[str, Any]:
    return notify(registry, "suspension", on, school=SCHOOL, sessions=2, ends_on=on,
                  reasons=["PP"], **more)  # fmt: skip


def place(registry: Registry, reason: str = "behaviour") -> dict[str, Any]:
    return notify(registry, "placement_started", "2026-11-20", provider=PRU, commissioner=SCHOOL,
                  reason=reason, ends_on="2027-02-05", sessions_per_week=10, intent="return",
                  site="Here", by=SCHOOL)  # fmt: skip


def told(registry: Registry) -> list[tuple[str, str, str, str, str]]:
    """(by, day, to, about, method) of each ``notified``."""
    with registry.database.connection() as connection:
        return connection.execute(
            "select by, occurred_on::text, data->>'to', data->>'about', data->>'method'"
            " from event where type = 'notified.v1' order by version"
        ).fetchall()


def outgoing(registry: Registry) -> list[tuple[str, str]]:
    with registry.database.connection() as connection:
        return connection.execute(
            "select to_organisation, kind from outbox where step = 'told' order by kind"
        ).fetchall()


def test_filing_a_suspension_tells_the_la_and_discharges_the_duty(registry: Registry) -> None:
    arrange(registry, "LA856", "notices", "registry", SINCE)
    receipt = suspend(registry)
    assert told(registry) == [(SCHOOL, "2026-11-20", "la", "decision", "registry")]
    assert closed(registry, "la_notice") == [("done", "2026-11-20")]
    assert "la_notice" in [one["kind"] for one in receipt["follow_ups"]["closed"]]
    assert outgoing(registry) == [("LA856", "suspension")]


def test_off_unless_arranged(registry: Registry) -> None:
    suspend(registry)
    assert (told(registry), closed(registry, "la_notice")) == ([], [("overdue", None)])


@pytest.mark.parametrize(("on", "number"), [("2026-11-13", 0), ("2026-11-16", 1)])
def test_only_of_what_happened_since_the_arrangement(
    registry: Registry, on: str, number: int
) -> None:
    arrange(registry, "LA856", "notices", "registry", SINCE)
    suspend(registry, on)
    assert len(told(registry)) == number


def test_an_arrangement_that_has_not_begun_or_has_ended_tells_nobody(registry: Registry) -> None:
    arrange(registry, "LA856", "notices", "registry", SINCE)
    arrange(registry, "LA856", "notices", "off", date(2026, 11, 20))
    arrange(registry, "LA857", "notices", "registry", SINCE)
    suspend(registry)
    assert told(registry) == []


def test_the_home_la_elsewhere_is_told_of_a_permanent_exclusion_if_it_arranged_it(
    registry: Registry,
) -> None:
    notify(registry, "pupil_details_changed", "2026-09-01", home_la="857", by=SCHOOL)
    arrange(registry, "LA856", "notices", "registry", SINCE)
    arrange(registry, "LA857", "notices", "registry", SINCE)
    notify(registry, "permanent_exclusion", "2026-11-20", school=SCHOOL, reasons=["PP"])
    assert [(to, about) for _by, _on, to, about, _method in told(registry)] == [
        ("la", "decision"), ("home_la", "decision"),
    ]  # fmt: skip
    assert closed(registry, "la_notice") == [("done", "2026-11-20")]


def test_a_change_of_roll_returns_itself(registry: Registry) -> None:
    arrange(registry, "LA856", "notices", "registry", SINCE)
    notify(registry, "left_roll", "2026-11-19", school=SCHOOL, ground="a")
    notify(registry, "joined_roll", "2026-11-20", school="100002", registration="C")
    assert closed(registry, "deletion_return") == [("done", "2026-11-20")]
    assert closed(registry, "new_pupil_return") == [("done", "2026-11-20")]


def test_a_refused_notice_tells_nobody(registry: Registry) -> None:
    arrange(registry, "LA856", "notices", "registry", SINCE)
    suspend(registry, ref="S1")
    notices = [
        {"type": "suspension", "upn": PUPIL, "occurred_on": "2026-11-20", "school": SCHOOL,
         "sessions": 2, "ends_on": "2026-11-20", "reasons": ["PP"], "ref": "S2"},
        {"type": "left_roll", "upn": upn(7), "occurred_on": "2026-11-20", "school": SCHOOL,
         "ground": "a"},
    ]  # fmt: skip
    outcomes = registry.record_many(notices, each=True)
    assert [one.status for one in outcomes] == ["created", "refused"]
    assert len(told(registry)) == 2


def test_a_repeat_answers_as_the_first_time_and_tells_once(registry: Registry) -> None:
    arrange(registry, "LA856", "notices", "registry", SINCE)
    first = suspend(registry, ref="S1")
    assert suspend(registry, ref="S1") == first
    assert len(told(registry)) == 1


def test_health_is_told_of_a_placement_and_asked_to_answer(registry: Registry) -> None:
    arrange(registry, "LA856", "health", "on", SINCE)
    place(registry)
    assert told(registry) == [(SCHOOL, "2026-11-20", "health", "decision", "registry")]
    assert [(f["owner"], f["due_on"]) for f in follow_ups(registry, "health_response")] == [
        ("ICB-QK1", "2026-12-04")
    ]
    assert outgoing(registry) == [("ICB-QK1", "placement_started")]


def test_health_is_told_of_the_end_too(registry: Registry) -> None:
    arrange(registry, "LA856", "health", "on", SINCE)
    place(registry)
    notify(registry, "placement_ended", "2026-11-20", end_reason="returned_to_main_school", by=PRU)
    assert [about for _by, _on, _to, about, _method in told(registry)] == ["decision", "outcome"]


def test_health_is_invited_to_the_reviews_of_a_medical_placement(registry: Registry) -> None:
    arrange(registry, "LA856", "health", "on", SINCE)
    place(registry, reason="mental_health")
    notify(registry, "review_held", "2026-11-20", attended=["pupil"], by=PRU)
    assert [about for _by, _on, _to, about, _method in told(registry)] == [
        "decision", "invitation", "invitation",
    ]  # fmt: skip


def test_an_invitation_asks_health_to_come_and_not_for_a_second_answer(
    registry: Registry,
) -> None:
    arrange(registry, "LA856", "health", "on", SINCE)
    placed = place(registry, reason="mental_health")
    notify(registry, "review_held", "2026-11-20", attended=["pupil"], by=PRU)
    assert [f["owner"] for f in follow_ups(registry, "health_response")] == ["ICB-QK1"]
    notify(registry, "health_response", "2026-11-20", by="ICB-QK1", about=placed["event"]["id"],
           response="acknowledged", service="CAMHS")  # fmt: skip
    assert closed(registry, "health_response") == [("done", "2026-11-20")]


def test_health_hears_nothing_of_exclusions(registry: Registry) -> None:
    arrange(registry, "LA856", "health", "on", SINCE)
    suspend(registry)
    assert told(registry) == []
