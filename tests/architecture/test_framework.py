"""docs/framework.md says what the registry does today."""

import pytest

from ap_registry.framework import RULE_IDS, as_markdown, framework
from ap_registry.notices import CATALOGUE
from tests.architecture.sources import ROOT


def test_the_framework_page_is_not_stale() -> None:
    written = (ROOT / "docs" / "framework.md").read_text(encoding="utf-8")
    assert written == as_markdown(), "run `make docs` and commit docs/framework.md"


def test_every_notice_type_and_rule_is_told() -> None:
    made = framework()
    assert [notice["type"] for notice in made["notices"]] == list(CATALOGUE)
    assert {rule["id"] for rule in made["rules"]} == RULE_IDS


def test_flags_and_refusals_are_read_off_the_functions_that_yield_them() -> None:
    told = {notice["type"]: notice for notice in framework()["notices"]}
    assert told["suspension"]["flags"] == [
        "roll.not-on-record", "suspension.max-days", "suspension.sessions-mismatch",
    ]  # fmt: skip
    assert told["placement_started"]["refuses"] == ["already_open", "end_before_start"]


def test_every_clock_is_counted_by_a_rule() -> None:
    clocks = {clock["kind"]: clock["rules"] for clock in framework()["clocks"]}
    assert clocks["sixth_day_provision"] == ["exclusion.sixth-day"]
    assert clocks["code_n_reason"] == ["attendance.code-n"]
    assert [kind for kind, rules in clocks.items() if not rules] == []


@pytest.mark.parametrize("kind", ["list_confirmation", "registration_watch", "checks_confirmation"])
def test_follow_ups_that_no_single_clock_opens_are_listed(kind: str) -> None:
    assert kind in {clock["kind"] for clock in framework()["clocks"]}


def test_a_code_stands_beside_its_meaning() -> None:
    assert "`PP` physical assault against a pupil" in as_markdown()
