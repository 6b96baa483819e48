"""One message for one person and morning, to whoever does the duty; then the LA, then the panel."""

from datetime import UTC, date, datetime

import pytest

from ap_registry.installation import Installation
from ap_registry.store.list_confirmations import settle_lists
from jobs.channels import Channel
from jobs.letters import Failed, Letter
from jobs.outbox import send_due
from tests.jobs.conftest import MORNING
from tests.world import (
    GARAGE,
    PRU,
    PUPIL,
    SCHOOL,
    arrange,
    notify,
    register_pupil,
    take_organisations,
    take_people,
)

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HEAD = f"{SCHOOL},exclusions,Pat Head,pat@alder.example,Sam Deputy,sam@alder.example\n"
NURSES = "id,kind,name,las,email\nICB-QK1,health,School Nurses,856,nurses@icb.example\n"


class Post:
    """Takes letters; refuses for good those to the addresses named."""

    def __init__(self, *refused: str) -> None:
        self.letters: list[Letter] = []
        self.refused = refused

    def take(self, letter: Letter) -> None:
        if letter.to in self.refused:
            raise Failed("550", for_good=True)
        self.letters.append(letter)

    def round(self, found: Installation, at: datetime | None = None) -> list[str]:
        """Deliver and say to whom."""
        before = len(self.letters)
        if at is not None:
            found.registry.clock = at
        send_due(found, Channel("smtp", self.take))
        return [letter.to for letter in self.letters[before:]]


@pytest.fixture
def suspended(morning: Installation) -> Installation:
    """Suspended on Friday 13 November, told on the 20th: several duties fall due that day."""
    register_pupil(morning.registry)
    notify(morning.registry, "suspension", "2026-11-13", school=SCHOOL, sessions=14,
           ends_on="2026-11-23", reasons=["PP"])  # fmt: skip
    return morning


def test_all_that_one_person_is_told_of_a_morning_is_one_message(suspended: Installation) -> None:
    take_people(suspended.registry, HEAD)
    post = Post()
    assert post.round(suspended) == ["pat@alder.example"]
    (letter,) = post.letters
    assert letter.subject == "4 things to see to"
    assert [line for line in letter.text.splitlines() if " due " in line] == [
        "Governors notice is due on 2026-11-20 (a duty by law).",
        "La notice is due on 2026-11-20 (a duty by law).",
        "Parent notice is due on 2026-11-20 (a duty by law).",
        "Sixth day provision is due on 2026-11-20 (a duty by law).",
    ]


def test_two_duties_of_one_person_are_one_message_and_of_two_persons_two(
    suspended: Installation,
) -> None:
    people = HEAD + f"{SCHOOL},attendance,Lee Marks,lee@alder.example,,\n"
    take_people(suspended.registry, people)
    notify(suspended.registry, "action_agreed", "2026-11-18", owner=SCHOOL, due_on="2026-11-20",
           what="call", by=SCHOOL)  # fmt: skip
    assert sorted(Post().round(suspended)) == ["office@alder.example", "pat@alder.example"]
    assert Post().round(suspended) == []


def test_the_deputy_is_told_where_mail_comes_back_and_then_the_office(
    suspended: Installation,
) -> None:
    take_people(suspended.registry, HEAD)
    post = Post("pat@alder.example", "sam@alder.example")
    assert post.round(suspended) == ["office@alder.example"]


def test_nothing_goes_at_the_weekend(suspended: Installation) -> None:
    post = Post()
    post.round(suspended)
    saturday = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    assert post.round(suspended, saturday) == []
    assert post.round(suspended, MONDAY) == ["office@alder.example"]


def test_the_la_is_told_after_the_owner_and_what_was_tried(suspended: Installation) -> None:
    post = Post()
    post.round(suspended)
    post.round(suspended, MONDAY)
    friday = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
    post.round(suspended, friday)
    told = next(one.text for one in post.letters if one.to == "la@la.example")
    assert (
        "Sixth day provision has been due since 2026-11-20 (a duty by law). It is owed by Alder"
        " School; told so far: 2026-11-20, 2026-11-23." in told
    )


def test_the_chair_of_the_panel_is_told_last(suspended: Installation) -> None:
    take_people(suspended.registry, "LA856,panel_chair,Jo Chair,jo@la.example,,\n")
    post = Post()
    for day in (20, 23, 27, 30):
        post.round(suspended, datetime(2026, 11, day, 8, 0, tzinfo=UTC))
    assert "jo@la.example" not in [one.to for one in post.letters]
    post.round(suspended, datetime(2026, 12, 4, 8, 0, tzinfo=UTC))
    told = next(one.text for one in post.letters if one.to == "jo@la.example")
    assert "told so far: 2026-11-20, 2026-11-23, 2026-11-27, 2026-11-30" in told


def test_what_was_done_meanwhile_is_not_escalated(suspended: Installation) -> None:
    post = Post()
    post.round(suspended)
    notify(suspended.registry, "sixth_day_started", "2026-11-20", provider=PRU, by=SCHOOL)
    post.round(suspended, MONDAY)
    assert "Sixth day" not in post.letters[-1].text


def told_nurses(found: Installation, reason: str) -> str:
    """What health is told of a placement that begins today."""
    take_organisations(found.registry, NURSES)
    arrange(found.registry, "LA856", "health", "on", MONDAY.date().replace(day=1))
    register_pupil(found.registry)
    notify(found.registry, "placement_started", "2026-11-20", provider=GARAGE,
           commissioner=SCHOOL, reason=reason, ends_on="2027-02-05", sessions_per_week=10,
           intent="return", site="Here", setting_type="NFE", by=SCHOOL)  # fmt: skip
    post = Post()
    post.round(found)
    (letter,) = [one for one in post.letters if one.to == "nurses@icb.example"]
    return letter.text


def test_health_is_told_the_minimum(morning: Installation) -> None:
    text = told_nurses(morning, "behaviour")
    assert text.splitlines()[2] == (
        "Placement started: notified on 2026-11-20. From 2026-11-20, planned to 2027-02-05;"
        " setting NFE; contact Alder School; for health: no. Please answer by signing in."
    )
    assert [word for word in (PUPIL, "Example", "behaviour") if word in text] == []


def test_health_is_asked_to_the_reviews_in_other_words(morning: Installation) -> None:
    said = [
        line for line in told_nurses(morning, "mental_health").splitlines() if "Placement" in line
    ]
    assert [line.split("; for health: ")[1] for line in said] == [
        "yes. You are invited to its reviews: please agree with the contact who comes.",
        "yes. Please answer by signing in.",
    ]


def test_a_list_that_is_owed_is_told_without_a_pupil(morning: Installation) -> None:
    arrange(morning.registry, "LA856", "lists", "on", date(2026, 11, 1))
    with morning.database.connection() as connection:
        settle_lists(connection, morning.registry.worlds, MORNING)
    post = Post()
    due = datetime(2026, 12, 18, 8, 0, tzinfo=UTC)
    assert sorted(post.round(morning, due)) == ["office@alder.example", "office@bridge.example"]
    assert post.letters[0].text.splitlines()[2:4] == [
        "List confirmation is due on 2026-12-18.",
        "  Say that your list of pupils elsewhere, part time and off roll is whole, or nil.",
    ]


def test_a_list_that_stays_silent_is_told_to_the_la(morning: Installation) -> None:
    arrange(morning.registry, "LA856", "lists", "on", date(2026, 11, 1))
    with morning.database.connection() as connection:
        settle_lists(connection, morning.registry.worlds, MORNING)
    post, told = Post(), []
    for day in ("2026-12-18", "2027-01-04", "2027-01-05", "2027-01-11", "2027-01-18"):
        told += post.round(morning, datetime.fromisoformat(f"{day}T08:30:00+00:00"))
    assert "la@la.example" in told
