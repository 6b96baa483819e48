"""What changed in published figures, over HTTP: the same, for whom the outcomes are open."""

from datetime import timedelta

import pytest

from ap_registry.registry import Registry
from tests.api.conftest import Login
from tests.reports.telling import Telling
from tests.reports.test_restatement import END, START, asked, restatement
from tests.world import PRU, SCHOOL

PATH = "/api/v1/restatement"
YEAR = {"period_from": "2024-09-01", "period_to": "2025-08-31"}


def test_an_authority_reads_what_changed_in_its_own(registry: Registry, as_: Login) -> None:
    ann, bea = Telling(registry, 1), Telling(registry, 2, home_la="857")
    placed = [pupil.placed(START, END) for pupil in (ann, bea)]
    before = registry.now()
    for pupil, one in zip((ann, bea), placed, strict=True):
        pupil.tell("void", "2025-03-03", of=one, reason="Never came")
    after = registry.now()
    answer = as_("la", "LA857").get(
        PATH, params={"from": before.isoformat(), "to": after.isoformat(), **YEAR}
    )
    expected = restatement(registry, asked(before, after, la="857")).document
    assert (answer.status_code, answer.json()) == (200, expected)
    assert {c["key"].get("la", "857") for c in expected["cells"]} == {"857", "all"}


@pytest.mark.parametrize(("role", "organisation"), [("school", SCHOOL), ("health", "ICB-QK1")])
def test_who_may_not_read_outcomes_may_not_read_their_changes(
    as_: Login, role: str, organisation: str
) -> None:
    assert as_(role, organisation).get(PATH, params={"from": "2025-01-01"}).status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"from": "2025-13-01"},
        {"from": "2025-02-01", "to": "2025-01-01"},
        {"from": "2025-01-01", "period_from": "2025-02-01", "period_to": "2025-01-31"},
    ],
)
def test_what_cannot_be_compared_is_refused(as_: Login, wrong: dict[str, str]) -> None:
    assert as_("provider", PRU).get(PATH, params=wrong).status_code == 422


def test_one_instant_changes_nothing(registry: Registry, as_: Login) -> None:
    Telling(registry).placed(START, END)
    at = (registry.now() - timedelta(hours=1)).isoformat()
    answer = as_("provider", PRU).get(PATH, params={"from": at, "to": at, **YEAR})
    assert (answer.status_code, answer.json()["cells"]) == (200, [])
