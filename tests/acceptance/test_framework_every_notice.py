"""Every notice type of contract section 3, field by field: as CSV, as JSON Lines and by POST."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest

from ap_registry.embedded import Servers
from ap_registry.registry import Registry
from ap_registry.store.database import Database
from tests.acceptance.conftest import NOW
from tests.acceptance.office import Office, new_upn
from tests.serving import served
from tests.world import GARAGE, OTHER, PRU, SCHOOL

Notice = dict[str, Any]


def notices(mark: str, upn: str, twin: str) -> list[Notice]:
    """One life with all fields filled; ``mark`` keeps its refs apart from those of other lives."""

    def one(type_: str, on: str, by: str = SCHOOL, ref: str = "", **facts: Any) -> Notice:
        named = {k: f"{mark}-{v[1:]}" if str(v)[:1] == "@" else v for k, v in facts.items()}
        envelope = {"type": type_, "upn": upn, "occurred_on": on, "by": by, "note": "Seen"}
        return envelope | ({"ref": f"{mark}-{ref}"} if ref else {}) | named

    person = {
        "given_name": "Ann", "family_name": "Example", "date_of_birth": "2009-10-03", "sex": "F",
        "home_la": "856", "sen_provision": "K", "sen_need": "SEMH", "looked_after": "current",
        "care_la": "857", "social_worker": "cin", "young_carer": True, "restricted": False,
        "free_school_meals": True, "ethnicity": "WBRI", "first_language": "ENG", "nc_year": "11",
    }  # fmt: skip
    return [
        one("pupil_registered", "2025-09-01", **person),
        {**one("pupil_registered", "2025-09-01", **person), "upn": twin},
        one("joined_roll", "2025-09-01", school=SCHOOL, registration="C"),
        one("pupil_details_changed", "2025-09-02", sen_need="ASD", looked_after="previous"),
        one("contact_recorded", "2025-09-02", name="B. Example", relation="mother",
            parental_responsibility=True, email="b@home.example", phone="0116 496 0000",
            address="1 Made-Up Lane", language="eng", may_see=True, ended_on="2026-08-31"),
        one("suspension", "2025-09-22", school=SCHOOL, sessions=3, ends_on="2025-09-23",
            reasons=["PP", "DB"], kind="suspension", starts_session="PM",
            decided_on="2025-09-22", exam_missed=False, ref="s"),
        one("notified", "2025-09-22", of="@s", to="parent", about="decision", method="post",
            received_on="2025-09-24"),
        one("parent_request", "2025-09-25", of="@s", request="representations"),
        one("exclusion_cancelled", "2025-09-25", exclusion="@s", reason="Another pupil"),
        one("permanent_exclusion", "2025-10-06", school=SCHOOL, reasons=["PA"],
            decided_on="2025-10-06", exam_missed=False, ref="px"),
        one("sixth_day_started", "2025-10-13", exclusion="@px", provider=PRU, by="LA856"),
        one("governors_decision", "2025-10-27", exclusion="@px", decision="upheld"),
        one("parent_request", "2025-11-03", of="@px", request="independent_review"),
        one("review_decision", "2025-11-17", by="LA856", exclusion="@px", decision="reconsider"),
        one("governors_decision", "2025-11-20", exclusion="@px", decision="reinstated",
            reinstated_on="2025-11-24"),
        one("referral", "2025-11-24", route="off_site_direction", provider=PRU, about="@px",
            objectives=["Attend", "Read"], interventions="Mentor", needs="Quiet", risk="Low",
            transport="Bus", ref="r"),
        one("referral_decision", "2025-11-25", by=PRU, referral="@r", decision="accepted",
            reason="A place is free"),
        one("off_site_direction", "2025-11-25", school=SCHOOL, provider=PRU,
            starts_on="2025-12-01", ends_on="2026-02-13", sessions_per_week=5,
            objectives=["Attend"], parent_notified_on="2025-11-25", la_notified_on="2025-11-25",
            ref="d"),
        one("placement_started", "2025-12-01", by=PRU, provider=PRU, commissioner=SCHOOL,
            reason="behaviour", ends_on="2026-02-13", sessions_per_week=5, intent="return",
            arising_from="@d", checks_confirmed_on="2025-11-28", site="Main hall", ref="p"),
        one("placement_changed", "2025-12-08", placement="@p", ends_on="2026-02-12",
            sessions_per_week=6, site="Annexe"),
        one("funding_agreed", "2025-12-08", by="LA856", placement="@p", education=300.5, health=20,
            social_care=10, band="B", payer="LA856", health_payer="ICB-QK1", care_payer="LA856",
            until="2026-02-12"),
        one("assessment_recorded", "2025-12-09", by=PRU, subject="english", instrument="NGRT",
            standard_score=88, stage="baseline"),
        one("wellbeing_measured", "2025-12-09", by=PRU, instrument="sdq_total", score=18,
            stage="baseline", informant="teacher"),
        one("target_agreed", "2025-12-10", by=PRU, qualification="gcse", subject="maths",
            level="L1"),
        one("review_held", "2025-12-15", of="@p", purpose="review", outcome="continue",
            ends_on="2026-02-13", attended=["parent", "pupil"], progress=["on_track"]),
        one("health_response", "2025-12-16", by="ICB-QK1", about="@p", response="contributed",
            service="School nursing", words="Seen twice"),
        one("view_recorded", "2025-12-16", by=PRU, whose="pupil", about="@p", feeling=4,
            words="I like it", share="not_parent"),
        one("disputed", "2025-12-17", by="LA856", of="@s", words="Not me"),
        one("action_agreed", "2025-12-17", by="LA856", about="@p", owner=SCHOOL,
            due_on="2026-01-09", what="Ring home"),
        one("outreach_started", "2026-01-05", by=GARAGE, provider=GARAGE, school=SCHOOL,
            focus="Staying in class", ref="o"),
        one("outreach_session", "2026-01-06", by=GARAGE, outreach="@o", minutes=45,
            delivered=False, why_not="Absent", **{"with": "Form tutor"}),
        one("outreach_ended", "2026-01-30", by=GARAGE, outreach="@o", end_reason="completed"),
        one("reintegration_planned", "2026-02-02", placement="@p", school=SCHOOL,
            returns_on="2026-02-23", phased_until="2026-03-20", lead="Head of year"),
        one("assessment_shared", "2026-02-09", by=PRU, placement="@p", school=SCHOOL,
            learning="Reads", triggers="Noise", needs="Quiet", recommendations="Small groups"),
        one("placement_ended", "2026-02-13", by=PRU, placement="@p", destination=SCHOOL,
            end_reason="returned_to_main_school"),
        one("reintegration_started", "2026-02-23", school=SCHOOL, placement="@p",
            phased_until="2026-03-20", ref="ri"),
        one("part_time_started", "2026-02-23", school=SCHOOL, sessions_per_week=6,
            ends_on="2026-03-20", review_on="2026-03-06", reason="Phased"),
        one("part_time_ended", "2026-03-20", school=SCHOOL),
        one("reintegration_ended", "2026-03-27", reintegration="@ri", outcome="settled",
            reason="All well"),
        one("ehc_milestone", "2026-03-27", by="LA856", milestone="consulted", school=OTHER),
        one("fair_access_referral", "2026-04-13", by="LA856", category="m", ref="c"),
        one("fair_access_decision", "2026-04-20", by="LA856", case="@c", panel_on="2026-04-20",
            decision="school", school=OTHER, starts_on="2026-04-27", present=["LA856", "Chair"],
            interests="None", reason="Nearest"),
        one("fair_access_response", "2026-04-21", by=OTHER, case="@c", school=OTHER,
            response="refused", ground="full", reason="No desk"),
        one("managed_move", "2026-04-27", from_school=SCHOOL, to_school=OTHER,
            parent_agreed=True),
        one("left_roll", "2026-04-27", school=SCHOOL, ground="a", destination=OTHER),
        one("result_awarded", "2026-08-20", by=OTHER, qualification="gcse", subject="maths",
            grade="4", level="2", provider=PRU),
        one("offer_recorded", "2026-08-21", by="LA856", activity="230", organisation="College"),
        one("destination_recorded", "2026-10-01", by="LA856", activity="230",
            organisation="College"),
        one("correction", "2026-10-02", of="@s", fields={"sessions": 4}, reason="Miscounted",
            evidence="Register"),
        one("void", "2026-10-02", of="@o", by=GARAGE, reason="Never held", evidence="Diary"),
        one("pupils_merged", "2026-10-05", by="LA856", other_upn=twin, reason="One child"),
        one("merge_undone", "2026-10-06", by="LA856", other_upn=twin, reason="Two children"),
    ]  # fmt: skip


def in_a_cell(value: Any) -> str:
    if isinstance(value, list):
        return ";".join(map(str, value))
    if isinstance(value, dict):
        return json.dumps(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def as_csv(told: list[Notice]) -> str:
    header = list(dict.fromkeys(name for notice in told for name in notice))
    out = io.StringIO()
    rows = csv.DictWriter(out, header, lineterminator="\n")
    rows.writeheader()
    rows.writerows({name: in_a_cell(v) for name, v in one.items()} for one in told)
    return out.getvalue()


def as_json_lines(told: list[Notice]) -> str:
    return "".join(json.dumps(one) + "\n" for one in told)


def life(mark: str) -> tuple[str, list[Notice]]:
    upn = new_upn()
    return upn, notices(mark, upn, new_upn())


def as_told(office: Office, upn: str, told: list[Notice]) -> None:
    """The timeline holds each notice with the fields that were sent, by their names."""
    timeline = office.ask("pupil", "show", upn)["timeline"]
    held = sorted(
        (i["type"], i["occurred_on"], sorted(i["data"]), i["status"] == "void") for i in timeline
    )
    envelope = {"type", "upn", "occurred_on", "by", "ref", "note"}
    sent = sorted(
        (n["type"], n["occurred_on"], sorted(set(n) - envelope), n["type"] == "outreach_started")
        for n in told
        if n["upn"] == upn
    )
    assert held == sent


FORMS = {"csv": as_csv, "jsonl": as_json_lines}


@pytest.mark.parametrize("form", FORMS)
def test_a_file_of_every_notice_is_taken(office: Office, form: str) -> None:
    upn, told = life(form)
    text = FORMS[form](told)
    found = office.ask("import", "notices", "-", "--format", form, stdin=text)
    assert (found["errors"], found["created"]) == ([], len(told))
    as_told(office, upn, told)
    again = office.ask("import", "notices", "-", "--format", form, stdin=text)
    assert (again["created"], again["unchanged"]) == (0, len(told))


@pytest.fixture
def client(office: Office, _shared: Servers) -> Iterator[httpx.Client]:
    """The same registry over HTTP, with a key of the administrator."""
    key = office.ask("key", "create", "--organisation", "LA856", "--role", "admin")["key"]
    database = Database(_shared.database_url)
    headers = {"Authorization": f"Bearer {key}"}
    with (
        served(Registry(database, clock=datetime.fromisoformat(NOW))) as address,
        httpx.Client(base_url=address, headers=headers, timeout=60) as made,
    ):
        yield made
    database.close()


def test_every_notice_is_taken_by_post(office: Office, client: httpx.Client) -> None:
    upn, told = life("post")
    answers = [client.post("/api/v1/notices", json=one) for one in told]
    assert [a.text for a in answers if a.status_code != 201] == []
    as_told(office, upn, told)


def test_the_life_told_here_leaves_no_type_out(client: httpx.Client) -> None:
    """But upn_changed, with a scenario of its own, and follow_up_done, which names an id."""
    types = {notice["type"] for notice in notices("x", new_upn(), new_upn())}
    known = {notice["type"] for notice in client.get("/api/v1/framework").json()["notices"]}
    assert known - types == {"upn_changed", "follow_up_done"}
