"""A narrower report reads less, and says what the whole one says."""

from datetime import date
from typing import Any

import pytest

from ap_registry.calendar import Calendars, TermBlock
from ap_registry.registry import Registry
from reports import counting
from reports.command import outcomes
from reports.counting import count
from reports.outcomes import report
from reports.scope import Scope, earliest, gather
from tests.reports.driving import Driver
from tests.reports.worlds import SLICES, make
from tests.world import PRU, SCHOOL, notify, register_pupil

YEAR = (date(2024, 9, 1), date(2025, 8, 31))
NARROW = (date(2025, 3, 10), date(2025, 6, 20))


def whole_and(
    registry: Registry, period: tuple[date, date], **narrower: str
) -> list[dict[str, Any]]:
    return [
        outcomes(registry, from_on=period[0], to_on=period[1], known_by=SLICES[-1], **asked)[0]
        for asked in ({}, narrower)
    ]


def of(found: dict[str, Any], kind: str, name: str) -> list[dict[str, Any]]:
    return [
        row for table in ("rows", "totals", "secondary") for row in found[table]
        if row.get(kind) == name
    ]  # fmt: skip


@pytest.mark.parametrize("period", [YEAR, NARROW], ids=["year", "term"])
@pytest.mark.parametrize("seed", [9, 55])
def test_one_la_or_provider_is_what_the_whole_says_of_it(
    empty_registry: Registry, seed: int, period: tuple[date, date]
) -> None:
    Driver(empty_registry).send(make(seed))
    for la in ("856", "857"):
        whole, narrow = whole_and(empty_registry, period, la=la)
        assert of(narrow, "la", la) == of(whole, "la", la)
    for provider in ("100007", "100008", "AP-0001"):
        whole, narrow = whole_and(empty_registry, period, provider=provider)
        assert of(narrow, "provider", provider) == of(whole, "provider", provider)
        assert {row["provider"] for row in narrow["rows"]} <= {provider}


def test_two_processes_count_what_one_counts(empty_registry: Registry) -> None:
    Driver(empty_registry).send(make(9))
    database = empty_registry.database
    scope = Scope.of(*YEAR, at=SLICES[-1], provider=None, la=None)
    made = []
    for processes in (1, 2):
        with database.snapshot() as connection:
            world, pupils = gather(connection, scope)
            (book,) = count(
                connection, database.url, scope, world=world, pupils=pupils, processes=processes
            )
            made.append(report(book, scope.period, known_by="", ledger=(0, "")))
    assert made[0]["rows"]
    assert made[0] == made[1]


def test_a_process_may_count_for_long_between_two_reads(registry: Registry) -> None:
    database = registry.database
    with database.snapshot() as connection:
        snapshot = counting._exported(connection)
        with counting._reading(database.url, snapshot) as started:
            row = started.execute("show idle_in_transaction_session_timeout").fetchone()
    assert row == ("0",)


def looked_at(registry: Registry, period: tuple[date, date]) -> int:
    scope = Scope.of(*period, at=registry.now(), provider=None, la=None)
    with registry.database.snapshot() as connection:
        return len(gather(connection, scope)[1])


@pytest.mark.parametrize(
    ("period", "pupils"),
    [
        ((date(2025, 3, 3), date(2025, 3, 31)), 1),  # starts on the last day that matters to it
        ((date(2024, 9, 1), date(2024, 12, 31)), 0),  # over before it starts …
        ((date(2025, 9, 1), date(2025, 9, 30)), 0),  # … and long ended
    ],
)
def test_only_pupils_with_something_near_the_period_are_looked_at(
    registry: Registry, period: tuple[date, date], pupils: int
) -> None:
    register_pupil(registry, date_of_birth="2012-02-03")
    placement = {"provider": PRU, "commissioner": SCHOOL, "reason": "behaviour",
                 "sessions_per_week": 10, "intent": "return"}  # fmt: skip
    notify(registry, "placement_started", "2025-03-31", ends_on="2025-05-23", **placement)
    notify(registry, "placement_ended", "2025-05-23", end_reason="custody")
    assert looked_at(registry, period) == pupils


def test_no_calendar_counts_sixty_days_from_before_the_earliest_day() -> None:
    """A school that closes for two days more than its LA counts from two days earlier."""
    block = TermBlock(date(2025, 1, 6), date(2025, 5, 2))
    snow = {date(2025, 3, 10): "snow", date(2025, 3, 11): "snow"}
    calendars = Calendars(
        terms={"LA856": (block,)}, closures={SCHOOL: snow}, la_of={SCHOOL: "LA856"}
    )
    start = earliest(calendars, date(2025, 5, 1), 60)
    assert calendars.of(SCHOOL).nth_before(date(2025, 5, 1), 60) == start
    assert earliest(calendars, date(2025, 1, 20), 60) == date.min
