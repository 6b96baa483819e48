"""Each kind of report over HTTP and as a page: what its line in ``reports.kinds`` says."""

import pytest

from ap_registry.registry import Registry
from reports.kinds import KINDS, Kind, Option
from tests.api.conftest import Login
from tests.reports.telling import Telling
from tests.reports.test_restatement import END, START
from tests.world import PRU, SCHOOL

YEAR = {"from": "2024-09-01", "to": "2025-08-31"}


def test_a_report_answers_at_its_name_as_at_the_address_of_its_own(
    registry: Registry, as_: Login
) -> None:
    Telling(registry).placed(START, END)
    client = as_("la", "LA856")
    asked = {**YEAR, "known_by": registry.now().isoformat()}
    answers = [
        client.get(f"/api/v1/{path}", params=asked) for path in ("reports/outcomes", "outcomes")
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content


@pytest.mark.parametrize(
    ("asked", "pointer", "code"),
    [
        ({"from": "2024-13-01"}, "/from", "bad_format"),
        ({"from": "2024-09-02", "to": "2024-09-01"}, "/to", "end_before_start"),
        ({"known_by": "soon"}, "/known_by", "bad_format"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_named(
    as_: Login, asked: dict[str, str], pointer: str, code: str
) -> None:
    answer = as_("provider", PRU).get("/api/v1/reports/outcomes", params=asked)
    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(pointer, code)]


@pytest.mark.parametrize(
    ("role", "organisation", "asked"),
    [
        ("provider", PRU, {"provider": "AP-0001"}),
        ("la", "LA856", {"la": "857"}),
        ("panel", "LA856", {"la": "857"}),
        ("school", SCHOOL, {}),
        ("auditor", PRU, {"provider": "AP-0001"}),
    ],
)
def test_nobody_reads_anothers(
    as_: Login, role: str, organisation: str, asked: dict[str, str]
) -> None:
    answer = as_(role, organisation).get("/api/v1/reports/outcomes", params=asked)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({}, []),
        (YEAR, []),
        ({"to": "2025-08-31"}, []),
        ({"la": "856"}, ["/la"]),
        ({"trust": "TR-0001", "known_by": "2025-09-01"}, ["/known_by", "/trust"]),
        ({**YEAR, "to": "2025-08-30"}, ["/from"]),
        ({**YEAR, "from": "2023-09-01"}, ["/from"]),
    ],
)
def test_a_health_partner_asks_for_whole_years_of_its_icb(
    as_: Login, asked: dict[str, str], wrong: list[str]
) -> None:
    answer = as_("health", "ICB-QK1").get("/api/v1/reports/dashboard", params=asked)
    assert answer.status_code == (200 if not wrong else 422 if wrong == ["/from"] else 403)
    assert [e["pointer"] for e in answer.json().get("errors", [])] == wrong


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_report_is_open_to_those_whom_it_names_only(as_: Login, kind: Kind) -> None:
    role = next(role for role in ("parent", "social_care", "health") if role not in kind.readers)
    given = {one.name: _given(one) for one in kind.options if one.required}
    answer = as_(role, "ICB-QK1").get(f"/api/v1/reports/{kind.name}", params=given)
    assert answer.status_code == 403


def _given(option: Option) -> str:
    return option.choices[0] if option.choices else {"whole": "2025"}.get(option.kind, "2025-01-01")


def test_a_number_opens_to_those_behind_it_and_that_is_noted(
    registry: Registry, as_: Login
) -> None:
    ann = Telling(registry)
    ann.placed(START, END)
    asked = {**YEAR, "measure": "reintegration", "figure": "denominator"}
    found = as_("la", "LA856").get("/api/v1/reports/behind", params=asked).json()
    assert [(one["upn"], one["rule"]) for one in found["items"]] == [
        (ann.upn, "reintegration.not_returned")
    ]
    (read,) = as_("admin", "LA856").get("/api/v1/reads").json()["items"]
    assert (read["what"], read["organisation"], read["pupils"]) == (
        "GET /api/v1/reports/behind", "LA856", [found["items"][0]["pupil_id"]],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "role", "organisation", "kept"),
    [
        ("movements", "school", SCHOOL, {"school": SCHOOL}),
        ("movements", "provider", PRU, {"provider": PRU}),
        ("movements", "panel", "LA856", {"la": "856"}),
        ("dashboard", "la", "LA856", {"la": "856", "published": False}),
        ("dashboard", "health", "ICB-QK1", {"icb": "ICB-QK1", "published": True}),
    ],
)
def test_a_report_that_counts_is_kept_to_the_callers_own(
    as_: Login, name: str, role: str, organisation: str, kept: dict[str, object]
) -> None:
    answer = as_(role, organisation).get(f"/api/v1/reports/{name}", params=YEAR)
    assert answer.status_code == 200
    assert {key: answer.json()[key] for key in kept} == kept
