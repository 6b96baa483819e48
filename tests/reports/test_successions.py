"""Counts add up through what becomes of LAs, schools and providers, whatever day is asked of."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest

from ap_registry import embedded
from ap_registry.registry import Registry
from ap_registry.store.database import Database
from tests.conftest import fresh_database
from tests.reports.telling import Telling, counts, report
from tests.world import PERSON, PRU, SCHOOL, load_world, notify, take_organisations, upn

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
    """Three pupils: one lives north, one south, of one nobody has said; and before it was split."""
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


ACADEMY, AP_ACADEMY = "150001", "150007"
CONVERTED = f"""id,kind,name,la,type_code,opened_on,closed_on,predecessors
{SCHOOL},school,Alder School,856,34,,2025-08-31,
{ACADEMY},school,Alder Academy,856,34,2025-09-01,,{SCHOOL}
{PRU},provider,Bridge PRU,856,14,,2025-08-31,
{AP_ACADEMY},provider,Bridge Academy,856,42,2025-09-01,,{PRU}
"""


def placed_across(registry: Registry, school: str, provider: str) -> None:
    """At Bridge PRU from June to October 2025, back at school for twelve weeks; ``school``,
    ``provider``: whose registers have the pupil since September."""
    told = Telling(registry)
    told.placed("2025-06-02", "2025-10-10", "returned_to_main_school", ends_on="2025-10-17")
    if school != SCHOOL:
        told.tell("joined_roll", "2025-09-01", school=school, registration="C", by=school)
    told.marked(SCHOOL, "2025-04-28", 40, "O")
    told.marked(PRU, "2025-06-02", 50)
    told.marked(provider, "2025-09-01", 60)
    told.marked(school, "2025-10-13", 150)


def of_everybody(registry: Registry, known_by: datetime | None = None) -> dict[str, Any]:
    """The totals of all measures but the names of LAs."""
    rows = report(registry, (date(2025, 9, 1), date(2026, 8, 31)), known_by)["totals"]
    return {
        f"{row['measure']} {row.get('group', '')}": counts(row)
        for row in rows
        if row["la"] == "all"
    }


def test_conversions_in_mid_placement_change_no_count(servers: embedded.Servers) -> None:
    found = []
    for school, provider in ((SCHOOL, PRU), (ACADEMY, AP_ACADEMY)):
        with fresh_database(servers) as urls:
            database = Database(urls.database_url)
            registry = Registry(database)
            load_world(registry)
            if school != SCHOOL:
                take_organisations(registry, CONVERTED)
            placed_across(registry, school, provider)
            found.append(of_everybody(registry))
            rows = report(registry, (date(2025, 9, 1), date(2026, 8, 31)))["rows"]
            assert {row["provider"] for row in rows} == {PRU}
            database.close()
    assert found[0] == found[1]
    assert found[0]["reintegration "] == {"numerator": 1, "denominator": 1}
