"""A correction is refused by the rules of what it makes true."""

import pytest

from ap_registry.errors import Refused
from ap_registry.registry import Registry
from tests.world import PRU, SCHOOL, notify, register_pupil


@pytest.fixture
def placement(registry: Registry) -> str:
    """From 6 January to 14 February 2025."""
    register_pupil(registry)
    placed = notify(
        registry, "placement_started", "2025-01-06", provider=PRU, commissioner=SCHOOL,
        reason="behaviour", intent="return", ends_on="2025-07-11", sessions_per_week=10,
    )["event"]["id"]  # fmt: skip
    notify(registry, "placement_ended", "2025-02-14", placement=placed, by=PRU,
           end_reason="breakdown")  # fmt: skip
    return str(placed)


def test_a_start_may_be_moved_to_the_day_of_its_end(registry: Registry, placement: str) -> None:
    receipt = notify(
        registry, "correction", "2025-03-03", of=placement, by=PRU, reason="Typing slip",
        fields={"occurred_on": "2025-02-14"},
    )  # fmt: skip
    assert receipt["event"]["type"] == "correction"


def test_a_start_is_not_moved_past_its_end(registry: Registry, placement: str) -> None:
    with pytest.raises(Refused) as caught:
        notify(
            registry, "correction", "2025-03-03", of=placement, by=PRU, reason="Typing slip",
            fields={"occurred_on": "2025-02-15"},
        )  # fmt: skip
    assert [(p.pointer, p.code) for p in caught.value.problems] == [
        ("/fields/occurred_on", "end_before_start")
    ]
