"""POST /api/v1/confirmations."""

from typing import Any

import httpx
import pytest

from tests.api.conftest import Login
from tests.world import OTHER, SCHOOL


def codes(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(one["pointer"], one["code"]) for one in answer.json()["errors"]]


def test_a_school_confirms_its_own_list(as_: Login) -> None:
    answer = as_("school", SCHOOL).post("/api/v1/confirmations", json={"on": "2026-11-20"})
    assert answer.status_code == 201
    assert (answer.json()["organisation"], answer.json()["confirmed_on"]) == (SCHOOL, "2026-11-20")


def test_not_that_of_another(as_: Login) -> None:
    body = {"organisation": OTHER, "on": "2026-11-20"}
    answer = as_("school", SCHOOL).post("/api/v1/confirmations", json=body)
    assert (answer.status_code, codes(answer)) == (403, [("/organisation", "forbidden")])


@pytest.mark.parametrize(
    ("body", "wrong"),
    [({}, [("/on", "required")]), ({"on": "20/11/2026"}, [("/on", "bad_format")]),
     ({"on": "2026-11-20", "by": "x"}, [("/by", "unknown_field")])],
)  # fmt: skip
def test_a_bad_body_is_answered_field_by_field(
    as_: Login, body: dict[str, Any], wrong: list[tuple[str, str]]
) -> None:
    answer = as_("school", SCHOOL).post("/api/v1/confirmations", json=body)
    assert (answer.status_code, codes(answer)) == (422, wrong)
