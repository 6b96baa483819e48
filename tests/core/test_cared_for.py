"""While when the virtual school and the social workers of an LA see a child."""

import pytest

from ap_registry.access import Caller
from ap_registry.registry import Registry
from tests.world import OTHER, PUPIL, notify, register_pupil

CARERS = Caller(actor="test", role="social_care", organisations=("LA856",))


def spells(registry: Registry) -> set[tuple[str, str, str | None]]:
    """As (basis, from, until), of the carers of LA856."""
    with registry.database.connection() as connection:
        rows = connection.execute(
            "select basis, from_on::text, until_on::text from visibility"
            " where organisation = %s and until_at = 'infinity'",
            (CARERS.sees_for[0],),
        ).fetchall()
    return set(rows)


@pytest.mark.parametrize(
    ("about", "found"),
    [
        ({}, set()),
        ({"looked_after": "none", "social_worker": "none"}, set()),
        ({"looked_after": "current"}, {("looked_after", "2024-09-02", None)}),
        ({"looked_after": "current", "care_la": "857"}, set()),
        (
            {"looked_after": "current", "care_la": "856", "home_la": "857"},
            {("looked_after", "2024-09-02", None)},
        ),
        ({"social_worker": "cin"}, {("social_worker", "2024-09-02", None)}),
        ({"social_worker": "cp", "home_la": "857"}, set()),
        ({"looked_after": "previous"}, {("once_looked_after", "2024-09-02", None)}),
        # on roll in the area, and living elsewhere
        ({"looked_after": "previous", "home_la": "857"},
         {("once_looked_after", "2024-09-02", None)}),
    ],
)  # fmt: skip
def test_by_what_is_on_record(
    registry: Registry, about: dict[str, str], found: set[tuple[str, str, str | None]]
) -> None:
    register_pupil(registry, **about)
    assert spells(registry) == found


def test_it_follows_the_child_and_ends_with_what_made_it(registry: Registry) -> None:
    register_pupil(registry, looked_after="current", social_worker="cin")
    changes = (
        ("2026-01-10", {"ethnicity": "WBRI"}), ("2026-02-01", {"social_worker": "none"}),
        ("2026-03-01", {"care_la": "857"}), ("2026-04-01", {"looked_after": "previous"}),
        ("2026-05-01", {"home_la": "857"}),
    )  # fmt: skip
    for on, about in changes:
        notify(registry, "pupil_details_changed", on, upn=PUPIL, **about)
    notify(registry, "left_roll", "2026-06-15", upn=PUPIL, school="100001", ground="a")
    notify(registry, "joined_roll", "2026-07-01", upn=PUPIL, school=OTHER, registration="C")
    assert spells(registry) == {
        ("social_worker", "2024-09-02", "2026-01-31"),
        ("looked_after", "2024-09-02", "2026-01-31"),
        ("looked_after", "2026-02-01", "2026-02-28"),
        ("once_looked_after", "2026-04-01", "2026-04-30"),
        ("once_looked_after", "2026-05-01", "2026-06-14"),
        ("once_looked_after", "2026-07-01", None),
    }
