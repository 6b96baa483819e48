"""AP_REGISTRY_CLOCK: only a registry made with it takes it, and it never goes back."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from ap_registry.demo.building import furnish
from ap_registry.demo.organisations import secondaries
from ap_registry.demo.people import upn_of
from ap_registry.errors import Refused
from ap_registry.registry import Registry
from tests.world import PERSON, send_register

SCHOOL = secondaries("856")[0]
PUPIL = upn_of("856", 1)
LAST = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BEFORE = datetime(2026, 3, 2, 8, 59, 59, tzinfo=UTC)
DAY = {"upn": PUPIL, "occurred_on": "2026-02-24", "by": SCHOOL}


def join(registry: Registry) -> None:
    registry.record({**DAY, **PERSON, "type": "pupil_registered"})


def change_details(registry: Registry) -> None:
    registry.record({**DAY, "type": "pupil_details_changed", "sen_provision": "E"})


def mark(registry: Registry) -> None:
    row = f"{PUPIL},{SCHOOL},2026-02-24,AM,E"
    send_register(registry, f"upn,organisation,date,session,code\n{row}\n")


@pytest.fixture
def practice(empty_registry: Registry) -> Registry:
    """Something was recorded at LAST."""
    furnish(empty_registry, 1, ["856"])
    empty_registry.clock = LAST
    join(empty_registry)
    return empty_registry


WRITES = pytest.mark.parametrize("write", [change_details, mark])


@WRITES
def test_writing_earlier_than_the_last_record_is_refused(
    write: Callable[[Registry], None], practice: Registry
) -> None:
    practice.clock = BEFORE
    with pytest.raises(Refused) as refused:
        write(practice)
    assert str(refused.value) == (
        "AP_REGISTRY_CLOCK is earlier than the last record (2026-03-02T09:00:00.000000Z):"
        " unset it, or set it to that instant or later"
    )


@WRITES
def test_writing_at_the_same_instant_is_taken(
    write: Callable[[Registry], None], practice: Registry
) -> None:
    before = events(practice)
    write(practice)
    assert events(practice) == before + 1


def events(registry: Registry) -> int:
    with registry.database.connection() as connection:
        row = connection.execute("select count(*) from event").fetchone()
    return int(row[0]) if row else 0
