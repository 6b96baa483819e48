"""Minutes of a panel: signed once, never altered, put right by new entries."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from ap_registry.access import Caller
from ap_registry.errors import Refused
from ap_registry.minuting import correct, sign
from ap_registry.registry import Registry
from reports.panel.minutes import minutes
from tests.world import OTHER, SCHOOL, notify, register_pupil

MEETING = date(2026, 11, 5)
PANEL = Caller(actor="test", role="panel", organisations=("LA856",))
Sign = Callable[..., None]


@pytest.fixture
def sign_off(registry: Registry) -> Sign:
    """A pupil is given a place and an action is agreed; what is there is then signed."""
    register_pupil(registry)
    notify(registry, "fair_access_referral", "2026-10-12", category="d", by=SCHOOL)
    notify(registry, "fair_access_decision", "2026-11-05", panel_on="2026-11-05", by="LA856",
           decision="school", school=OTHER, present=["PRU head"], reason="Its turn",
           ref="D-1")  # fmt: skip
    notify(registry, "action_agreed", "2026-11-05", by="LA856", owner=SCHOOL, due_on="2026-11-20",
           what="Send the file")  # fmt: skip

    def signed(caller: Caller = PANEL) -> None:
        with registry.database.connection() as connection:
            known_by = registry.closed(connection)
        events = minutes(registry, "856", MEETING)["events"]
        sign(registry, "LA856", MEETING, events=events, known_by=known_by, caller=caller,
             by_name="Sam of the panel")  # fmt: skip

    return signed


def read(registry: Registry) -> dict[str, Any]:
    return minutes(registry, "856", MEETING)


def test_signed_minutes_stand_though_a_decision_is_corrected(
    registry: Registry, sign_off: Sign
) -> None:
    sign_off()
    before = read(registry)
    notify(registry, "correction", "2026-11-06", by="LA856", of="D-1", reason="misheard",
           fields={"school": SCHOOL})  # fmt: skip
    notify(registry, "action_agreed", "2026-11-05", by="LA856", owner="LA856",
           due_on="2026-11-20", what="Ring the family")  # fmt: skip
    after = read(registry)
    assert after["since"] == {"new": 1, "gone": 0, "corrected": 1}
    assert {**after, "since": None} == {**before, "since": None}
    assert [c["decided"]["school"] for c in after["cases"]] == [OTHER]
    assert [a["what"] for a in after["actions"]] == ["Send the file"]


def test_minutes_are_signed_once_by_their_own_panel_and_then_added_to(
    registry: Registry, sign_off: Sign
) -> None:
    with pytest.raises(Refused, match="not signed yet"):
        correct(registry, "LA856", MEETING, "x", caller=PANEL, by_name="Sam")
    for role, organisation in (("panel", "LA857"), ("school", SCHOOL), ("auditor", "LA856")):
        caller = Caller(actor="test", role=role, organisations=(organisation,))
        with pytest.raises(Refused, match="its own LA"):
            sign_off(caller)
    sign_off()
    with pytest.raises(Refused, match="add a correction"):
        sign_off()
    correct(registry, "LA856", MEETING, "The SENCO was there", caller=PANEL, by_name="Sam")
    found = read(registry)
    assert [(one["words"], one["by_name"]) for one in found["corrections"]] == [
        ("The SENCO was there", "Sam")
    ]
    assert (found["signed"]["by_name"], found["present"]) == ("Sam of the panel", ["PRU head"])


def test_there_must_be_something_to_sign(registry: Registry) -> None:
    for on, events, words in (
        (date(2027, 1, 7), ["x"], "not met"), (MEETING, [], "nothing was decided"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=words):
            sign(registry, "LA856", on, events=events, known_by=registry.now(), caller=PANEL,
                 by_name="Sam")  # fmt: skip


def test_a_pupil_who_has_moved_away_is_on_no_agenda(registry: Registry, sign_off: Sign) -> None:
    notify(registry, "left_roll", "2026-11-02", school=SCHOOL, ground="a")
    notify(registry, "pupil_details_changed", "2026-11-02", by="LA856", home_la="857")
    assert read(registry)["cases"] == []
