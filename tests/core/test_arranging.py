"""``setting set``, ``rule set`` and ``confirm``: as an LA officer calls them, with exit codes."""

import json
import sys
from collections.abc import Callable

import pytest

from ap_registry import embedded
from ap_registry.cli import main
from ap_registry.registry import Registry

Run = Callable[..., tuple[int, object]]


@pytest.fixture
def run(
    registry: Registry,
    urls: embedded.Servers,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    monkeypatch.setenv("AP_DATABASE_URL", urls.database_url)
    monkeypatch.setenv("AP_DATABASE_OWNER_URL", urls.database_owner_url)
    monkeypatch.setenv("AP_REDIS_URL", urls.redis_url)

    def called(*words: str) -> tuple[int, object]:
        monkeypatch.setattr(sys, "argv", ["ap-registry", *words, "--json"])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), json.loads(capsys.readouterr().out)

    return called


def test_an_arrangement_is_listed_with_its_first_day(run: Run) -> None:
    row = {"organisation": "LA856", "name": "notices", "from": "2026-09-01", "value": "registry",
           "basis": None}  # fmt: skip
    words = ("setting", "set", "LA856", "notices", "registry", "--from", "2026-09-01")
    assert run(*words) == (0, {"items": [row]})
    assert run("setting", "list", "LA857") == (0, {"items": []})


@pytest.mark.parametrize(
    ("words", "pointer", "code"),
    [
        (("LA856", "health", "on"), "/basis", "required"),
        (("LA856", "health", "maybe"), "/value", "unknown_code"),
        (("LA856", "weather", "on"), "/name", "unknown_code"),
        (("100001", "notices", "registry"), "/la", "unknown_organisation"),
    ],
)
def test_what_cannot_be_arranged_is_refused(
    run: Run, words: tuple[str, ...], pointer: str, code: str
) -> None:
    status, told = run("setting", "set", *words)
    assert isinstance(told, dict)
    assert (status, [(e["pointer"], e["code"]) for e in told["errors"]]) == (3, [(pointer, code)])


def test_a_number_is_set_and_listed(run: Run) -> None:
    set_by = {"la": "LA856", "rule": "off-site.review", "from": "2026-09-01", "value": 20,
              "reason": "as in our protocol", "source": None}  # fmt: skip
    words = ("rule", "set", "LA856", "off-site.review", "20", "--from", "2026-09-01",
             "--reason", "as in our protocol")  # fmt: skip
    assert run(*words) == (0, {"adjustment": set_by, "moved": []})
    for on, stands in (("2026-08-31", None), ("2026-09-01", set_by)):
        _status, told = run("rule", "list", "--la", "LA856", "--on", on)
        assert isinstance(told, dict)
        (found,) = (one for one in told["items"] if one["id"] == "off-site.review")
        assert (found["value"], found["stands"], found["adjustments"]) == (30, stands, [set_by])


@pytest.mark.parametrize(("on", "listed"), [("2024-08-18", False), ("2024-08-19", True)])
def test_rules_are_listed_from_the_day_on_which_they_are_in_force(
    run: Run, on: str, listed: bool
) -> None:
    _status, told = run("rule", "list", "--on", on)
    assert isinstance(told, dict)
    assert ("part-time.limit" in {one["id"] for one in told["items"]}) is listed


def test_a_law_that_was_verified_is_not_set(run: Run) -> None:
    status, told = run("rule", "set", "LA856", "governors.meeting", "20", "--reason", "slow")
    assert isinstance(told, dict)
    assert (status, [(e["pointer"], e["rule"]) for e in told["errors"]]) == (
        3, [("/rule", "governors.meeting")],
    )  # fmt: skip


def test_who_is_silent_is_a_finding(run: Run) -> None:
    assert run("confirm", "--organisation", "100001", "--on", "2026-11-20")[0] == 0
    status, told = run("confirm", "--list", "--la", "LA856", "--on", "2026-11-20")
    assert isinstance(told, dict)
    assert (status, told["confirmed"], told["asked"]) == (1, 1, 5)
