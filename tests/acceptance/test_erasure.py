"""Erasing, holding and releasing as an officer does it: by command, and asked over HTTP after."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from ap_registry.embedded import Servers
from tests.acceptance.conftest import enter, practice
from tests.acceptance.office import Office, new_upn
from tests.world import SCHOOL

WHY = "Retention period over, decided by the data protection officer"


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where the list of who was erased is kept."""
    monkeypatch.setenv("AP_REGISTRY_HOME", str(tmp_path))


@contextmanager
def copied(urls: Servers) -> Iterator[Servers]:
    """As a backup would be restored: the same database under another name."""
    server, name = urls.database_owner_url.rsplit("/", 1)
    copy = f"{name}_copy"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"create database {copy} template {name}")
        yield replace(
            urls,
            database_owner_url=f"{server}/{copy}",
            database_url=f"{urls.database_url.rsplit('/', 1)[0]}/{copy}",
        )
        connection.execute(f"drop database {copy} with (force)")


def test_a_pupil_is_held_released_and_erased(own_office: Office) -> None:
    story = own_office.pupil()
    story.tell("suspension", "2026-03-02", school=SCHOOL, sessions=2, ends_on="2026-03-02",
               reasons=["PP"], note="words of the school")  # fmt: skip
    held = own_office.ask("pupil", "hold", story.upn, "--reason", "Claim before the tribunal")
    code, refused = own_office.run("pupil", "erase", story.upn, "--reason", WHY, "--json")
    assert (code, "already_open" in refused) == (3, True)
    released = own_office.ask("pupil", "release", story.upn, "--reason", "Settled")
    assert released == {"held": False, "hold": held["hold"]}
    gone = own_office.ask("pupil", "erase", story.upn, "--reason", WHY)
    assert (gone["erased"], gone["private_rows"]) == (True, 4)
    code, answer = own_office.run("pupil", "show", story.upn, "--json")
    assert (code, "not_found" in answer) == (3, True)
    verified = own_office.ask("verify")
    assert (verified["ok"], verified["erased"]) == (True, 4)
    assert own_office.ask("rebuild", "--check")["ok"] is True
    (listed,) = own_office.ask("pupil", "erased")["items"]
    assert (listed["pupil_id"], listed["reason"]) == (gone["pupil_id"], WHY)


def test_whom_a_backup_brings_back_is_erased_again(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The backup was taken before; the list of who was erased since is kept outside of it."""
    with practice(servers) as urls:
        office = enter(urls, monkeypatch)
        story, adopted, now = office.pupil(), office.pupil(), new_upn()
        adopted.tell("upn_changed", "2026-04-01", by="LA856", new_upn=now, reason="adopted")
        with copied(urls) as backup:
            for upn in (story.upn, now):
                office.ask("pupil", "erase", upn, "--reason", WHY)
            restored = enter(backup, monkeypatch)
            assert restored.ask("pupil", "show", story.upn)["upn"] == story.upn
            assert restored.ask("pupil", "erase-again")["erased"] == 2
            assert restored.ask("pupil", "erase-again")["erased"] == 0
            assert [restored.run("pupil", "show", upn)[0] for upn in (story.upn, now)] == [3, 3]


def test_what_is_no_list_is_not_taken_for_one(own_office: Office, tmp_path: Path) -> None:
    (tmp_path / "wrong.json").write_text("[]")
    assert own_office.run("pupil", "erase-again", str(tmp_path / "wrong.json"))[0] == 2


def test_what_is_due_is_shown_and_then_erased(own_office: Office) -> None:
    old = own_office.pupil(date_of_birth="1994-02-03", on="2009-09-01")
    code, shown = own_office.run("retention", "preview", "--json")
    assert (code, json.loads(shown)["counts"]) == (1, {"retention.sen-record": 1})
    assert own_office.ask("retention", "carry-out", "--reason", "decided")["erased"] == 1
    assert own_office.run("retention", "preview", "--json")[0] == 0
    assert own_office.run("pupil", "show", old.upn)[0] == 3


def test_an_export_is_written_as_json_and_as_pdf(own_office: Office, tmp_path: Path) -> None:
    story = own_office.pupil()
    told = own_office.ask("pupil", "export", story.upn)
    assert (told["upn"], told["for"], told["withheld"]) == (story.upn, None, [])
    event = told["timeline"][1]["id"]
    path = tmp_path / "export.pdf"
    own_office.run("pupil", "export", story.upn, "--for", "parent", "-o", str(path), "--withhold",
                   event, "--reason", "Another child")  # fmt: skip
    assert path.read_bytes().startswith(b"%PDF-")
    (_first, second) = own_office.ask("pupil", "export", story.upn)["exports"]
    assert (second["for"], second["withheld"]) == ("parent", {event: "Another child"})
