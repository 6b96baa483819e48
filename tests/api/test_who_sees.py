"""Who sees a pupil, on every route: what may not be seen answers as what does not exist."""

from typing import Any

import httpx
import pytest

from ap_registry.registry import Registry
from api.main import create_app
from tests.api.conftest import Login
from tests.api.story import CALLERS, EVER, NEVER, NOW, tell
from tests.world import (
    OTHER,
    PERSON,
    PUPIL,
    SCHOOL,
    SPECIAL,
    notify,
    send_register,
    upn,
)

NOBODY = upn(99)
NO_ID = "00000000-0000-4000-8000-000000000000"
READERS = {
    "/api/v1/pupils": NOW,
    "/api/v1/pupils/{pupil}": EVER,
    "/api/v1/pupils/{pupil}/timeline": EVER,
    "/api/v1/pupils/{pupil}/ctf": frozenset(
        {"its school", "its former school", "its LA", "the administrator"}
    ),
    "/api/v1/reports/outcomes": NEVER,
    "/api/v1/reports/panel": frozenset({"its LA", "its panel"}),
    "/api/v1/reports/restatement": NEVER,
    "/api/v1/reports/behind": NEVER,  # without a measure it is refused
    "/api/v1/reports/census": NEVER,  # without a year it is refused
    # Most of these name a school, a pupil or a year; asked for nothing, they are refused.
    "/api/v1/reports/attendance-return": NEVER,
    "/api/v1/reports/children-not-in-school": NOW & {"its LA"},
    "/api/v1/reports/exit": NEVER,
    "/api/v1/reports/governors": NEVER,
    "/api/v1/reports/penalty-notice": NEVER,
    "/api/v1/reports/progress": NEVER,
    "/api/v1/reports/provider-quality": NEVER,
    "/api/v1/reports/school-arranged": frozenset({"its school", "its LA"}),
    "/api/v1/reports/targeting-support": NEVER,
    "/api/v1/reports/school": frozenset({"its school"}),  # others name the school that they ask of
    # by the ids of its exclusions
    "/api/v1/reports/movements": frozenset(
        {"its school", "its LA", "its panel", "the administrator"}
    ),
    "/api/v1/placements": NOW,
    "/api/v1/follow-ups": NOW | {"its former school"},  # which owes the return of the deletion
    "/api/v1/follow-ups/{follow_up}/clock": NOW,
    "/api/v1/events": NOW,
    "/api/v1/reports": NEVER,
    "/api/v1/reports/{report}": NEVER,
    "/api/v1/reports/{report}/file": NEVER,  # what is asked for is read by who asked
    "/api/v1/webhooks": NEVER,
    "/api/v1/webhooks/{webhook}": NEVER,
    "/api/v1/webhooks/{webhook}/deliveries": NEVER,
    "/api/v1/organisations": NEVER,
    "/api/v1/organisations/{organisation}": NEVER,
    "/api/v1/framework": NEVER,
    "/api/v1/outcomes": NEVER,
    "/api/v1/restatement": NEVER,
    "/api/v1/reports/dashboard": NEVER,
    "/api/v1/ledger/head": NEVER,
    "/api/v1/ledger/keys": NEVER,
    "/api/v1/ledger/proof/inclusion/{event}": NOW,
    "/api/v1/ledger/proof/consistency": NEVER,
    "/api/v1/matching": NEVER,  # where nobody is like another
    "/api/v1/data-quality": NEVER,
    "/api/v1/emergencies": NEVER,  # where no record was opened so
    "/api/v1/reads": frozenset({"an auditor of its school", "the administrator"}),
}


@pytest.fixture
def pupil_id(registry: Registry) -> str:
    return tell(registry)


def get_routes(registry: Registry) -> set[str]:
    paths = create_app(registry).openapi()["paths"]
    return {path for path, methods in paths.items() if "get" in methods}


def test_every_route_that_reads_says_who_reads_pupils_there(registry: Registry) -> None:
    assert get_routes(registry) == set(READERS)


def test_pupils_are_told_to_those_who_see_them_and_to_nobody_else(
    as_: Login, registry: Registry, pupil_id: str
) -> None:
    clients = {name: as_(*caller) for name, caller in CALLERS.items()}
    owed = _sixth_day(clients["the administrator"])
    event = clients["the administrator"].get("/api/v1/events").json()["items"][-1]["id"]
    told = {
        path: {
            name
            for name, client in clients.items()
            if _tells(
                client.get(
                    path.format(
                        pupil=PUPIL,
                        follow_up=owed,
                        event=event,
                        webhook=NO_ID,
                        report=NO_ID,
                        organisation=SCHOOL,
                    )
                ),
                pupil_id,
                owed,
                event,
            )
        }
        for path in READERS
    }
    assert told == {path: set(readers) for path, readers in READERS.items()}


def _sixth_day(client: httpx.Client) -> str:
    found = client.get("/api/v1/follow-ups", params={"kind": "sixth_day_provision"}).json()
    return str(found["items"][0]["id"])


def _tells(answer: httpx.Response, *words: str) -> bool:
    return any(word in answer.text for word in (PUPIL, "Example", *words))


@pytest.mark.parametrize("path", ["/pupils/{0}", "/pupils/{0}/timeline", "/follow-ups?upn={0}"])
def test_the_unseen_answers_as_the_unknown(as_: Login, pupil_id: str, path: str) -> None:
    for name in CALLERS.keys() - EVER:
        client = as_(*CALLERS[name])
        unseen, unknown = (client.get("/api/v1" + path.format(upn_)) for upn_ in (PUPIL, NOBODY))
        assert (unseen.status_code, unseen.content) == (404, unknown.content), name


def test_a_notice_on_the_unseen_answers_as_on_the_unknown(as_: Login, pupil_id: str) -> None:
    review = {"type": "review_held", "occurred_on": "2026-06-10", "purpose": "review",
              "attended": ["school"]}  # fmt: skip
    client = as_("school", SPECIAL)
    unseen, unknown = (
        client.post("/api/v1/notices", json={**review, "upn": upn_}) for upn_ in (PUPIL, NOBODY)
    )
    assert (unseen.status_code, unseen.content) == (422, unknown.content)


# Each is wrong in another way, or in none; a reader learns the same of either pupil.
PROBES: tuple[dict[str, Any], ...] = (
    {"type": "review_held", "occurred_on": "2026-06-10", "attended": ["school"]},
    {"type": "review_held", "occurred_on": "2026-06-10"},
    {"type": "review_held", "occurred_on": "2099-01-01", "attended": ["nobody"]},
    {"type": "suspension", "occurred_on": "2026-06-10", "school": SPECIAL, "sessions": 2,
     "ends_on": "2026-06-10", "reasons": ["PP"], "sex": "F"},
    {"type": "joined_roll", "occurred_on": "2026-06-10", "school": OTHER, "registration": "C"},
    {"type": "correction", "occurred_on": "2026-06-10", "of": "S-1", "reason": "x",
     "fields": {"sessions": 2}},
    {"type": "follow_up_done", "occurred_on": "2026-06-10", "how": "by telephone",
     "follow_up": "00000000-0000-4000-8000-000000000001"},
)  # fmt: skip


@pytest.mark.parametrize("probe", PROBES)
@pytest.mark.parametrize("by", ["upn", "pupil_id"])
def test_no_notice_tells_the_unseen_from_the_unknown(
    as_: Login, pupil_id: str, probe: dict[str, Any], by: str
) -> None:
    names = {"upn": (PUPIL, NOBODY), "pupil_id": (pupil_id, NO_ID)}[by]
    client = as_("school", SPECIAL)
    unseen, unknown = (client.post("/api/v1/notices", json={**probe, by: name}) for name in names)
    assert (unseen.status_code, unseen.content) == (422, unknown.content)


def test_in_anothers_name_an_la_is_led_to_no_pupil_whom_it_does_not_see(as_: Login) -> None:
    """By the words of the notice that registered them, or by its ref, which it has guessed."""
    body = {"type": "joined_roll", "occurred_on": "2025-09-01", "by": OTHER, "school": OTHER,
            "registration": "C", "ref": "J-1", **PERSON}  # fmt: skip
    own = as_("school", OTHER)
    first = own.post("/api/v1/notices", json=body)
    assert own.post("/api/v1/notices", json=body).json() == first.json()
    told = as_("la", "LA857").post("/api/v1/notices", json=body)
    assert told.json()["errors"][0]["code"] == "ref_conflict"
    assert first.json()["event"]["pupil_id"] not in told.text


def test_a_pupil_named_by_id_is_not_registered_again(as_: Login, pupil_id: str) -> None:
    body = {"type": "pupil_registered", "occurred_on": "2026-06-10", **PERSON}
    client = as_("school", SPECIAL)
    unseen, unknown = (
        client.post("/api/v1/notices", json={**body, "pupil_id": name})
        for name in (pupil_id, NO_ID)
    )
    assert unseen.json()["errors"][0]["pointer"] == "/pupil_id"
    assert (unseen.status_code, unseen.content) == (422, unknown.content)


@pytest.mark.parametrize("path", ["/pupils/{0}", "/pupils/{0}/timeline", "/follow-ups?upn={0}"])
def test_an_unseen_id_answers_as_an_unknown_one(as_: Login, pupil_id: str, path: str) -> None:
    client = as_("school", SPECIAL)
    unseen, unknown = (client.get("/api/v1" + path.format(name)) for name in (pupil_id, NO_ID))
    assert (unseen.status_code, unseen.content) == (404, unknown.content)


def test_an_unseen_clock_answers_as_an_unknown_one(
    as_: Login, registry: Registry, pupil_id: str
) -> None:
    owed = as_(*CALLERS["its LA"]).get("/api/v1/follow-ups").json()["items"][0]["id"]
    client = as_("school", SPECIAL)
    unseen, unknown = (client.get(f"/api/v1/follow-ups/{name}/clock") for name in (owed, NO_ID))
    assert (unseen.status_code, unseen.content) == (404, unknown.content)


def test_an_unseen_event_answers_as_an_unknown_one(as_: Login, pupil_id: str) -> None:
    event = as_(*CALLERS["its LA"]).get("/api/v1/events").json()["items"][0]["id"]
    client = as_("school", SPECIAL)
    unseen, unknown = (
        client.get(f"/api/v1/ledger/proof/inclusion/{name}") for name in (event, NO_ID)
    )
    assert (unseen.status_code, unseen.content) == (404, unknown.content)


def shown_to(as_: Login, caller: str, path: str = "") -> Any:
    return as_(*CALLERS[caller]).get(f"/api/v1/pupils/{PUPIL}{path}").json()


def test_a_former_school_reads_the_pupil_as_on_its_last_day(as_: Login, pupil_id: str) -> None:
    found = shown_to(as_, "its former school")
    assert [(r["school"], r["until"]) for r in found["rolls"]] == [(OTHER, None)]
    assert (found["placements"], found["exclusions"]) == ([], [])
    days = {i["occurred_on"] for i in shown_to(as_, "its former school", "/timeline")["items"]}
    assert days == {"2025-09-01"}


def test_a_former_school_does_not_learn_who_has_told_of_its_days_since(
    as_: Login, registry: Registry
) -> None:
    """What a later school puts right or tells late would say where the pupil is now."""
    notify(registry, "joined_roll", "2025-09-01", school=OTHER, registration="C", **PERSON)
    told = notify(registry, "suspension", "2025-10-01", school=OTHER, sessions=2, reasons=["PP"],
                  ends_on="2025-10-01")  # fmt: skip
    notify(registry, "left_roll", "2026-01-12", school=OTHER, ground="a")
    notify(registry, "joined_roll", "2026-01-12", school=SPECIAL, registration="C")
    # Both schools' registers have the same session, and say different things of it.
    rows = f"{PUPIL},{SPECIAL},2026-06-10,AM,/\n{PUPIL},{SCHOOL},2026-06-10,AM,O\n"
    send_register(registry, f"upn,organisation,date,session,code\n{rows}")
    late = {"instrument": "sdq_total", "score": 11, "stage": "baseline", "informant": "teacher"}
    for by in (SPECIAL, OTHER):
        notify(registry, "wellbeing_measured", "2025-12-01", by=by, **late)
        notify(registry, "correction", "2026-03-01", by=by, of=told["event"]["id"],
               fields={"sessions": 1}, reason=f"so says {by}")  # fmt: skip
    items = shown_to(as_, "its former school", "/timeline")["items"]
    suspended = next(item for item in items if item["type"] == "suspension")
    assert suspended["data"]["sessions"] == 1
    told_by = [(change["by"], change["reason"]) for change in suspended["changes"]]
    assert told_by == [(None, None), (OTHER, f"so says {OTHER}")]
    assert [i["by"] for i in items if i["type"] == "wellbeing_measured"] == [OTHER]
    assert SPECIAL in str(shown_to(as_, "its LA", "/timeline"))
    clashes = [
        [flag["rule"] for flag in shown_to(as_, caller)["flags"]]
        for caller in ("its former school", "its LA")
    ]
    assert clashes == [[], ["attendance.clash"]]


def test_a_former_school_cannot_ask_for_a_later_day(as_: Login, pupil_id: str) -> None:
    asked = shown_to(as_, "its former school", "?on=2026-06-01")
    assert asked == shown_to(as_, "its former school")


def test_a_school_sees_suspended_days_elsewhere_as_a_number(
    as_: Login, registry: Registry, pupil_id: str
) -> None:
    """Not by what was decided, asked or said of one either, nor by what is owed for that."""
    excluded = next(
        item["id"] for item in shown_to(as_, "its LA", "/timeline")["items"]
        if item["type"] == "suspension"
    )  # fmt: skip
    notify(registry, "governors_decision", "2026-06-09", exclusion=excluded, decision="upheld",
           by=SCHOOL)  # fmt: skip
    notify(registry, "parent_request", "2026-06-10", of=excluded, request="representations",
           by=SCHOOL)  # fmt: skip
    notify(registry, "disputed", "2026-06-12", of=excluded, words="Not so", by="LA856")
    notify(registry, "correction", "2026-06-11", of=excluded, fields={"reasons": ["PA"]},
           reason="A slip", by=SCHOOL)  # fmt: skip
    notify(registry, "left_roll", "2026-06-15", school=SCHOOL, ground="a")
    notify(registry, "joined_roll", "2026-06-15", school=SPECIAL, registration="C")
    client = as_("school", SPECIAL)
    found = client.get(f"/api/v1/pupils/{PUPIL}?on=2026-06-20").json()
    assert (found["exclusions"], found["suspended_sessions_this_year"]) == ([], 12)
    seen = {i["type"] for i in client.get(f"/api/v1/pupils/{PUPIL}/timeline").json()["items"]}
    fed = {i["type"] for i in client.get("/api/v1/events").json()["items"]}
    owed = {i["kind"] for i in client.get("/api/v1/follow-ups").json()["items"]}
    rules = {flag["rule"] for flag in found["flags"]}
    assert (found["parent_requests"], rules) == ([], {"placement.checks-unconfirmed"})
    assert {"suspension", "disputed", "correction", "governors_decision"} & (seen | fed) == set()
    assert {"sixth_day_provision", "governors_outcome", "dispute"} & owed == set()
    told = {i["kind"] for i in as_("la", "LA856").get("/api/v1/follow-ups").json()["items"]}
    assert "governors_outcome" in told


def test_the_owner_of_a_duty_sees_it_after_the_pupil_has_left(
    as_: Login, registry: Registry, pupil_id: str
) -> None:
    notify(registry, "left_roll", "2026-06-15", school=SCHOOL, ground="a")
    client = as_("school", SCHOOL)
    kinds = {item["kind"] for item in client.get("/api/v1/follow-ups").json()["items"]}
    assert "sixth_day_provision" in kinds


def test_health_is_told_the_minimum(as_: Login, registry: Registry, pupil_id: str) -> None:
    notify(registry, "referral", "2026-06-10", route="health", provider="ICB-QK1",
           objectives=["sleep"], by=SCHOOL)  # fmt: skip
    client = as_("health", "ICB-QK1")
    found = client.get(f"/api/v1/pupils/{PUPIL}").json()
    assert (found["given_name"], found["exclusions"], found["flags"]) == ("Ann", [], [])
    assert {p["reason"] for p in found["placements"]} == {None}
    assert (found["sen_provision"], found["suspended_sessions_this_year"]) == (None, None)
    items = client.get(f"/api/v1/pupils/{PUPIL}/timeline").json()["items"]
    assert {i["type"] for i in items} <= {
        "pupil_registered", "joined_roll", "left_roll", "placement_started", "placement_ended",
    }  # fmt: skip
    told = str(items) + client.get("/api/v1/events").text + client.get("/api/v1/follow-ups").text
    assert [
        word for word in ("suspension", "sixth_day", "sleep") if word in told + str(items)
    ] == []
