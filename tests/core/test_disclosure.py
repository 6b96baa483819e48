"""What is kept from a reader who sees the pupil: views that are not shared with everybody."""

import pytest

from ap_registry.access import Caller
from ap_registry.disclosure import disclosed
from tests.builders import Notice, joined, suspension
from tests.spec import given
from tests.world import OTHER, PRU, SCHOOL

SAID = {"whose": "pupil", "words": "I am afraid of home"}


def readers(share: str, by: str = PRU) -> set[str]:
    """Roles that find the view, or the dispute about it, in the timeline."""
    story = given(Notice("view_recorded", "2026-03-02", {**SAID, "share": share}, by=by, ref="v"))
    story.told(Notice("disputed", "2026-03-03", {"of": "v", "words": "Not so"}, by=by))
    shown = {**story.shown(), "timeline": story.timeline()}
    found = set()
    for role, organisation in (
        ("school", SCHOOL), ("provider", PRU), ("la", "LA856"), ("panel", "LA856"),
        ("social_care", "LA856"), ("parent", "LA856"),
    ):  # fmt: skip
        caller = Caller(actor="test", role=role, organisations=(organisation,))
        types = {item["type"] for item in disclosed(shown, caller)["timeline"]}
        if types & {"view_recorded", "disputed"}:
            found.add(role)
    return found


ALL = {"school", "provider", "la", "panel", "social_care", "parent"}


@pytest.mark.parametrize(
    ("share", "kept_from"),
    [("all", set()), ("not_parent", {"parent"}), ("not_school", {"school", "provider"})],
)
def test_a_view_is_kept_from_whom_it_is_not_shared_with(share: str, kept_from: set[str]) -> None:
    assert readers(share, by="LA856") == ALL - kept_from


def test_a_school_or_provider_reads_what_it_wrote_down_itself() -> None:
    assert readers("not_school", by=SCHOOL) == ALL - {"provider"}
    assert readers("not_school", by=PRU) == ALL - {"school"}
    assert readers("not_school", by=OTHER) == ALL - {"school", "provider"}


def test_what_is_said_of_an_exclusion_elsewhere_is_read_there_and_nowhere_else() -> None:
    story = given(
        joined(school=OTHER, registration="S"), suspension(ref="s"),
        Notice("view_recorded", "2026-03-04", {**SAID, "words": "It was not me", "about": "s"}),
        Notice("view_recorded", "2026-03-04", {**SAID, "words": "I like art"}),
    )  # fmt: skip
    shown = {**story.shown(), "timeline": story.timeline()}
    found = {
        school: [
            item["data"]["words"]
            for item in disclosed(
                shown, Caller(actor="test", role="school", organisations=(school,))
            )["timeline"]
            if item["type"] == "view_recorded"
        ]
        for school in (SCHOOL, OTHER)
    }
    assert found == {SCHOOL: ["It was not me", "I like art"], OTHER: ["I like art"]}
