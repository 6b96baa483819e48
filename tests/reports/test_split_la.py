"""An LA that split, as Cumbria did on 1 April 2023: each episode counts in one LA, ever."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest

from ap_registry import embedded
from ap_registry.registry import Registry
from ap_registry.store.database import Database
from tests.conftest import fresh_database
from tests.reports.telling import report
from tests.world import PERSON, SCHOOL, load_world, notify, take_organisations, upn

BEFORE = (date(2021, 9, 1), date(2022, 8, 31))
ACROSS = (date(2022, 9, 1), date(2023, 8, 31))
AFTER = (date(2023, 9, 1), date(2024, 8, 31))
OLD, NORTH, SOUTH = "909", "942", "943"
SPLIT = "2023-04-01"
CUMBRIA = f"id,kind,name,la\nLA{OLD},la,Cumbria,{OLD}\nAP-0009,provider,Fell Farm,{OLD}\n"
SINCE = f"""id,kind,name,la,predecessors,opened_on,closed_on
LA{OLD},la,Cumbria,{OLD},,,2023-03-31
LA{NORTH},la,Cumberland,{NORTH},LA{OLD},2023-04-01,
LA{SOUTH},la,Westmorland and Furness,{SOUTH},LA{OLD},2023-04-01,
AP-0009,provider,Fell Farm,{NORTH},,,
"""


def tell(registry: Registry, number: int, lives_in: str | None, *ends: str) -> None:
    """Placed again and again at Fell Farm; ``lives_in``: the LA since the split, where told."""
    who = {"upn": upn(number)}
    person = {**PERSON, "home_la": OLD, "date_of_birth": "2010-02-03"}
    notify(registry, "pupil_registered", "2021-09-01", by=SCHOOL, **who, **person)
    notify(registry, "joined_roll", "2021-09-01", school=SCHOOL, registration="C", **who)
    for end in ends:
        start = date.fromisoformat(end).replace(day=1).isoformat()
        notify(
            registry, "placement_started", start, provider="AP-0009", commissioner=SCHOOL,
            reason="behaviour", intent="return", ends_on=end, sessions_per_week=10, **who,
        )  # fmt: skip
        notify(registry, "placement_ended", end, end_reason="breakdown", by=SCHOOL, **who)
    if lives_in is not None:
        notify(
            registry, "pupil_details_changed", SPLIT, home_la=lives_in, by=SCHOOL, **who
        )  # fmt: skip


@pytest.fixture(scope="module")
def cumbria(servers: embedded.Servers) -> Iterator[tuple[Registry, datetime]]:
    """Three pupils who live north, south, and where nobody has said; and before any of it."""
    with fresh_database(servers) as urls:
        database = Database(urls.database_url)
        registry = Registry(database)
        load_world(registry)
        take_organisations(registry, CUMBRIA)
        with registry.database.connection() as connection:
            known_before = registry.closed(connection)
        tell(registry, 1, NORTH, "2022-03-18", "2022-11-18", "2023-06-16", "2023-11-17")
        tell(registry, 2, SOUTH, "2022-03-18", "2023-06-16", "2023-11-17")
        tell(registry, 3, None, "2022-06-17", "2023-11-17")
        with registry.database.connection() as connection:
            told = registry.closed(connection)
        take_organisations(registry, SINCE)
        registry.recompute_follow_ups()
        assert known_before < told
        yield registry, told
        database.close()


def by_la(
    registry: Registry, period: tuple[date, date], known_by: datetime | None = None, **asked: str
) -> dict[str, int]:
    """How many episodes each LA has in the report of returns, whatever came of them."""
    found: dict[str, Any] = report(registry, period, known_by, **asked)
    return {
        row["la"]: row["denominator"] + row["pending"] + row["unknown"]
        + sum(row["excluded"].values())
        for row in found["totals"]
        if row["measure"] == "reintegration" and "group" not in row
    }  # fmt: skip


@pytest.mark.parametrize(
    ("period", "counted"),
    [
        (BEFORE, {OLD: 3}),
        (ACROSS, {OLD: 1, NORTH: 1, SOUTH: 1}),
        (AFTER, {OLD: 1, NORTH: 1, SOUTH: 1}),
    ],
)
def test_each_episode_counts_in_the_la_of_its_own_day(
    cumbria: tuple[Registry, datetime], period: tuple[date, date], counted: dict[str, int]
) -> None:
    registry, told = cumbria
    whole = {**counted, "all": sum(counted.values())}
    assert by_la(registry, period) == whole
    assert by_la(registry, period, told) == whole  # the same before the LAs' own records came
    for la, number in counted.items():
        assert by_la(registry, period, la=la)[la] == number


def test_the_provider_is_one_whatever_la_it_lies_in(cumbria: tuple[Registry, datetime]) -> None:
    registry, _ = cumbria
    rows = [
        (row["provider"], row["denominator"] + row["pending"] + row["unknown"]
         + sum(row["excluded"].values()))
        for row in report(registry, ACROSS)["rows"]
        if row["measure"] == "reintegration" and "group" not in row
    ]  # fmt: skip
    assert rows == [("AP-0009", 3)]
