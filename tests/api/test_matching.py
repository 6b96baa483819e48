"""Pupils who may be one, over HTTP: an LA sees and decides; a school says whom it means."""

from typing import Any

import httpx

from ap_registry.registry import Registry
from tests.api.conftest import Login
from tests.api.people import hidden, signed_in
from tests.world import PUPIL, SCHOOL, notify, register_pupil, upn

WRONG = PUPIL[:-1] + ("2" if PUPIL[-1] != "2" else "3")
SUSPENSION = {"type": "suspension", "occurred_on": "2026-06-01", "upn": WRONG, "school": SCHOOL,
              "sessions": 2, "ends_on": "2026-06-01", "reasons": ["PP"]}  # fmt: skip


def decide(client: httpx.Client, **body: Any) -> httpx.Response:
    return client.post("/api/v1/matching", json=body)


def test_an_la_decides_about_two_and_a_school_about_what_it_sends(
    as_: Login, registry: Registry
) -> None:
    register_pupil(registry)
    register_pupil(registry, upn=upn(2), given_name="Anne")
    la, school = as_("la", "LA856"), as_("school", SCHOOL)
    (pair,) = la.get("/api/v1/matching").json()["items"]
    assert (pair["score"], pair["decision"]) == (99, None)
    ids = {"pupil_id": pair["pupil"]["id"], "other_pupil_id": pair["other"]["id"]}
    assert decide(school, **ids, decision="same").status_code == 403
    assert decide(la, **ids, decision="different").status_code == 201
    assert la.get("/api/v1/matching").json()["items"] == []
    (settled,) = la.get("/api/v1/matching?settled=true").json()["items"]
    assert settled["decision"]["by"] == "LA856"

    refused = school.post("/api/v1/notices", json=SUSPENSION)
    candidates = refused.json()["errors"][0]["candidates"]
    meant = candidates[0]["pupil_id"]
    assert decide(school, pupil_id=meant, decision="same", sent={"upn": WRONG}).status_code == 201
    taken = school.post("/api/v1/notices", json=SUSPENSION)
    assert (taken.status_code, taken.json()["event"]["pupil_id"]) == (201, meant)


def test_a_decision_says_all_that_is_wrong_with_it(as_: Login) -> None:
    found = decide(as_("la", "LA856"), pupil_id="x", sent={"date_of_birth": "3.2.11"}, colour="red")
    assert found.status_code == 422
    told = {(e["pointer"], e["code"]) for e in found.json()["errors"]}
    assert told == {
        ("/pupil_id", "bad_format"), ("/sent/date_of_birth", "bad_format"),
        ("/colour", "unknown_field"),
    }  # fmt: skip


def test_the_inbox_is_an_las(as_: Login, registry: Registry) -> None:
    wrong = {**SUSPENSION, "school": "999999", "upn": PUPIL}
    as_("school", SCHOOL).post("/api/v1/notices", json=wrong)
    found = as_("la", "LA856").get("/api/v1/data-quality").json()
    assert [(one["name"], one["by"]) for one in found["unknown_organisations"]] == [
        ("999999", SCHOOL)
    ]
    assert as_("school", SCHOOL).get("/api/v1/data-quality").status_code == 403


def test_two_who_are_parted_on_the_pages_are_not_asked_about_again(
    nobody: httpx.Client, registry: Registry
) -> None:
    register_pupil(registry)
    register_pupil(registry, upn=upn(2), given_name="Anne")
    signed_in(registry, nobody, "la", "LA856")
    notify(registry, "pupils_merged", "2026-11-18", other_upn=upn(2), reason="One", by="LA856")
    said = {"occurred_on": "2026-11-19", "reason": "Two children", "upn": PUPIL}
    form = hidden(nobody.get("/notify/merge_undone?whole=true").text)
    given = {"csrf": form["csrf"], "form": form["form"], **said, "other_upn": upn(2)}
    told = nobody.post("/notify/merge_undone", data=given).text
    assert "take back the details that were changed that day" in told
    assert "No two pupils look like one." in nobody.get("/quality").text
    assert "Anne" in nobody.get("/quality/settled").text
