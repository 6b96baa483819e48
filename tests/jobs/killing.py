"""Deliveries of a home of its own, while its servers and workers are killed at random points."""

import os
import random
import re
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import psycopg

from ap_registry import embedded
from ap_registry.embedded.places import pid_of
from ap_registry.embedded.postgres import Postgres
from ap_registry.installation import open_at
from ap_registry.settings import Settings
from tests.embedded.asking import rows
from tests.jobs.conftest import MORNING, Workers
from tests.jobs.owing import owe_reasons
from tests.waiting import wait_for
from tests.world import load_world

WORKERS = 2
VICTIMS = ("worker", "valkey", "postgres")
LONGEST_PAUSE_SECONDS = 0.05  # between a delivery and the kill: any part of the next ones
_REFERENCE = re.compile(r"reference ([0-9a-f-]{36})\.")
_LEFT = (
    "select count(*) from outbox where sent_at is null and lapsed_at is null"
    " and step in ('open', 'due')"
)


class Rig:
    """``taken`` counts the deliveries that the other side has had, by their ids.

    Nobody starts a server again but the workers themselves; a killed worker is followed by another.
    """

    def __init__(
        self, home: Path, *, deliveries: int, taken: Callable[[], int], **channel: str
    ) -> None:
        found = open_at(Settings(registry_home=home), clock=MORNING)
        load_world(found.registry)
        self.pupils = owe_reasons(found.registry, deliveries)
        self.url = found.servers.database_url
        found.close()
        self.home, self.taken, self.channel = home, taken, channel
        self.workers = Workers(found.servers, home, "")
        for name in ("AP_DATABASE_URL", "AP_DATABASE_OWNER_URL", "AP_REDIS_URL"):
            del self.workers.environment[name]
        self.running = [self.workers.start(**channel) for _ in range(WORKERS)]

    def deliver(self, *, seed: int, rounds: int) -> None:
        """To the end, with a kill of each kind in each round, in any order and at any point."""
        chance = random.Random(seed)
        victims = chance.sample(VICTIMS * rounds, len(VICTIMS) * rounds)
        points = chance.sample(range(1, len(self.pupils)), len(victims))
        for victim, point in zip(victims, sorted(points), strict=True):
            wait_for(lambda least=point: self.taken() >= least)
            time.sleep(chance.uniform(0, LONGEST_PAUSE_SECONDS))
            self._kill(victim, chance)
        wait_for(lambda: self._left() == 0)

    def _kill(self, victim: str, chance: random.Random) -> None:
        if victim == "worker":
            worker = self.running.pop(chance.randrange(WORKERS))
            worker.kill()
            worker.wait()
            self.running.append(self.workers.start(**self.channel))
            return
        wait_for(lambda: embedded.status(self.home)[victim])  # else its id may be another's
        pid = Postgres(self.home).pid() if victim == "postgres" else self._valkey()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

    def _valkey(self) -> int | None:
        return pid_of(self.home / "valkey" / "valkey.pid")

    def _left(self) -> int | None:
        try:
            return int(rows(self.url, _LEFT)[0][0])
        except psycopg.OperationalError:
            return None


def pupils_told_of(taken: Iterable[tuple[str, str]]) -> list[str]:
    """By somebody who shows what comes under one id once; that must say the same each time."""
    shown: dict[str, str] = {}
    for message, text in taken:
        assert shown.setdefault(message, text) == text
    return sorted(pupil for text in shown.values() for pupil in _REFERENCE.findall(text))
