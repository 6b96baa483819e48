"""EHC plans, health partners, funding, views, disputes and actions (domain 1.5 L7, 8 and 9)."""

from typing import Any

import pytest

from tests.acceptance.office import Office, Story
from tests.world import PRU, SCHOOL


@pytest.fixture
def pupil(office: Office) -> Story:
    return office.pupil()


def reach(pupil: Story, on: str, milestone: str, **more: Any) -> list[str]:
    return pupil.flags("ehc_milestone", on, milestone=milestone, by="LA856", **more)


def test_an_assessment_is_decided_in_six_weeks_and_a_plan_issued_in_twenty(pupil: Story) -> None:
    """Requested on Monday 5 January 2026, calendar weeks: 16 February (in half-term), 25 May."""
    reach(pupil, "2026-01-05", "requested")
    assert pupil.owed(on="2026-01-05") == [
        ("ehc_decision", "LA856", "2026-02-16", "open"),
        ("ehc_plan", "LA856", "2026-05-25", "open"),
    ]
    reach(pupil, "2026-02-16", "agreed")
    assert pupil.owed(on="2026-02-17") == [("ehc_plan", "LA856", "2026-05-25", "open")]
    reach(pupil, "2026-05-22", "issued")
    done = pupil.owed(on="2026-05-25", status="done")
    assert [(k, s) for k, _o, _d, s in done] == [("ehc_decision", "done"), ("ehc_plan", "done")]


def test_the_clocks_are_the_home_las_wherever_the_school_is(office: Office) -> None:
    pupil = office.pupil(home_la="857")
    reach(pupil, "2026-01-05", "requested")
    assert {owner for _k, owner, _d, _s in pupil.owed(on="2026-01-05")} == {"LA857"}


@pytest.mark.parametrize(
    ("on", "flags"), [("2026-04-27", []), ("2026-04-28", ["ehc.refusal-late"])]
)
def test_a_refusal_to_issue_is_said_within_sixteen_weeks(
    pupil: Story, on: str, flags: list[str]
) -> None:
    """Requested on Monday 5 January 2026: Monday 27 April."""
    reach(pupil, "2026-01-05", "requested")
    reach(pupil, "2026-02-09", "agreed")
    assert reach(pupil, on, "refused") == flags
    assert [s for *_, s in pupil.owed("ehc_plan", on=on, status="lapsed")] == ["lapsed"]


def test_a_school_that_is_consulted_answers_within_fifteen_days(pupil: Story) -> None:
    """Consulted on Monday 2 March 2026: Tuesday 17 March."""
    reach(pupil, "2026-01-05", "requested")
    reach(pupil, "2026-03-02", "consulted", school=SCHOOL)
    kind = "ehc_consultation"
    assert pupil.owed(kind, on="2026-03-17") == [(kind, SCHOOL, "2026-03-17", "open")]
    reach(pupil, "2026-03-17", "refused_by_school", school=SCHOOL)
    assert pupil.owed(kind, on="2026-03-17") == []


def test_a_consultation_names_the_school(pupil: Story) -> None:
    refused = pupil.refused("ehc_milestone", "2026-03-02", milestone="consulted", by="LA856")
    assert refused == [("/school", "required")]


def placement(pupil: Story) -> None:
    pupil.tell("placement_started", "2026-03-02", provider=PRU, commissioner="LA856", ref="p",
               reason="mental_health", ends_on="2026-07-10", sessions_per_week=10,
               intent="return", checks_confirmed_on="2026-02-27")  # fmt: skip


FUNDED: dict[str, Any] = {
    "placement": "p", "education": 350, "health": 120.5, "social_care": 0, "payer": "LA856",
    "by": "LA856",
}  # fmt: skip


def test_funding_is_agreed_in_three_parts_each_with_its_payer(pupil: Story) -> None:
    placement(pupil)
    told = pupil.tell("funding_agreed", "2026-03-02", health_payer="ICB-QK1", until="2026-07-10",
                      **FUNDED)  # fmt: skip
    assert told["flags"] == []
    (found,) = pupil.shown()["funding"]
    parts = {name: found[name] for name in ("education", "health", "social_care")}
    payers = {name: found[name] for name in ("payer", "health_payer", "care_payer")}
    assert parts == {"education": 350, "health": 120.5, "social_care": 0}
    assert payers == {"payer": "LA856", "health_payer": "ICB-QK1", "care_payer": None}


def test_a_part_without_a_payer_is_flagged(pupil: Story) -> None:
    placement(pupil)
    assert pupil.flags("funding_agreed", "2026-03-02", **FUNDED) == ["funding.payer-missing"]


@pytest.mark.parametrize(
    ("fact", "refusal"),
    [
        ({"education": -1}, ("/education", "bad_format")),
        ({"until": "2026-03-01"}, ("/until", "end_before_start")),
        ({"payer": "LA999"}, ("/payer", "unknown_organisation")),
    ],
)
def test_funding_that_cannot_be_is_refused(
    pupil: Story, fact: dict[str, Any], refusal: tuple[str, str]
) -> None:
    placement(pupil)
    facts = {**FUNDED, "health_payer": "ICB-QK1", **fact}
    assert pupil.refused("funding_agreed", "2026-03-02", **facts) == [refusal]


def test_a_disputed_notice_is_shown_so_and_answered_within_a_month(pupil: Story) -> None:
    """Disputed on 31 January 2026: the last day of February."""
    pupil.tell("suspension", "2026-01-26", school=SCHOOL, sessions=4, ends_on="2026-01-27",
               reasons=["PP"], ref="s")  # fmt: skip
    pupil.tell("disputed", "2026-01-31", of="s", words="It was another pupil", by="LA856")
    assert pupil.owed("dispute", on="2026-02-28") == [("dispute", SCHOOL, "2026-02-28", "open")]
    pupil.tell("correction", "2026-02-20", of="s", fields={"sessions": 2}, by=SCHOOL,
               reason="One day only")  # fmt: skip
    assert pupil.owed("dispute", on="2026-02-28", status="done") == [
        ("dispute", SCHOOL, "2026-02-28", "done")
    ]


def test_an_action_is_owed_by_whom_it_was_agreed_with(pupil: Story) -> None:
    pupil.tell("action_agreed", "2026-03-02", owner=PRU, due_on="2026-03-20", by="LA856",
               what="Ring the family")  # fmt: skip
    (found,) = pupil.listed(on="2026-03-21", kind="action")
    assert (found["owner"], found["due_on"], found["status"]) == (PRU, "2026-03-20", "overdue")
    done = pupil.tell("follow_up_done", "2026-03-23", follow_up=found["id"], how="Rang twice",
                      by=PRU)  # fmt: skip
    (closed,) = done["follow_ups"]["closed"]
    assert (closed["status"], closed["how"]) == ("done", "Rang twice")


@pytest.mark.parametrize(("feeling", "code"), [(0, "bad_format"), (6, "bad_format"), (5, None)])
def test_a_feeling_is_from_one_to_five(pupil: Story, feeling: int, code: str | None) -> None:
    facts = {"whose": "pupil", "words": "I like it", "feeling": feeling, "by": SCHOOL}
    if code is None:
        assert pupil.flags("view_recorded", "2026-03-02", **facts) == []
    else:
        assert pupil.refused("view_recorded", "2026-03-02", **facts) == [("/feeling", code)]


def test_a_health_partner_is_told_and_answers_within_ten_school_days(own_office: Office) -> None:
    """Only where the LA has switched it on, on a basis: placed today, Friday 20 November 2026; ten
    school days on is Friday 4 December. One answer is asked for, though of a placement for mental
    health it is told and invited to the reviews.
    """
    own_office.bring("organisations", "id,kind,name,las\nICB-QK1,health,School Nurses,856\n")
    pupil = own_office.pupil()
    placement(pupil)
    assert pupil.owed("health_response", on="2026-11-20") == []
    basis = "UK GDPR 6(1)(e), 9(2)(h)"
    own_office.ask("setting", "set", "LA856", "health", "on", "--basis", basis)
    pupil = own_office.pupil()
    told = pupil.tell("placement_started", "2026-11-20", provider=PRU, commissioner=SCHOOL,
                      reason="mental_health", ends_on="2027-02-05", sessions_per_week=10,
                      intent="return", checks_confirmed_on="2026-11-19", ref="p")  # fmt: skip
    assert told["flags"] == []
    kind = "health_response"
    assert pupil.owed(kind, on="2026-12-04") == [(kind, "ICB-QK1", "2026-12-04", "open")]
    pupil.tell("health_response", "2026-11-20", about="p", response="started", by="ICB-QK1",
               service="School nursing")  # fmt: skip
    assert pupil.owed(kind, on="2026-12-04") == []
    assert pupil.sentences()[-1] == "Health answered (School nursing): started"


def test_without_a_lawful_basis_health_is_not_switched_on(own_office: Office) -> None:
    told = own_office.ask("setting", "set", "LA856", "health", "on")
    assert [(e["pointer"], e["code"]) for e in told["errors"]] == [("/basis", "required")]


def test_where_the_la_takes_notice_this_way_filing_is_telling(own_office: Office) -> None:
    own_office.ask("setting", "set", "LA856", "notices", "registry")
    pupil = own_office.pupil()
    receipt = pupil.tell("suspension", "2026-11-20", school=SCHOOL, sessions=2, reasons=["PP"],
                         ends_on="2026-11-20", decided_on="2026-11-20")  # fmt: skip
    closed = [(f["kind"], f["status"]) for f in receipt["follow_ups"]["closed"]]
    assert closed == [("la_notice", "done")]
    assert pupil.owed("la_notice", on="2026-11-20") == []
