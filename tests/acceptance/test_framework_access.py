"""Who may send what and who sees what, over HTTP with a key of each role (contract section 8)."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from typing import Any

import httpx
import pytest

from ap_registry.embedded import Servers
from ap_registry.registry import Registry
from ap_registry.store.database import Database
from tests.acceptance.conftest import NOW
from tests.acceptance.office import Office, Story, new_upn
from tests.acceptance.test_framework_every_notice import life
from tests.serving import TRUSTS_NOBODY, served
from tests.world import GARAGE, OTHER, PRU, SCHOOL, SPECIAL

Login = Callable[..., httpx.Client]
NOTICES = "/api/v1/notices"
REGISTER = {"pupil_registered", "pupil_details_changed", "contact_recorded", "joined_roll",
            "left_roll"}  # fmt: skip
EXCLUSION = {"suspension", "permanent_exclusion", "exclusion_cancelled", "governors_decision",
             "review_decision", "sixth_day_started"}  # fmt: skip
PLACEMENT = {"placement_started", "placement_changed", "placement_ended"}
LEARNING = {"assessment_recorded", "assessment_shared", "target_agreed", "result_awarded",
            "offer_recorded", "destination_recorded"}  # fmt: skip
SAID = {"view_recorded", "wellbeing_measured", "review_held", "notified", "disputed"}
MAY_SEND = {
    "school": REGISTER | EXCLUSION | PLACEMENT | LEARNING | SAID | {
        "parent_request", "part_time_started", "part_time_ended", "off_site_direction",
        "managed_move", "referral", "reintegration_planned", "reintegration_started",
        "reintegration_ended", "fair_access_referral", "fair_access_response", "ehc_milestone",
    },
    "provider": PLACEMENT | LEARNING | SAID | {
        "referral_decision", "outreach_started", "outreach_session", "outreach_ended",
    },
    "panel": {"fair_access_referral", "fair_access_decision", "action_agreed", "disputed"},
    "health": {"health_response", "review_held", "disputed"},
    "social_care": {"view_recorded", "action_agreed", "disputed"},
}  # fmt: skip
OF_ITS_OWN = {"correction", "void"}  # of what one has sent oneself
AS_PAYER = {"funding_agreed"}  # of the payer or the commissioner
ORGANISATION = {"school": SCHOOL, "provider": PRU, "panel": "LA856", "health": "ICB-QK1",
                "social_care": "LA856"}  # fmt: skip


@pytest.fixture
def as_(office: Office, _shared: Servers) -> Iterator[Login]:
    """A client with a new key of a role and an organisation."""
    database = Database(_shared.database_url)
    with ExitStack() as stack:
        registry = Registry(database, clock=datetime.fromisoformat(NOW))
        address = stack.enter_context(served(registry))

        def login(role: str, organisation: str) -> httpx.Client:
            asked = ("key", "create", "--organisation", organisation, "--role", role)
            headers = {"Authorization": f"Bearer {office.ask(*asked)['key']}"}
            made = httpx.Client(verify=TRUSTS_NOBODY, base_url=address, headers=headers, timeout=60)
            return stack.enter_context(made)

        yield login
    database.close()


def post(client: httpx.Client, pupil: Story, type_: str, on: str, **facts: Any) -> httpx.Response:
    notice = {"type": type_, "upn": pupil.upn, "occurred_on": on, **facts}
    return client.post(NOTICES, json=notice)


def codes(answer: httpx.Response) -> set[str]:
    return {error["code"] for error in answer.json()["errors"]}


def test_each_role_sends_what_the_contract_lets_it_and_nothing_else(
    office: Office, as_: Login
) -> None:
    """Every type as every role: what is not allowed is answered 403, all else never."""
    _upn, told = life("who")
    for notice in told:
        assert office.run("notify", json.dumps(notice))[0] == 0
    asked = [{k: v for k, v in n.items() if k not in ("by", "ref")} for n in told]
    for role, allowed in MAY_SEND.items():
        client = as_(role, ORGANISATION[role])
        found = {
            notice["type"]
            for notice in asked
            if client.post(NOTICES, params={"dry_run": "true"}, json=notice).status_code != 403
        }
        assert found - OF_ITS_OWN - AS_PAYER == allowed, role


@pytest.fixture
def pupil(office: Office) -> Story:
    """At Brook School, then from 12 January 2026 at Alder School; suspended there in June; placed
    by it at Bridge PRU until 6 March, then at Second Gear.
    """
    made = office.pupil(school=OTHER)
    made.tell("left_roll", "2026-01-12", school=OTHER, ground="a")
    made.tell("joined_roll", "2026-01-12", school=SCHOOL, registration="C")
    placed = {
        "commissioner": SCHOOL, "reason": "behaviour", "ends_on": "2026-12-18",
        "sessions_per_week": 4, "intent": "return", "checks_confirmed_on": "2026-01-12",
    }  # fmt: skip
    made.tell("placement_started", "2026-02-02", provider=PRU, ref="p", **placed)
    made.tell("placement_ended", "2026-03-06", placement="p", end_reason="other_ap", by=PRU)
    made.tell("placement_started", "2026-03-09", provider=GARAGE, ref="g", **placed)
    made.tell("suspension", "2026-06-01", school=SCHOOL, sessions=4, ends_on="2026-06-02",
              reasons=["DB"], ref="s")  # fmt: skip
    return made


@pytest.mark.parametrize(
    ("payers", "allowed"),
    [
        ({"payer": "LA856"}, {SCHOOL}),
        ({"payer": "LA856", "health_payer": "ICB-QK1"}, {SCHOOL, "ICB-QK1"}),
        ({"payer": OTHER}, {SCHOOL}),
    ],
    ids=["the commissioner", "a payer too", "no former school"],
)
def test_funding_is_told_by_a_payer_or_the_commissioner(
    pupil: Story, as_: Login, payers: dict[str, str], allowed: set[str]
) -> None:
    pupil.tell("referral", "2026-06-10", route="health", provider="ICB-QK1", objectives=["Sleep"],
               by=SCHOOL)  # fmt: skip
    parts = {"education": 300, "health": 0, "social_care": 0}
    found = {
        organisation
        for role, organisation in (("school", SCHOOL), ("health", "ICB-QK1"))
        if post(as_(role, organisation), pupil, "funding_agreed", "2026-06-10",
                **parts, **payers).status_code == 201
    }  # fmt: skip
    assert found == allowed


def test_in_anothers_name_sends_only_the_la(pupil: Story, as_: Login) -> None:
    facts = {"school": SCHOOL, "sessions": 2, "ends_on": "2026-06-15", "reasons": ["DB"]}
    answers = {
        name: post(as_(role, organisation), pupil, "suspension", "2026-06-15", by=SCHOOL, **facts)
        for name, role, organisation in (
            ("school", "school", SCHOOL), ("former", "school", OTHER), ("la", "la", "LA856"),
        )
    }  # fmt: skip
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "school": 201, "former": 403, "la": 201,
    }  # fmt: skip


def test_a_former_school_still_tells_what_happened_up_to_its_last_day(
    pupil: Story, as_: Login
) -> None:
    former = as_("school", OTHER)
    facts = {"school": OTHER, "sessions": 2, "reasons": ["DB"]}
    late = post(former, pupil, "suspension", "2026-01-09", ends_on="2026-01-09", **facts)
    after = post(former, pupil, "suspension", "2026-01-13", ends_on="2026-01-13", **facts)
    unknown = post(former, Story(pupil.office, new_upn()), "suspension", "2026-01-13",
                   ends_on="2026-01-13", **facts)  # fmt: skip
    assert late.status_code == 201
    assert (after.status_code, codes(after)) == (unknown.status_code, codes(unknown))
    own = post(former, pupil, "correction", "2026-06-01", of=late.json()["event"]["id"],
               fields={"sessions": 1}, reason="Half a day")  # fmt: skip
    assert own.status_code == 201


def test_a_former_school_reads_the_pupil_as_on_its_last_day(pupil: Story, as_: Login) -> None:
    path = f"/api/v1/pupils/{pupil.upn}"
    read = as_("school", OTHER).get(path).json()
    assert (read["placements"], read["exclusions"]) == ([], [])
    items = as_("school", OTHER).get(f"{path}/timeline").json()["items"]
    assert {item["type"] for item in items} <= {"pupil_registered", "joined_roll", "left_roll"}


def test_whom_it_does_not_concern_learns_no_more_than_of_a_pupil_who_is_not(
    pupil: Story, as_: Login
) -> None:
    stranger, nobody = as_("school", SPECIAL), Story(pupil.office, new_upn())
    for one in (pupil, nobody):
        read = stranger.get(f"/api/v1/pupils/{one.upn}")
        left = post(stranger, one, "left_roll", "2026-06-15", school=SPECIAL, ground="a")
        assert (read.status_code, left.status_code) == (404, 422)
        assert codes(left) == {"unknown_pupil"}


def test_words_not_for_the_school_are_kept_from_it(pupil: Story, as_: Login) -> None:
    for share in ("all", "not_school", "not_parent"):
        pupil.tell("view_recorded", "2026-06-10", whose="pupil", words=f"Said {share}",
                   share=share, by=GARAGE)  # fmt: skip
    path = f"/api/v1/pupils/{pupil.upn}/timeline"
    readers = (("school", SCHOOL), ("provider", GARAGE), ("la", "LA856"))
    found = {
        role: sorted(
            item["data"]["words"]
            for item in as_(role, organisation).get(path).json()["items"]
            if item["type"] == "view_recorded"
        )
        for role, organisation in readers
    }
    everything = ["Said all", "Said not_parent", "Said not_school"]
    assert found == {"school": everything[:2], "provider": everything, "la": everything}


def test_health_reads_the_minimum_and_answers(pupil: Story, as_: Login) -> None:
    pupil.tell("referral", "2026-06-10", route="health", provider="ICB-QK1", objectives=["Sleep"],
               by=SCHOOL)  # fmt: skip
    health = as_("health", "ICB-QK1")
    read = health.get(f"/api/v1/pupils/{pupil.upn}").json()
    assert (read["given_name"], read["exclusions"], read["funding"]) == ("Ann", [], None)
    assert {p["reason"] for p in read["placements"]} == {None}
    answer = post(health, pupil, "health_response", "2026-06-12", about=pupil.named("g"),
                  response="acknowledged", service="School nursing")  # fmt: skip
    assert answer.status_code == 201


def test_a_school_knows_of_suspensions_elsewhere_only_their_number(
    pupil: Story, as_: Login
) -> None:
    pupil.tell("left_roll", "2026-06-15", school=SCHOOL, ground="a")
    pupil.tell("joined_roll", "2026-06-15", school=SPECIAL, registration="C")
    read = as_("school", SPECIAL).get(f"/api/v1/pupils/{pupil.upn}", params={"on": "2026-06-20"})
    assert (read.json()["exclusions"], read.json()["suspended_sessions_this_year"]) == ([], 4)
