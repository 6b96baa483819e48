"""The main commands on servers of the system, with the web role apart from the owner."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from ap_registry.embedded import Servers
from tests.architecture.sources import ROOT
from tests.conftest import fresh_database
from tests.waiting import PATIENCE_SECONDS, wait_for
from tests.world import ORGANISATIONS, PERSON, PRU, PUPIL, SCHOOL, TERMS, upn

COMMAND = str(Path(sys.executable).parent / "ap-registry")
Answer = dict[str, Any]


class Outside:
    """The commands as somebody on that machine runs them."""

    def __init__(self, home: Path, servers: Servers) -> None:
        self.home = home
        self.web_url = servers.web_url
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AP_")},
            "AP_REGISTRY_HOME": str(home),
            "AP_DATABASE_URL": servers.database_url,
            "AP_DATABASE_OWNER_URL": servers.database_owner_url,
            "AP_REDIS_URL": servers.redis_url,
        }

    def run(self, *arguments: str, exits: int = 0, **more: str) -> Answer:
        done = subprocess.run(
            [COMMAND, *arguments, "--json"],
            cwd=ROOT, env={**self.environment, **more}, capture_output=True, text=True,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == exits, done.stderr
        found: Answer = json.loads(done.stdout)
        return found

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """As compose does: the web by its own password, the worker by the job's."""
        own = {"AP_DATABASE_URL": self.web_url} if "serve" in arguments else {}
        return subprocess.Popen(
            [COMMAND, *arguments, "--json"], cwd=ROOT, env=self.environment | own, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
        )  # fmt: skip


@pytest.fixture(scope="module")
def outside(system_servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Outside:
    """Migrated by the owner, filled with the small world through the commands."""
    home = tmp_path_factory.mktemp("debian") / "home"
    found = Outside(home, system_servers)
    found.run("migrate")
    for name, text in (("organisations", ORGANISATIONS), ("terms", TERMS)):
        path = home.parent / f"{name}.csv"
        path.write_text(text)
        found.run("import", name, str(path))
    return found


def ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz").status_code == 200
    except httpx.TransportError:
        return False


def test_nothing_is_embedded(outside: Outside) -> None:
    found = [path.name for path in outside.home.iterdir()] if outside.home.exists() else []
    assert found == []


def test_a_movement_is_notified_owed_and_counted(outside: Outside) -> None:
    notice = {
        "type": "suspension", "upn": PUPIL, "occurred_on": "2025-03-03", "sessions": 12,
        "ends_on": "2025-03-10", "reasons": ["PP"], "school": SCHOOL, "ref": "S1", **PERSON,
    }  # fmt: skip
    receipt = outside.run("notify", json.dumps(notice))
    assert (receipt["event"]["version"], receipt["event"]["by"]) == (3, SCHOOL)
    owed = outside.run("follow-ups", "--on", "2025-03-10", "--kind", "sixth_day_provision")
    assert [(one["due_on"], one["owner"]) for one in owed["items"]] == [("2025-03-10", SCHOOL)]
    started = {
        "type": "placement_started", "upn": PUPIL, "occurred_on": "2025-03-10", "provider": PRU,
        "commissioner": SCHOOL, "reason": "suspension", "ends_on": "2025-04-11",
        "sessions_per_week": 10, "intent": "return", "arising_from": "S1",
    }  # fmt: skip
    closed = outside.run("notify", json.dumps(started))["follow_ups"]["closed"]
    assert [one["kind"] for one in closed] == ["sixth_day_provision"]
    report = outside.run("report", "outcomes", "--from", "2024-09-01", "--to", "2025-08-31")
    assert report["definition"] == "v1"
    assert report["ledger"]["size"] > 0


def test_the_web_role_may_not_change_what_is_recorded(
    outside: Outside, system_servers: Servers
) -> None:
    addresses = (
        system_servers.web_url, system_servers.database_url, system_servers.database_owner_url,
    )  # fmt: skip
    for url in addresses:
        with psycopg.connect(url) as connection, pytest.raises(InsufficientPrivilege):
            connection.execute("update event set by = 'nobody'")


@contextmanager
def another(system_servers: Servers) -> Iterator[Servers]:
    """A second, empty database on the servers of the system."""

    def moved(url: str) -> str:
        return url.replace("/ap_registry", "/again")

    owner = system_servers.database_owner_url
    superuser = "postgresql://postgres@" + owner.split("@")[1].replace("/ap_registry", "/postgres")
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("create database again owner ap_owner template template0")
        yield Servers(
            database_owner_url=moved(owner), database_url=moved(system_servers.database_url),
            web_url=moved(system_servers.web_url), redis_url=system_servers.redis_url,
        )  # fmt: skip
        connection.execute("drop database again with (force)")


def test_a_backup_moves_to_embedded_servers_and_back(
    outside: Outside, system_servers: Servers, servers: Servers
) -> None:
    folder = outside.home.parent
    registered = {"type": "pupil_registered", "upn": upn(2), "occurred_on": "2025-03-03", **PERSON}
    outside.run("notify", json.dumps({**registered, "by": SCHOOL}))
    made = outside.run("backup", str(folder / "one"))
    with fresh_database(servers) as here:
        moved = Outside(outside.home, here)
        assert moved.run("restore", str(folder / "one"))["ledger"] == made["ledger"]
        moved.run("backup", str(folder / "two"))
    with another(system_servers) as again:
        back = Outside(outside.home, again)
        assert back.run("restore", str(folder / "two"))["ok"] is True
        assert back.run("verify")["root"] == made["ledger"]["root"]
        gone = back.run("pupil", "erase", upn(2), "--reason", "Erased since the backup")
        assert gone["erased"] is True
        for url in (again.database_url, again.database_owner_url):
            with psycopg.connect(url) as connection, pytest.raises(InsufficientPrivilege):
                connection.execute("delete from event")


def test_pages_are_served_until_sigterm(outside: Outside) -> None:
    server = outside.start("serve", "--port", "0")
    try:
        assert server.stdout is not None
        url = json.loads(server.stdout.readline())["url"]
        wait_for(lambda: ready(url))
        server.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE_SECONDS) == 0
    finally:
        server.kill()
        server.communicate()


def test_the_worker_does_the_nights_work_and_doctor_finds_nothing_wrong(
    outside: Outside, system_servers: Servers
) -> None:
    worker = outside.start("worker")
    try:

        def done() -> bool:
            with psycopg.connect(system_servers.database_url) as connection:
                row = connection.execute(
                    "select 1 from job_run where finished_at is not null"
                ).fetchone()
            return row is not None

        wait_for(done)
        found = outside.run("doctor", exits=1, AP_ENVIRONMENT="production")
        wrong = [check["name"] for check in found["checks"] if not check["ok"]]
        assert wrong == ["smtp"], "no mail server is named here; all else is as it should be"
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(PATIENCE_SECONDS) == 0
    finally:
        worker.kill()
        worker.communicate()
