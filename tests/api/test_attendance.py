"""POST /attendance: rows as JSON or as the file itself."""

from typing import Any

import pytest

from ap_registry.registry import Registry
from tests.api.conftest import Login
from tests.world import OTHER, PUPIL, SCHOOL, register_pupil, upn

PATH = "/api/v1/attendance"
WEEKLY = {"upn": PUPIL, "organisation": SCHOOL, "week": "2026-03-02", "marks": "/ \\ " * 5}
SINGLE = {"upn": PUPIL, "organisation": SCHOOL, "date": "2026-03-09", "session": "AM", "code": "I"}


@pytest.fixture(autouse=True)
def pupil(registry: Registry) -> None:
    register_pupil(registry)


def counts(answer: Any) -> dict[str, int]:
    told = answer.json()
    return {name: told[name] for name in ("rows", "created", "unchanged", "refused", "marks")}


def test_rows_of_either_form_are_taken(as_: Login) -> None:
    answer = as_("school", SCHOOL).post(PATH, json=[WEEKLY, SINGLE])
    assert answer.status_code == 200
    assert counts(answer) == {"rows": 2, "created": 2, "unchanged": 0, "refused": 0, "marks": 11}


def test_a_file_is_taken_as_it_is(as_: Login) -> None:
    lines = [",".join(SINGLE), ",".join(SINGLE.values())]
    answer = as_("school", SCHOOL).post(
        PATH, content="\n".join(lines), headers={"Content-Type": "text/csv"}
    )
    assert counts(answer) == {"rows": 1, "created": 1, "unchanged": 0, "refused": 0, "marks": 1}


def test_a_bad_row_is_named_and_the_others_stand(as_: Login) -> None:
    rows = [SINGLE, {**SINGLE, "organisation": OTHER}, {**SINGLE, "upn": upn(9)}]
    told = as_("school", SCHOOL).post(PATH, json=rows).json()
    errors = [(e["row"], e["column"], e["code"]) for e in told["errors"]]
    assert (told["created"], errors) == (
        1, [(2, "organisation", "forbidden"), (3, "upn", "unknown_pupil")],
    )  # fmt: skip


def test_a_school_without_the_pupil_is_told_that_there_is_none(as_: Login) -> None:
    told = as_("school", OTHER).post(PATH, json=[{**SINGLE, "organisation": OTHER}]).json()
    assert [e["code"] for e in told["errors"]] == ["unknown_pupil"]


@pytest.mark.parametrize(("body", "status"), [({}, 400), ([7], 400), ("x", 400)])
def test_what_is_no_array_of_rows_is_malformed(as_: Login, body: object, status: int) -> None:
    assert as_("school", SCHOOL).post(PATH, json=body).status_code == status


def test_a_panel_sends_no_registers(as_: Login) -> None:
    assert as_("panel", "LA856").post(PATH, json=[SINGLE]).status_code == 403
