"""Health answers what it was told of; a virtual school and a social worker see their children."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import parse_qs

import pytest

from ap_registry import embedded
from ap_registry.registry import Registry
from tests.api.conftest import Login
from tests.api.people import People, at_pages, hidden
from tests.api.test_page_lists import texts
from tests.world import (
    PRU,
    PUPIL,
    SCHOOL,
    arrange,
    notify,
    register_pupil,
    send_register,
    take_organisations,
    upn,
)

PLACED = {"commissioner": SCHOOL, "provider": PRU, "reason": "behaviour", "intent": "return",
          "ends_on": "2027-02-12", "sessions_per_week": 4, "by": SCHOOL}  # fmt: skip
NURSES = "id,kind,name,las\nICB-QK1,health,School Nurses,856\n"


def fill(registry: Registry) -> None:
    """Ann is in care, Ben has a social worker, Cara neither; Dan is in the care of Rutland.

    All are placed, and the LA owes Ann and Cara a mentor. Ann and Cara are suspended; health is
    told of those placed today.
    """
    take_organisations(registry, NURSES)
    arrange(registry, "LA856", "health", "on", date(2026, 9, 1))
    facts = {
        "Ann": {"looked_after": "current", "care_la": "856"}, "Ben": {"social_worker": "cp"},
        "Cara": {}, "Dan": {"looked_after": "current", "care_la": "857"},
    }  # fmt: skip
    for number, (name, about) in enumerate(facts.items(), start=1):
        register_pupil(registry, upn=upn(number), given_name=name, **about)
        notify(registry, "placement_started", "2026-09-07" if number == 4 else "2026-11-20",
               upn=upn(number), **PLACED)  # fmt: skip
        if name in {"Ann", "Cara"}:
            notify(registry, "suspension", "2026-11-20", upn=upn(number), school=SCHOOL,
                   sessions=12, ends_on="2026-11-27", reasons=["PP"], by=SCHOOL)  # fmt: skip
    for number in (1, 3):
        notify(registry, "action_agreed", "2026-11-20", upn=upn(number), by="LA856",
               what="A mentor", owner="LA856", due_on="2026-12-01")  # fmt: skip
    notify(registry, "placement_ended", "2026-11-20", upn=upn(2), end_reason="breakdown", by=PRU)
    marks = "".join(f"{upn(n)},{SCHOOL},2026-11-{day},{half},{code}\n" for n, day, half, code in (
        (1, 18, "AM", "/"), (1, 18, "PM", "O"), (2, 19, "AM", "/"), (3, 19, "AM", "O"),
    ))  # fmt: skip
    send_register(registry, "upn,organisation,date,session,code\n" + marks)


@pytest.fixture(scope="module")
def person(servers: embedded.Servers) -> Iterator[People]:
    with at_pages(servers, fill) as signed_in:
        yield signed_in


def test_a_virtual_school_s_lists_hold_its_own_children(person: People) -> None:
    client = person("social_care")
    cells = {name: [(row[0].split()[0], row[3]) for row in texts(client.get(path).text)]
             for name, path in (("day-one", "/tasks/day-one"), ("attendance", "/tasks/attendance"),
                                ("elsewhere", "/elsewhere"))}  # fmt: skip
    assert cells["day-one"] == [
        ("Ann", "Arrange education from the first day"),
        ("Ann", "Arrange full-time education from the sixth day"),
    ]
    assert cells["attendance"] == [
        ("Ann", "1 of 2 sessions, 50 %"),
        ("Ben", "1 of 1 sessions, 100 %"),
    ]
    assert {name for name, _ in cells["elsewhere"]} == {"Ann", "Ben"}


def test_of_other_children_of_its_authority_it_sees_nothing(person: People) -> None:
    client = person("social_care")
    owed = {row[2].split()[0] for row in texts(client.get("/?whose=all").text)}
    found = [name for name in ("Ann", "Ben", "Cara", "Dan")
             if f"{name} Example" in client.get(f"/pupils?q={name}").text]  # fmt: skip
    told = [client.get(f"/pupils/{upn(number)}").status_code for number in (1, 2, 3, 4)]
    counted = [client.get("/counts").json()["owed"], person("la").get("/counts").json()["owed"]]
    assert counted == [1, 2]
    assert (owed, found, told) == ({"Ann", "Ben"}, ["Ann", "Ben"], [200, 200, 404, 404])


def test_health_opens_answers_and_follows_what_it_was_told(person: People) -> None:
    client = person("health")
    told = texts(client.get("/tasks/movements").text)
    assert sorted((row[0].split()[0], row[3]) for row in told) == [
        ("Ann", "A placement began"), ("Ben", "A placement began"), ("Ben", "A placement ended"),
        ("Cara", "A placement began"), ("Dan", "A placement began"),
    ]  # fmt: skip
    assert "Answer it" in client.get("/").text
    page = client.get("/tasks/movements").text
    links = re.findall(rf'href="/notify/health_response\?(upn={PUPIL}[^"]*contributed[^"]*)"', page)
    query = parse_qs(links[0].replace("&amp;", "&"))
    form = "/notify/health_response"
    asked = client.get(f"{form}?{links[0].replace('&amp;', '&')}").text
    check = client.post(form, data={**hidden(asked), "do": "check"}).text
    assert "<dd>20 November 2026: Placement started (told by Alder School)</dd>" in check
    token = hidden(client.get("/").text)["csrf"]
    filled = {"csrf": token, "occurred_on": "20/11/2026", "words": "Sleep is better",
              **{name: values[0] for name, values in query.items()}}  # fmt: skip
    assert client.post("/notify/health_response", data=filled).status_code == 200
    names = {row[0].split()[0] for row in texts(client.get("/tasks/movements").text)}
    in_hand = [
        (row[0].split()[0], row[1], row[3]) for row in texts(client.get("/tasks/in-hand").text)
    ]
    assert (names, in_hand) == (
        {"Ben", "Cara", "Dan"}, [("Ann", "Bridge PRU", "Contributed to the plan")]
    )  # fmt: skip
    assert client.get(f"/pupils/{PUPIL}").status_code == 200


def test_health_sees_a_child_no_more_once_it_says_that_it_has_no_role(
    registry: Registry, as_: Login
) -> None:
    take_organisations(registry, NURSES)
    arrange(registry, "LA856", "health", "on", date(2026, 9, 1))
    register_pupil(registry)
    client = as_("health", "ICB-QK1")

    def seen() -> int:
        return len(client.get("/api/v1/pupils").json()["items"])

    before = seen()
    placed = notify(registry, "placement_started", str(registry.today()), **PLACED)
    told = seen()
    notify(registry, "health_response", str(registry.today()), about=placed["event"]["id"],
           response="no_role", service="Nurses", by="ICB-QK1")  # fmt: skip
    registry.clock = registry.now() + timedelta(days=1)
    assert (before, told, seen()) == (0, 1, 0)
