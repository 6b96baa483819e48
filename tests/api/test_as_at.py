"""Over HTTP: what was known by an instant (``as_at``), as things stood on a day (``on``)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ap_registry.registry import Registry
from tests.api.conftest import Login
from tests.reports.telling import Telling
from tests.world import GARAGE, OTHER, PRU, SCHOOL, load_world, take_organisations, upn

FRIDAY = datetime(2026, 11, 20, 12, tzinfo=UTC)
MONDAY = FRIDAY + timedelta(days=3)


@pytest.fixture
def registry(empty_registry: Registry) -> Registry:
    empty_registry.clock = FRIDAY
    load_world(empty_registry)
    return empty_registry


@pytest.fixture
def ann(registry: Registry) -> Telling:
    """At Bridge PRU, as was told on Friday; on Monday that turns out to be for Bea alone."""
    found = Telling(registry)
    slip = found.placed("2026-09-07", ends_on="2027-02-12")
    found.placed("2026-09-14", "2026-10-16", provider=GARAGE, ends_on="2027-02-12")
    registry.clock = MONDAY
    found.tell("void", "2026-11-23", of=slip, reason="It was Bea")
    return found


def items(answer: Any, *names: str) -> list[tuple[Any, ...]]:
    assert answer.status_code == 200, answer.text
    return sorted(tuple(item[name] for name in names) for item in answer.json()["items"])


FIRST = (PRU, "2026-09-07", None)
SECOND = (GARAGE, "2026-09-14", "2026-10-16")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, [SECOND]),
        ({"as_at": "2026-11-20"}, [FIRST, SECOND]),
        ({"as_at": "2026-11-20", "on": "2026-09-13"}, [FIRST]),
        ({"as_at": "2026-11-20", "on": "2026-09-14"}, [FIRST, (*SECOND[:2], None)]),
        ({"on": "2026-10-15"}, [(*SECOND[:2], None)]),
        ({"on": "2026-10-16", "open": "true"}, [SECOND]),
        ({"on": "2026-10-17", "open": "true"}, []),
        ({"as_at": "2026-11-20", "provider": PRU}, [FIRST]),
        ({"as_at": "2026-11-20", "commissioner": OTHER}, []),
    ],
)
def test_placements(
    ann: Telling, as_: Login, asked: dict[str, str], expected: list[tuple[Any, ...]]
) -> None:
    answer = as_("la", "LA856").get("/api/v1/placements", params={"upn": ann.upn, **asked})
    assert items(answer, "provider", "starts_on", "ended_on") == sorted(expected)


def test_a_pupil_and_a_timeline(ann: Telling, as_: Login) -> None:
    la, path = as_("la", "LA856"), f"/api/v1/pupils/{ann.upn}"
    then = {"as_at": FRIDAY.isoformat()}
    now, before = la.get(path).json(), la.get(path, params=then).json()
    assert [len(one["placements"]) for one in (now, before)] == [1, 2]
    statuses = [
        [item["status"] for item in la.get(f"{path}/timeline", params=asked).json()["items"]]
        for asked in ({}, then)
    ]
    assert [sorted(found) for found in statuses] == [["effective"] * 5 + ["void"]] + [
        ["effective"] * 5
    ]


def test_follow_ups(ann: Telling, as_: Login) -> None:
    """What a placement that never was had obliged to was owed on Friday."""
    la = as_("la", "LA856")
    asked = {"upn": ann.upn, "kind": "placement_review", "on": "2026-11-23"}
    now = la.get("/api/v1/follow-ups", params=asked)
    then = la.get("/api/v1/follow-ups", params={**asked, "as_at": "2026-11-20"})
    assert (items(now, "due_on"), items(then, "due_on")) == ([], [("2026-10-16",)])


def test_who_was_on_a_roll(registry: Registry, as_: Login) -> None:
    """Ann left on 6 November, which was told on Monday."""
    ann = Telling(registry)
    registry.clock = MONDAY
    ann.tell("left_roll", "2026-11-06", school=SCHOOL, ground="a")
    la, path = as_("la", "LA856"), "/api/v1/pupils"
    found = [
        items(la.get(path, params={"school": SCHOOL, **asked}), "upn")
        for asked in (
            {}, {"as_at": "2026-11-20"}, {"on": "2026-11-05"}, {"on": "2026-11-06"},
            {"as_at": "2026-11-20", "on": "2024-09-01"},
        )
    ]  # fmt: skip
    assert found == [[], [(ann.upn,)], [(ann.upn,)], [], []]


def test_a_pupil_who_has_been_merged_since(registry: Registry, as_: Login) -> None:
    """As at Friday both UPNs have a record of their own; to whoever sees the pupil now."""
    ann, bea = Telling(registry, 1), Telling(registry, 2)
    bea.placed("2026-09-07", ends_on="2027-02-12")
    registry.clock = MONDAY
    ann.tell("pupils_merged", "2026-11-23", other_upn=bea.upn, reason="One child")
    la = as_("la", "LA856")
    shown = [
        la.get(f"/api/v1/pupils/{upn(n)}", params=asked).json()
        for asked in ({}, {"as_at": "2026-11-20"})
        for n in (1, 2)
    ]
    assert [(one["upn"], len(one["placements"])) for one in shown] == [
        (ann.upn, 1), (ann.upn, 1), (ann.upn, 0), (bea.upn, 1),
    ]  # fmt: skip


def test_outcomes(ann: Telling, as_: Login) -> None:
    asked = {"from": "2026-09-01", "to": "2027-08-31", "known_by": FRIDAY.isoformat()}
    la = as_("la", "LA856")
    now = la.get("/api/v1/outcomes", params={**asked, "known_by": MONDAY.isoformat()}).json()
    then = la.get("/api/v1/outcomes", params=asked).json()
    assert (then["known_by"], now["known_by"]) == (
        "2026-11-20T12:00:00.000000Z", "2026-11-23T12:00:00.000000Z",
    )  # fmt: skip
    assert then["ledger"]["size"] + 1 == now["ledger"]["size"]


ORGANISATIONS = "/api/v1/organisations"
CLOSED = f"""id,kind,name,la,opened_on,closed_on,predecessors,las
{OTHER},school,Brook School,856,2001-09-01,2026-11-23,,
200009,school,Brook 100% Academy,856,2026-11-23,,{OTHER},
ICB-QK1,health,Nurses of two LAs,,,,,856;857
"""


def test_organisations(registry: Registry, as_: Login) -> None:
    registry.clock = MONDAY
    assert take_organisations(registry, CLOSED).errors == []
    client = as_("school", SCHOOL)

    def told(asked: str) -> list[tuple[Any, ...]]:
        return items(client.get(f"{ORGANISATIONS}?kind=school&{asked}"), "id", "closed_on")

    was, gone, new = (OTHER, None), (OTHER, "2026-11-23"), ("200009", None)
    assert told("name=BROOK") == [gone, new]
    assert told("name=brook&as_at=2026-11-20") == [was]
    assert told("name=brook&on=2026-11-22") == [gone]
    assert told("name=brook&on=2026-11-23") == [new]
    assert told("name=%25") == [new]
    assert told("name=_") == []
    found = {name: client.get(f"{ORGANISATIONS}/{name}").json() for name in ("200009", "ICB-QK1")}
    assert found["200009"]["predecessors"] == [OTHER]
    assert found["ICB-QK1"]["las"] == ["856", "857"]
    before = client.get(f"{ORGANISATIONS}/ICB-QK1?as_at=2026-11-20").json()
    assert (before["name"], before["las"]) == ("School Nurses", [])
    assert client.get(f"{ORGANISATIONS}/200009?as_at=2026-11-20").status_code == 404


def test_pupils_by_upn_and_name(ann: Telling, as_: Login) -> None:
    client = as_("la", "LA856")
    (one,) = client.get(f"/api/v1/pupils?upn={upn(1)}").json()["items"]
    name = f"{one['given_name']} {one['family_name']}"
    asked = {f"name={name.upper()}": [upn(1)], f"name={name[1:-1]}": [upn(1)], "name=%25": []}
    for query, expected in asked.items():
        answer = client.get(f"/api/v1/pupils?{query}")
        assert [item["upn"] for item in answer.json()["items"]] == expected, query
    for other in (as_("la", "LA857"), client):
        wanted = upn(1) if other is not client else upn(7)
        assert other.get(f"/api/v1/pupils?upn={wanted}").status_code == 404
        assert other.get(f"/api/v1/pupils?name={name}xx").json()["items"] == []
    assert as_("la", "LA857").get(f"/api/v1/pupils?name={name}").json()["items"] == []


def test_events_of_a_type(ann: Telling, as_: Login) -> None:
    client = as_("la", "LA856")
    every = client.get("/api/v1/events").json()
    placed = [one for one in every["items"] if one["type"] == "placement_started"]
    found = client.get("/api/v1/events?type=placement_started").json()
    assert (found["items"], found["next"], found["until"]) == (placed, None, every["until"])
    assert len(placed) == 2
    assert client.get("/api/v1/events?type=placement_begun").status_code == 422


def test_the_framework_of_a_day(registry: Registry, as_: Login) -> None:
    client = as_("school", SCHOOL)
    rules = client.get("/api/v1/framework").json()["rules"]
    for day in ("2023-09-01", "2026-11-20"):
        of_day = client.get(f"/api/v1/framework?on={day}").json()["rules"]
        assert 0 < len(of_day) < len(rules)
        assert of_day == [
            one for one in rules
            if (one["in_force_from"] or "") <= day <= (one["in_force_until"] or "9")
        ]  # fmt: skip
