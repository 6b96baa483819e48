"""POST /api/v1/framework/adjustments, and who reads in the framework what was set."""

from typing import Any

import httpx
import pytest

from tests.api.conftest import Login
from tests.world import SCHOOL

WANTED = {"rule": "part-time.limit", "value": 28, "from": "2026-09-01", "reason": "agreed"}
SET = {**WANTED, "la": "LA856", "source": None}


def adjust(client: httpx.Client, **changed: Any) -> httpx.Response:
    return client.post("/api/v1/framework/adjustments", json={**WANTED, **changed})


def problems(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(one["pointer"], one["code"]) for one in answer.json()["errors"]]


def shown(client: httpx.Client, asked: str = "") -> list[dict[str, Any]]:
    rules = client.get(f"/api/v1/framework{asked}").json()["rules"]
    return [one for rule in rules for one in rule["adjustments"]]


def test_an_la_sets_a_number_and_those_in_it_read_it(as_: Login) -> None:
    answer = adjust(as_("la", "LA856"))
    assert (answer.status_code, answer.json()) == (201, {"adjustment": SET, "moved": 0})
    assert shown(as_("school", SCHOOL)) == [SET]
    assert shown(as_("school", SCHOOL), "?on=2026-08-31") == []
    assert shown(as_("school", SCHOOL), "?on=2026-09-01") == [SET]
    assert shown(as_("admin", "LA857")) == [SET]
    assert shown(as_("la", "LA857")) == []


@pytest.mark.parametrize(
    ("role", "organisation", "changed"),
    [("school", SCHOOL, {"la": "LA856"}), ("la", "LA857", {"la": "LA856"})],
)
def test_nobody_sets_the_numbers_of_another(
    as_: Login, role: str, organisation: str, changed: dict[str, Any]
) -> None:
    answer = adjust(as_(role, organisation), **changed)
    assert (answer.status_code, problems(answer)) == (403, [("/la", "forbidden")])


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"value": 0}, ("/value", "bad_format")),
        ({"value": True}, ("/value", "bad_format")),
        ({"value": None}, ("/value", "required")),
        ({"from": "1 September"}, ("/from", "bad_format")),
        ({"rule": "sixth-day.late"}, ("/rule", "unknown_code")),
        ({"until": "2027-08-31"}, ("/until", "unknown_field")),
    ],
)
def test_what_may_not_be_set_is_answered_by_its_field(
    as_: Login, changed: dict[str, Any], wrong: tuple[str, str]
) -> None:
    answer = adjust(as_("la", "LA856"), **changed)
    assert (answer.status_code, problems(answer)) == (422, [wrong])


def test_every_rule_says_whether_it_may_be_set(as_: Login) -> None:
    rules = as_("la", "LA856").get("/api/v1/framework").json()["rules"]
    found = {rule["id"]: rule["adjustable"] for rule in rules}
    assert (found["part-time.limit"], found["governors.meeting"]) == (True, False)
