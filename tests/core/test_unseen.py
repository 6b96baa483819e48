"""Who sends a notice hears and names no more of the record than who reads it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ap_registry.access import Caller
from ap_registry.errors import Refused
from tests.builders import (
    Notice,
    cancelled,
    direction,
    governors,
    joined,
    left,
    notified,
    permanent_exclusion,
    placement,
    placement_changed,
    placement_ended,
    referral,
    review,
    suspension,
    void,
)
from tests.spec import Story, given
from tests.world import GARAGE, OTHER, PRU, SCHOOL

HEALTH = "ICB-QK1"
Made = Callable[..., Notice]


def sent_by(role: str, organisation: str, *history: Notice) -> Story:
    """What was told of a pupil; from here on this organisation tells."""
    story = given(*history)
    caller = Caller(actor="test", role=role, organisations=(organisation,))
    story.intake.settings = replace(story.intake.settings, caller=caller)
    return story


def by_a_second_school() -> Story:
    """It has the pupil too, and has not excluded it; Alder School has, twice."""
    return sent_by(
        "school", OTHER, joined("2025-09-01", school=OTHER, registration="S"),
        suspension(ref="s"), permanent_exclusion("2026-03-10", ref="x"),
        notified("2026-03-11", of="x", ref="n"),
    )  # fmt: skip


def words_of(story: Story, notice: Notice) -> str:
    with pytest.raises(Refused) as refused:
        story.told(notice)
    return refused.value.problems[0].detail


@pytest.mark.parametrize(
    ("field", "made"),
    [("exclusion", cancelled), ("exclusion", governors), ("of", notified), ("of", void)],
)
@pytest.mark.parametrize("hidden", ["s", "x", "n"])
def test_of_an_exclusion_elsewhere_a_guessed_ref_is_no_better_than_a_wrong_one(
    field: str, made: Made, hidden: str
) -> None:
    story = by_a_second_school()
    refused = [
        story.refuses(made("2026-03-20", by=OTHER, **{field: ref}))
        for ref in (hidden, "never-given")
    ]
    assert refused[0] == refused[1]
    assert refused[0][0][1] == "not_found"


def test_what_is_open_elsewhere_is_not_listed_by_its_refs() -> None:
    assert "none open" in words_of(by_a_second_school(), governors("2026-03-20", by=OTHER))


def test_health_is_offered_placements_alone() -> None:
    story = sent_by(
        "health", HEALTH, referral(route="health", provider=HEALTH, by=SCHOOL), suspension(),
        direction(ref="d"), placement(ref="p"), placement("2026-03-04", provider=GARAGE,
                                                          sessions_per_week=2, ref="q"),
    )  # fmt: skip
    assert words_of(story, review("2026-03-20", by=HEALTH)).endswith("name one of p, q")


def by_a_former_school() -> Story:
    """Alder School, which the pupil left in December for Brook School."""
    return sent_by(
        "school", SCHOOL, left("2025-12-01"), joined("2025-12-01", school=OTHER),
        placement("2026-01-12", commissioner=OTHER, provider=GARAGE, sessions_per_week=8,
                  by=GARAGE, ref="later"),
    )  # fmt: skip


def test_a_former_school_names_nothing_that_came_after_it() -> None:
    story = by_a_former_school()
    told = placement_ended("2025-11-20", placement="later")
    assert story.refuses(told) == [("/placement", "not_found")]
    assert story.refuses(placement_ended("2025-11-20")) == [("/placement", "nothing_open")]


def test_a_former_school_hears_of_its_own_duties_alone() -> None:
    """A placement that it tells of late makes a duty of the later school, which it is not told."""
    story = by_a_former_school()
    story.told(placement("2025-11-03", provider=PRU, sessions_per_week=8, ends_on="2026-06-01"))
    assert "sessions_check" not in story.receipt("opened")
    assert [one.owner for one in story.follow_ups("sessions_check")] == [OTHER]


def test_a_school_takes_nobody_off_anothers_roll_and_says_no_exclusion_of_it() -> None:
    """Either would end what that school sees, or hold against it what it never did."""
    for made in (left, suspension, permanent_exclusion):
        refused = by_a_second_school().refuses(made("2026-03-20", by=OTHER, school=SCHOOL))
        assert refused == [("/school", "forbidden")]


def test_a_provider_ends_no_placement_of_another() -> None:
    elsewhere = {"provider": GARAGE, "sessions_per_week": 2}
    history = placement(ref="p"), placement("2026-03-04", **elsewhere, ref="q")
    for made in (placement_ended, placement_changed):
        story = sent_by("provider", PRU, *history)
        more = {} if made is placement_ended else {"ends_on": "2026-04-30"}
        assert story.refuses(made("2026-03-20", by=PRU, placement="q", **more)) == [
            ("", "forbidden")
        ]
        story.told(made("2026-03-20", by=PRU, placement="p", **more))
