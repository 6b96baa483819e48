"""What a family is shown of exclusions, and what it may still ask for."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from ap_registry.adjustments import Adjustment, by_rule
from ap_registry.family_record import OWN_FROM, Record, why_none
from ap_registry.family_view import Shown, shown_to_family
from ap_registry.happenings import Contact
from tests.builders import (
    Notice,
    direction,
    governors,
    notified,
    permanent_exclusion,
    registered,
    reviewed_by_panel,
    suspension,
)
from tests.spec import Story, given, unregistered
from tests.world import SCHOOL

JULY = suspension("2026-07-02", sessions=12, ends_on="2026-07-09", ref="s")

OUTCOME = [notified("2026-08-27", of="s", to=to, about="outcome") for to in ("parent", "la")]


def decided(decision: str) -> Notice:
    return governors("2026-08-27", exclusion="s", decision=decision, ref="d")


MOTHER = Contact(id=uuid4(), occurred_on=date(2026, 7, 1), version=3, relation="mother",
                 parental_responsibility=True, may_see=True)  # fmt: skip


def record_of(story: Story, on: str) -> Record:
    return Record(
        pupil_id=uuid4(), seen=story.picture, world=story.world, today=date.fromisoformat(on)
    )


def shown(story: Story, on: str, *mine: str, reader: Contact | None = MOTHER) -> Shown:
    """``mine``: the refs of what the reader has sent."""
    return shown_to_family(
        record_of(story, on), {}, contact=reader, mine=frozenset(map(story.id, mine))
    )


def asked(on: str, request: str, of: str = "s", ref: str | None = None) -> Notice:
    return Notice("parent_request", on, {"of": of, "request": request}, by="LA856", ref=ref)


@pytest.mark.parametrize(
    ("on", "out"), [("2026-08-31", 1), ("2026-09-01", 1), ("2026-11-03", 1), ("2026-11-04", 0)]
)
def test_an_exclusion_of_july_is_shown_while_the_governors_can_be_asked(on: str, out: int) -> None:
    assert len(shown(given(JULY), on).out) == out


def test_it_is_shown_while_the_governors_have_not_met_and_told_and_no_longer() -> None:
    waits = given(JULY, asked("2026-07-09", "representations"))
    met = given(JULY, asked("2026-07-09", "representations"), decided("considered"))
    told = given(JULY, asked("2026-07-09", "representations"), decided("considered"), *OUTCOME)
    assert [len(shown(one, "2026-11-10").out) for one in (waits, met, told)] == [1, 1, 0]


def test_a_permanent_exclusion_of_july_is_shown_while_a_review_can_be_asked_for() -> None:
    story = given(permanent_exclusion("2026-07-02", ref="s"), decided("upheld"), *OUTCOME)
    assert [len(shown(story, on).out) for on in ("2026-09-18", "2026-09-19")] == [1, 0]


def test_only_who_asked_is_told_of_an_answer_to_them() -> None:
    story = given(
        JULY, direction("2026-07-02", starts_on="2026-07-06", ends_on="2026-12-18", ref="d"),
        asked("2026-07-09", "representations", ref="r"),
        asked("2026-07-09", "review_meeting", of="d", ref="m"),
        Notice("disputed", "2026-07-09", {"of": "s", "words": "Not so"}, by=SCHOOL, ref="w"),
    )  # fmt: skip
    answers = {"governors_representations", "review_requested", "dispute"}
    neutral = {"governors_meeting", "off_site_review"}

    def told(*mine: str) -> tuple[set[str], frozenset[str]]:
        page = shown(story, "2026-07-10", *mine)
        return {one.kind for one in page.next} & (answers | neutral), page.out[0].asked

    assert told("r", "m", "w") == (answers | {"off_site_review"}, {"representations"})
    assert told() == (neutral, frozenset())


def test_what_is_owed_says_for_which_suspension_and_place_it_is() -> None:
    story = given(
        suspension("2026-07-02", sessions=2, ends_on="2026-07-02"),
        suspension("2026-07-08", sessions=2, ends_on="2026-07-08"),
        direction("2026-07-02", starts_on="2026-07-13", ends_on="2026-12-18", ref="d"),
        asked("2026-07-09", "review_meeting", of="d"),
    )
    page = shown(story, "2026-07-10")
    meetings = [one.out for one in page.next if one.kind == "reintegration_meeting"]
    assert meetings == [date(2026, 7, 2), date(2026, 7, 8)]
    assert {one.place for one in page.next if one.kind == "off_site_review"} == {"Bridge PRU"}
    assert [one.since for one in page.out] == [date(2026, 7, 8), date(2026, 7, 2)]
    assert len(set(page.next)) == len(page.next)


REVIEWS = [permanent_exclusion("2026-07-02", ref="s"), decided("upheld")]
ASKS = {
    "independent_review": asked("2026-08-28", "independent_review", ref="r"),
    "sen_expert": asked("2026-08-28", "sen_expert", ref="e"),
}


@pytest.mark.parametrize(
    ("by_me", "others", "left"),
    [
        ((), (), {"independent_review", "sen_expert"}),
        (("independent_review",), (), {"sen_expert"}),
        (("sen_expert",), (), {"independent_review"}),
        ((), ("sen_expert",), {"independent_review", "sen_expert"}),
        (("independent_review", "sen_expert"), (), set()),
    ],
)
def test_a_review_and_an_expert_there_are_asked_for_apart(
    by_me: tuple[str, ...], others: tuple[str, ...], left: set[str]
) -> None:
    sent = [ASKS[one] for one in (*by_me, *others)]
    page = shown(given(*REVIEWS, *sent), "2026-08-28", *(str(ASKS[one].ref) for one in by_me))
    offered = {"independent_review": page.review_by is not None, "sen_expert": bool(page.experts)}
    assert {name for name, is_open in offered.items() if is_open} == left


def test_an_expert_is_not_asked_for_once_the_panel_has_decided() -> None:
    heard = reviewed_by_panel("2026-09-10", exclusion="s")
    assert shown(given(*REVIEWS, ASKS["independent_review"], heard), "2026-09-10").experts == ()


AUNT = replace(MOTHER, relation="aunt", parental_responsibility=False)


@pytest.mark.parametrize(
    ("reader", "on", "may"),
    [(MOTHER, "2026-07-10", True), (AUNT, "2026-07-10", False), (None, "2029-02-02", False),
     (None, "2029-02-03", True)],
)  # fmt: skip
def test_governors_are_written_to_by_parents_and_from_18_by_the_pupil(
    reader: Contact | None, on: str, may: bool
) -> None:
    assert shown(given(JULY), on, reader=reader).may_ask is may


@pytest.mark.parametrize(
    ("set_to", "on", "why"),
    [(None, "2026-11-19", "too_young"), (None, "2026-11-20", None),
     (13, "2026-11-20", "too_young"), (13, "2027-11-20", None)],
)  # fmt: skip
def test_a_pupil_has_a_link_of_its_own_from_the_age_that_the_rule_says(
    set_to: int | None, on: str, why: str | None
) -> None:
    record = record_of(unregistered(registered(date_of_birth="2014-11-20")), on)
    if set_to:
        rule = Adjustment(organisation="LA856", rule=OWN_FROM, from_on=date(2020, 1, 1),
                          value=set_to, reason="agreed")  # fmt: skip
        record = replace(record, world=replace(record.world, adjustments=by_rule([rule])))
    assert why_none(record, None) == why
