"""``ap-registry report … -o FILE``: files with a manifest that says how to make them again."""

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ap_registry import embedded
from ap_registry.cli import main
from ap_registry.registry import Registry
from tests.reports.telling import Telling
from tests.reports.test_restatement import END, START
from tests.world import PRU

Command = Callable[..., None]
YEAR = ("--from", "2024-09-01", "--to", "2025-08-31")


@pytest.fixture
def command(
    registry: Registry, urls: embedded.Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Command:
    """``report …`` in a folder of its own, on the test's database."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AP_DATABASE_URL", urls.database_url)
    monkeypatch.setenv("AP_DATABASE_OWNER_URL", urls.database_owner_url)
    monkeypatch.setenv("AP_REDIS_URL", urls.redis_url)

    def run(*words: str) -> None:
        monkeypatch.setattr(sys, "argv", ["ap-registry", "report", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 0

    return run


def manifest(name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(Path(f"{name}.manifest.json").read_bytes())
    return found


def test_the_manifest_says_what_the_file_was_made_of(registry: Registry, command: Command) -> None:
    Telling(registry).placed(START, END)
    command("outcomes", *YEAR, "--la", "LA856", "-o", "a.json")
    made = Path("a.json").read_bytes()
    report, said = json.loads(made), manifest("a.json")
    inputs = said.pop("inputs")
    assert said == {
        "file": "a.json",
        "sha256": hashlib.sha256(made).hexdigest(),
        "bytes": len(made),
        "report": "outcomes",
        "format": "json",
        "definition": "v1",
        "period": {"from": "2024-09-01", "to": "2025-08-31"},
        "known_by": report["known_by"],
        "provider": None,
        "la": "856",
        "years": None,
        "publish": False,
        "ledger": report["ledger"],
        "program": {"name": "ap-registry", "version": "0.1.0"},
    }
    assert {name: one["rows"] for name, one in inputs.items()} == {  # type: ignore[attr-defined]
        "organisations": 9, "terms": 15, "closures": 0,
    }  # fmt: skip


def test_last_years_report_is_the_same_file_after_a_hundred_corrections(
    registry: Registry, command: Command
) -> None:
    ann = Telling(registry)
    placed = ann.placed(START, END)
    kinds = ("html", "csv", "json", "xlsx", "pdf")
    for kind in kinds:
        command("outcomes", *YEAR, "--known-by", str(registry.now()), "-o", f"old.{kind}")
    for number in range(100):
        ann.tell(
            "correction", "2025-09-01", of=placed, reason="A slip",
            fields={"sessions_per_week": number % 10 + 1, "intent": "long_term"},
        )  # fmt: skip
    for kind in kinds:
        known_by = str(manifest(f"old.{kind}")["known_by"])
        command("outcomes", *YEAR, "--known-by", known_by, "-o", f"new.{kind}")
        command("outcomes", *YEAR, "-o", f"now.{kind}")
        old, new, now = (Path(f"{name}.{kind}").read_bytes() for name in ("old", "new", "now"))
        assert (old == new, old == now) == (True, False)
        assert manifest(f"new.{kind}") == {**manifest(f"old.{kind}"), "file": f"new.{kind}"}


def test_a_restatement_can_be_made_again(registry: Registry, command: Command) -> None:
    ann = Telling(registry)
    placed = ann.placed(START, END)
    before = registry.now()
    ann.tell("void", "2025-03-03", of=placed, reason="Never came")
    words = ("--period-from", "2024-09-01", "--period-to", "2025-08-31")
    command("restatement", "--from", before.isoformat(), *words, "-o", "a.json")
    said = manifest("a.json")
    ann.placed("2025-03-03", "2025-04-04", provider=PRU)
    again = ("--from", str(said["compared_with"]), "--to", str(said["known_by"]))
    command("restatement", *again, *words, "-o", "b.json")
    assert Path("a.json").read_bytes() == Path("b.json").read_bytes()
    assert manifest("b.json") == {**said, "file": "b.json"}


@pytest.mark.parametrize(
    ("day", "instant"),
    [
        ("2020-01-01", "2020-01-01T23:59:59.999999Z"),
        ("2020-07-01", "2020-07-01T22:59:59.999999Z"),
    ],
)
@pytest.mark.usefixtures("registry")
def test_a_date_is_the_end_of_that_day_in_london(command: Command, day: str, instant: str) -> None:
    command("restatement", "--from", day, "-o", "a.json")
    assert json.loads(Path("a.json").read_bytes())["from"] == instant
