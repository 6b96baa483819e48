"""By each half-term a list is to be confirmed: asked for, closed by saying so, else overdue."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from ap_registry.calendar import SchoolCalendar, TermBlock
from ap_registry.confirming import confirm
from ap_registry.list_confirmation import Asked, Confirmed, asked_now, changes
from ap_registry.reading import clock_explained
from ap_registry.registry import Registry
from ap_registry.store import owing
from ap_registry.store.list_confirmations import settle_lists
from ap_registry.store.rebuilding import check
from tests.core.owed import EVERYTHING, LONG_AFTER
from tests.world import (
    GARAGE,
    OTHER,
    PRU,
    SCHOOL,
    SPECIAL,
    arrange,
    close,
    load_world,
    take_organisations,
)

# The autumn of LA 856 in tests/world.py.
CALENDAR = SchoolCalendar(
    "100001",
    (TermBlock(date(2026, 8, 26), date(2026, 10, 16)),
     TermBlock(date(2026, 10, 26), date(2026, 12, 18))),
)  # fmt: skip
AUTUMN = Asked(block=date(2026, 10, 26), opened_on=date(2026, 11, 17), due_on=date(2026, 12, 18))
EVENT = UUID(int=7)
TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("day", "found"), [(date(2026, 11, 16), None), (date(2026, 11, 17), AUTUMN)]
)
def test_a_list_is_asked_for_a_month_before_the_end_of_the_half_term(
    day: date, found: Asked | None
) -> None:
    assert asked_now(CALENDAR, day, days=31) == found


def test_in_a_short_block_it_is_asked_for_from_its_first_day() -> None:
    short = SchoolCalendar("1", (TermBlock(date(2026, 11, 16), date(2026, 11, 27)),))
    found = asked_now(short, date(2026, 11, 16), days=31)
    assert found == Asked(
        block=date(2026, 11, 16), opened_on=date(2026, 11, 16), due_on=date(2026, 11, 27)
    )


def test_without_terms_nothing_is_asked() -> None:
    assert asked_now(SchoolCalendar("1"), TODAY, days=31) is None


@pytest.mark.parametrize(
    ("confirmed", "outcome"), [(date(2026, 11, 16), None), (date(2026, 11, 17), "done")]
)
def test_a_confirmation_counts_from_the_day_of_asking(confirmed: date, outcome: str | None) -> None:
    told = Confirmed(on=confirmed, event=EVENT)
    held = list(changes([AUTUMN], AUTUMN, told, takes_part=True, today=TODAY))
    assert [one.outcome for one in held] == ([outcome] if outcome else [])
    asked = list(changes([], AUTUMN, told, takes_part=True, today=TODAY))
    assert asked == ([] if outcome else [AUTUMN])


def test_the_next_half_term_asks_again_and_ends_the_last() -> None:
    late = Asked(block=date(2026, 8, 26), opened_on=date(2026, 9, 15), due_on=date(2026, 10, 16))
    told = list(changes([late], AUTUMN, None, takes_part=True, today=TODAY))
    assert [(one.due_on, one.outcome) for one in told] == [
        (date(2026, 10, 16), "lapsed"), (date(2026, 12, 18), None),
    ]  # fmt: skip


@pytest.fixture
def registry(empty_registry: Registry) -> Registry:
    at(empty_registry, "2026-11-16")
    load_world(empty_registry)
    arrange(empty_registry, "LA856", "lists", "on", date(2026, 9, 1))
    return empty_registry


def at(registry: Registry, day: str) -> None:
    registry.clock = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)


def night(registry: Registry, day: str) -> list[tuple[str, str, str]]:
    """(owner, due day, status) after the night of a day."""
    at(registry, day)
    with registry.database.connection() as connection:
        settle_lists(connection, registry.worlds, registry.clock)
    return [(one["owner"], one["due_on"], one["status"]) for one in listed(registry)]


def listed(registry: Registry, on: date | None = None, status: str = "any") -> list[dict[str, Any]]:
    with registry.database.connection() as connection:
        return owing.follow_ups(
            connection, EVERYTHING, on=on or registry.today(), status=status,
            kind="list_confirmation",
        )  # fmt: skip


ALL = sorted((SCHOOL, OTHER, SPECIAL, PRU, GARAGE))


def test_every_school_and_provider_of_the_la_is_asked_silent_ones_too(registry: Registry) -> None:
    assert night(registry, "2026-11-16") == []
    assert sorted(night(registry, "2026-11-17")) == [(one, "2026-12-18", "open") for one in ALL]


def test_of_an_la_that_has_not_arranged_it_nobody_is(registry: Registry) -> None:
    arrange(registry, "LA856", "lists", "off", date(2026, 11, 17))
    assert night(registry, "2026-11-17") == []


def test_another_night_asks_nobody_twice(registry: Registry) -> None:
    assert night(registry, "2026-11-17")[0][1:] == night(registry, "2026-11-18")[0][1:]
    with registry.database.connection() as connection:
        told = connection.execute("select count(*) from event where stream = 3").fetchone()
    assert told == (len(ALL),)


def test_silence_stays_open_and_is_overdue(registry: Registry) -> None:
    night(registry, "2026-11-17")
    confirm(registry, SCHOOL, date(2026, 11, 17))
    assert set(night(registry, "2026-12-19")) == {
        (one, "2026-12-18", "done" if one == SCHOOL else "overdue") for one in ALL
    }


def test_a_confirmation_closes_it_by_its_own_event(registry: Registry) -> None:
    night(registry, "2026-11-17")
    confirm(registry, SCHOOL, date(2026, 11, 17))
    with registry.database.connection() as connection:
        row = connection.execute("select id from event where type = 'list_confirmed.v1'").fetchone()
    assert row is not None
    (done,) = listed(registry, status="done")
    assert (done["owner"], done["closed_on"], done["closed_by"]) == (
        SCHOOL, "2026-11-17", str(row[0]),
    )  # fmt: skip


def test_it_is_of_no_pupil(registry: Registry) -> None:
    night(registry, "2026-11-17")
    assert {(one["pupil_id"], one["upn"], one["rule"]) for one in listed(registry)} == {
        (None, None, "list.confirmation")
    }


def test_its_clock_is_explained_to_the_last_school_day(registry: Registry) -> None:
    night(registry, "2026-11-17")
    told = clock_explained(registry, UUID(listed(registry)[0]["id"]))
    assert (told["days"][0]["date"], told["days"][-1]["date"]) == ("2026-10-26", "2026-12-18")


def test_a_closed_last_day_moves_it(registry: Registry) -> None:
    night(registry, "2026-11-17")
    close(registry, SCHOOL, "2026-12-18")
    (moved,) = registry.recompute_follow_ups()["moved"]
    assert (moved["owner"], moved["due_on"], moved["was_due_on"]) == (
        SCHOOL, "2026-12-17", "2026-12-18",
    )  # fmt: skip


def test_a_school_that_closes_is_asked_no_more(registry: Registry) -> None:
    night(registry, "2026-11-17")
    take_organisations(
        registry, f"id,kind,name,la,closed_on\n{OTHER},school,Brook School,856,2026-11-18\n"
    )
    assert (OTHER, "2026-12-18", "lapsed") in night(registry, "2026-11-18")


def test_the_owner_is_reminded(registry: Registry) -> None:
    night(registry, "2026-11-17")
    with registry.database.connection() as connection:
        rows = connection.execute(
            "select to_organisation, step, due_on from outbox where kind = 'list_confirmation'"
        ).fetchall()
    assert sorted(rows) == [(one, "open", date(2026, 12, 18)) for one in ALL]


def test_a_rebuild_comes_to_the_same(registry: Registry) -> None:
    night(registry, "2026-11-17")
    confirm(registry, SCHOOL, date(2026, 11, 17))
    close(registry, OTHER, "2026-12-18")
    night(registry, "2027-01-13")
    assert check(registry.database).examples == []
    assert {one["status"] for one in listed(registry, LONG_AFTER)} == {"done", "lapsed", "overdue"}
