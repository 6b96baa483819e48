"""Whose the panel's pages are: another LA's case is not there, and a school has none of them."""

import re

import httpx
import pytest

from ap_registry.registry import Registry
from ap_registry.store import owing, queries
from tests.api.people import signed_in
from tests.world import SCHOOL, notify, register_pupil

PATHS = ("", "/cases/{0}", "/cases/{0}/decide", "/fair-share", "/overdue", "/minutes")


@pytest.fixture
def case(registry: Registry) -> str:
    register_pupil(registry)
    found = notify(registry, "fair_access_referral", "2026-10-12", category="d", by=SCHOOL)
    return str(found["event"]["id"])


def test_its_own_panel_opens_them_and_nobody_else(
    registry: Registry, nobody: httpx.Client, case: str
) -> None:
    found = {}
    for role, organisation in (
        ("panel", "LA856"), ("la", "LA856"), ("panel", "LA857"), ("school", SCHOOL),
    ):  # fmt: skip
        signed_in(registry, nobody, role, organisation)
        answers = [nobody.get("/panel" + path.format(case)) for path in PATHS]
        found[role, organisation] = [answer.status_code for answer in answers]
        assert ("Example" in "".join(a.text for a in answers)) == (organisation == "LA856")
    assert found == {
        ("panel", "LA856"): [200] * 6,
        ("la", "LA856"): [200] * 6,
        ("panel", "LA857"): [200, 404, 404, 200, 200, 200],
        ("school", SCHOOL): [403] * 6,
    }


def test_the_agenda_says_a_category_in_words(
    registry: Registry, nobody: httpx.Client, case: str
) -> None:
    signed_in(registry, nobody, "panel", "LA856")
    assert "in alternative provision and needing mainstream" in nobody.get("/panel").text


def test_another_panel_decides_and_signs_nothing(
    registry: Registry, nobody: httpx.Client, case: str
) -> None:
    signed_in(registry, nobody, "panel", "LA857")
    page = nobody.get("/panel").text
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    assert token is not None
    form = {"csrf": token[1], "on": "2026-11-20", "decision": "deferred", "present": "x",
            "reason": "y"}  # fmt: skip
    decided = nobody.post(f"/panel/cases/{case}/decide", data=form)
    signed = nobody.post("/panel/minutes/sign", data=form)
    forged = nobody.post(f"/panel/cases/{case}/decide", data={**form, "csrf": "x"})
    assert (decided.status_code, signed.status_code, forged.status_code) == (404, 409, 403)


def test_a_decision_is_asked_for_before_anything_is_called_wrong(
    registry: Registry, nobody: httpx.Client, case: str
) -> None:
    signed_in(registry, nobody, "panel", "LA856")
    path = f"/panel/cases/{case}/decide"
    opened = nobody.get(path).text
    token = re.search(r'name="csrf" value="([^"]+)"', opened)
    assert token is not None
    refused = nobody.post(path, data={"csrf": token[1], "on": "2026-11-20"}).text
    wrong = ("<title>Error: Decision on", "There is a problem", "Answer “Why?”")
    assert [words in opened for words in wrong] == [False] * 3
    assert [words in refused for words in wrong] == [True] * 3


def test_a_decision_is_of_the_day_of_its_meeting_not_of_its_typing(
    registry: Registry, nobody: httpx.Client, case: str
) -> None:
    """A place was due on 16 November, between the meeting and today."""
    signed_in(registry, nobody, "panel", "LA856")
    path = f"/panel/cases/{case}/decide"
    token = re.search(r'name="csrf" value="([^"]+)"', nobody.get(path).text)
    assert token is not None
    decided = nobody.post(path, data={
        "csrf": token[1], "on": "2026-11-13", "decision": "school", "school": SCHOOL,
        "present": "x", "reason": "y",
    })  # fmt: skip
    assert decided.status_code == 200
    with registry.database.connection() as connection:
        placed = owing.follow_ups(
            connection, queries.Scope(everything=True), on=registry.today(), status="any",
            kind="fair_access_place",
        )  # fmt: skip
        late = connection.execute("select rule from flag where rule = 'fair-access.late'")
        assert late.fetchall() == []
    assert [one["closed_on"] for one in placed] == ["2026-11-13"]
