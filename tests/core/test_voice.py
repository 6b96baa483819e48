"""What people say and dispute, what health answers, what is agreed and paid."""

from typing import Any

import pytest

from ap_registry.access import Caller
from ap_registry.errors import Refused
from ap_registry.reading import read_pupil
from ap_registry.registry import Registry
from ap_registry.store import who
from tests.core.owed import closed, owed, rules_of
from tests.core.test_exclusion_notices import suspend
from tests.world import GARAGE, PRU, PUPIL, SCHOOL, notify, register_pupil


def pupil(registry: Registry) -> dict[str, Any]:
    with registry.database.connection() as connection:
        pupil_id = who.pupil_of_upn(connection, PUPIL)
    assert pupil_id is not None
    return read_pupil(registry, pupil_id)


def place(registry: Registry, **facts: Any) -> dict[str, Any]:
    said = {"provider": PRU, "commissioner": SCHOOL, "reason": "behaviour", "intent": "return",
            "ends_on": "2026-05-01", "sessions_per_week": 10,
            "checks_confirmed_on": "2026-02-27", **facts}  # fmt: skip
    return notify(registry, "placement_started", "2026-03-02", **said)


def dispute(registry: Registry, on: str, of: dict[str, Any]) -> None:
    notify(registry, "disputed", on, by="LA856", of=of["event"]["id"], words="made up")


def test_a_dispute_is_answered_within_a_month_by_whoever_sent_the_notice(
    registry: Registry,
) -> None:
    register_pupil(registry)
    dispute(registry, "2026-03-31", suspend(registry, "2026-03-02", "2026-03-03", 4))
    assert owed(registry, "dispute") == [(SCHOOL, "2026-04-30", "overdue")]


def test_a_correction_answers_a_dispute(registry: Registry) -> None:
    register_pupil(registry)
    suspended = suspend(registry, "2026-03-02", "2026-03-03", 4)
    dispute(registry, "2026-03-09", suspended)
    notify(registry, "correction", "2026-03-16", by=SCHOOL, of=suspended["event"]["id"],
           fields={"sessions": 2}, reason="made up")  # fmt: skip
    assert closed(registry, "dispute") == [("done", "2026-03-16")]


def test_a_void_answers_a_dispute(registry: Registry) -> None:
    register_pupil(registry)
    suspended = suspend(registry, "2026-03-02", "2026-03-03", 4)
    dispute(registry, "2026-03-09", suspended)
    notify(registry, "void", "2026-03-16", by=SCHOOL, of=suspended["event"]["id"], reason="no")
    assert closed(registry, "dispute") == [("done", "2026-03-16")]


def test_views_are_kept_with_whom_they_are_shared(registry: Registry) -> None:
    register_pupil(registry)
    notify(registry, "view_recorded", "2026-03-02", by=SCHOOL, whose="pupil", words="made up",
           feeling=4)  # fmt: skip
    with registry.database.connection() as connection:
        rows = connection.execute("select whose, feeling, share from view_recorded").fetchall()
    assert rows == [("pupil", 4, "all")]


@pytest.mark.parametrize("feeling", [0, 6])
def test_a_feeling_is_from_one_to_five(registry: Registry, feeling: int) -> None:
    register_pupil(registry)
    with pytest.raises(Refused) as caught:
        notify(registry, "view_recorded", "2026-03-02", by=SCHOOL, whose="pupil", words="made up",
               feeling=feeling)  # fmt: skip
    assert [(p.pointer, p.code) for p in caught.value.problems] == [("/feeling", "bad_format")]


def test_an_action_is_owed_by_its_owner_on_its_day(registry: Registry) -> None:
    register_pupil(registry)
    notify(registry, "action_agreed", "2026-03-02", by="LA856", owner=PRU, due_on="2026-03-20",
           what="made up")  # fmt: skip
    assert owed(registry, "action") == [(PRU, "2026-03-20", "overdue")]


def test_funding_stands_in_three_parts(registry: Registry) -> None:
    register_pupil(registry)
    place(registry)
    receipt = notify(
        registry, "funding_agreed", "2026-03-02", by=SCHOOL, education=350, health=0,
        social_care=20.5, payer=SCHOOL, care_payer="LA856",
    )  # fmt: skip
    assert rules_of(receipt) == []
    shown = pupil(registry)["funding"][0]
    assert (shown["education"], shown["health"], shown["social_care"]) == (350.0, 0.0, 20.5)


def test_a_part_that_nobody_pays_is_flagged(registry: Registry) -> None:
    register_pupil(registry)
    place(registry)
    receipt = notify(registry, "funding_agreed", "2026-03-02", by=SCHOOL, education=350, health=10,
                     social_care=0, payer=SCHOOL)  # fmt: skip
    assert rules_of(receipt) == ["funding.payer-missing"]


def test_a_contact_recorded_again_is_put_right(registry: Registry) -> None:
    register_pupil(registry)
    for may_see in (False, True):
        notify(registry, "contact_recorded", "2026-03-02", by=SCHOOL, name="A. Made-Up",
               relation="mother", parental_responsibility=True, may_see=may_see)  # fmt: skip
    assert [c["may_see"] for c in pupil(registry)["contacts"]] == [True]


def test_a_contact_ends_when_it_ended_and_not_tomorrow(registry: Registry) -> None:
    """Recorded in March, put right in the autumn: no more a contact since July."""
    register_pupil(registry)
    contact = notify(registry, "contact_recorded", "2026-03-02", by=SCHOOL, name="A. Made-Up",
                     relation="mother", parental_responsibility=True)["event"]["id"]  # fmt: skip
    notify(registry, "correction", "2026-10-02", of=contact, by=SCHOOL, reason="Moved away",
           fields={"ended_on": "2026-07-10"})  # fmt: skip
    with pytest.raises(Refused) as caught:
        notify(registry, "correction", "2026-10-02", of=contact, by=SCHOOL, reason="Moves away",
               fields={"ended_on": "2126-07-10"})  # fmt: skip
    assert [(p.pointer, p.code) for p in caught.value.problems] == [
        ("/fields/ended_on", "future_date")
    ]


@pytest.mark.parametrize("due", ["destination_check_1_nov", "destination_check_31_dec"])
def test_a_leaver_is_looked_for_until_known(registry: Registry, due: str) -> None:
    """Born in 2009/10: Year 11 in 2025/26, looked for in autumn 2026."""
    register_pupil(registry, date_of_birth="2010-02-03")
    place(registry, provider=GARAGE)
    assert [(owner, status) for owner, _, status in owed(registry, due)] == [(GARAGE, "overdue")]


def test_a_destination_answers_the_check_of_its_season(registry: Registry) -> None:
    register_pupil(registry, date_of_birth="2010-02-03")
    place(registry, provider=GARAGE)
    notify(registry, "destination_recorded", "2026-10-12", by=GARAGE, activity="230")
    assert closed(registry, "destination_check_1_nov") == [("done", "2026-10-12")]
    assert closed(registry, "destination_check_31_dec") == [("overdue", None)]


def test_a_former_provider_answers_what_it_is_still_asked_and_nothing_else(
    registry: Registry,
) -> None:
    register_pupil(registry, date_of_birth="2010-02-03")
    place(registry, provider=GARAGE)
    notify(registry, "placement_ended", "2026-07-10", by=GARAGE, end_reason="post_16")
    caller = Caller(actor="t", role="provider", organisations=(GARAGE,))
    late = {"upn": PUPIL, "occurred_on": "2026-11-05", "by": GARAGE}
    with pytest.raises(Refused, match="no such pupil"):
        registry.record({**late, "type": "view_recorded", "whose": "pupil", "words": "Fine"},
                        caller=caller)  # fmt: skip
    registry.record({**late, "type": "destination_recorded", "activity": "230"}, caller=caller)
    assert closed(registry, "destination_check_1_nov") == [("done", "2026-11-05")]


def test_younger_pupils_are_not_looked_for(registry: Registry) -> None:
    register_pupil(registry, date_of_birth="2011-02-03")
    place(registry, provider=GARAGE)
    assert owed(registry, "destination_check_1_nov") == []
