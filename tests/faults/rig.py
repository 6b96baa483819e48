"""A home of its own with web, worker and servers: killed with ``kill -9`` at random under load."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from ap_registry import embedded
from ap_registry.embedded.places import free_port
from ap_registry.installation import open_at
from ap_registry.settings import Settings
from ap_registry.store import accounts
from tests.architecture.sources import ROOT
from tests.embedded.asking import rows, state
from tests.faults.clients import CLIENTS, Client, Sent
from tests.jobs.conftest import MORNING
from tests.waiting import wait_for
from tests.world import load_world

COMMAND = str(Path(sys.executable).parent / "ap-registry")
VICTIMS = ("web", "worker", "postgres", "valkey")
ANSWERS_BETWEEN = (3, 12)  # two kills
LONGEST_PAUSE_SECONDS = 0.05  # between an answer and the kill: any part of the next requests
# Refs are unique by the schema; that days are too shows that nothing came by another way twice.
_FOUND = """
select (select count(*) from event where type = 'suspension.v1'),
       (select count(distinct (pupil_id, occurred_on)) from event where type = 'suspension.v1')
"""
_IDS = "select id::text from event where type = 'suspension.v1'"


class Rig:
    """Killed processes and servers are started again at once, as a supervisor does."""

    def __init__(self, home: Path, *, seed: int) -> None:
        self.home, self.seed = home, seed
        found = open_at(Settings(registry_home=home), clock=MORNING)
        load_world(found.registry)
        with found.database.connection() as connection:
            _id, secret = accounts.create_key(
                connection, organisations=(), role="admin", at=MORNING, until_on=None
            )
        found.close()
        port = free_port()
        self.commands = {"web": ["serve", "--port", str(port)], "worker": ["worker"]}
        self.running = {name: self._start(name) for name in self.commands}
        self.sent = Sent()
        clients = [
            Client(n, url=f"http://127.0.0.1:{port}", secret=secret, sent=self.sent, seed=seed)
            for n in range(CLIENTS)
        ]
        self.clients = [threading.Thread(target=client.run) for client in clients]

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        with (self.home / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [COMMAND, *self.commands[name]], cwd=ROOT, env=self._environment(),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "AP_REGISTRY_HOME": str(self.home),
            "AP_REGISTRY_CLOCK": MORNING.isoformat(),
        }

    def run(self, *, rounds: int) -> None:
        """In each round each victim is killed once, in any order and at any point."""
        chance = random.Random(self.seed)
        for client in self.clients:
            client.start()
        for _ in range(rounds):
            for victim in chance.sample(VICTIMS, len(VICTIMS)):
                least = len(self.sent.events) + chance.randint(*ANSWERS_BETWEEN)
                wait_for(lambda least=least: self._supervised(least))
                time.sleep(chance.uniform(0, LONGEST_PAUSE_SECONDS))
                self._kill(victim)
        self.sent.stop.set()
        wait_for(lambda: not any(client.is_alive() for client in self.clients))

    def _supervised(self, least: int) -> bool:
        """What ended by itself is started again; has enough been answered meanwhile?"""
        for name, process in self.running.items():
            if process.poll() is not None:
                self.running[name] = self._start(name)
        return len(self.sent.events) >= least or bool(self.sent.unexpected)

    def _kill(self, victim: str) -> None:
        if victim in self.commands:
            self.running[victim].kill()
            self.running[victim].wait()
            self.running[victim] = self._start(victim)
            return
        embedded.ensure(self.home)  # else its id may be another's
        os.kill(state(self.home)[f"{victim}_pid"], signal.SIGKILL)
        embedded.ensure(self.home)

    def end(self) -> None:
        """Processes gently, so that what they write now is whole; servers stay."""
        self.sent.stop.set()
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            process.wait(timeout=120)
        for client in self.clients:
            if client.is_alive():
                client.join(timeout=120)

    def command(self, *words: str) -> tuple[int, dict[str, Any]]:
        done = subprocess.run(
            [COMMAND, *words, "--json"], cwd=ROOT, env=self._environment(), capture_output=True,
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        return done.returncode, json.loads(done.stdout or b"{}")

    def verdict(self) -> dict[str, Any]:
        """What ``SOUND`` says of a registry that has lost, doubled and garbled nothing."""
        url = embedded.ensure(self.home).database_url
        ids = {row[0] for row in rows(url, _IDS)}
        recorded, days = rows(url, _FOUND)[0]
        verified, ledger = self.command("verify")
        rebuilt, tables = self.command("rebuild", "--check")
        return {
            "unexpected answers": self.sent.unexpected,
            "lost": len(set(self.sent.events.values()) - ids),
            "never answered": recorded - len(self.sent.events),
            "doubled": recorded - days,
            "verify": (verified, ledger.get("ok")),
            "rebuild --check": (rebuilt, tables.get("tables")),
        }


SOUND = {
    "unexpected answers": [], "lost": 0, "never answered": 0, "doubled": 0,
    "verify": (0, True), "rebuild --check": (0, {}),
}  # fmt: skip
