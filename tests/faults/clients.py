"""Clients that send each notice and register until it is answered, whatever happens meanwhile."""

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx

from ap_registry.identifiers import check_letter
from tests.world import PERSON, PRU, SCHOOL

CLIENTS = 4
NEW_PUPIL = 0.4  # of the notices; the others are of pupils known already
REGISTER = 0.15
AGAIN_SECONDS = 0.1
TIMEOUT_SECONDS = 30
# Taken in, or refused for now: others were quicker, busy, or the key's first request is unanswered.
TAKEN, BUSY = frozenset({200, 201}), 503
LATER = ("still running", "try again")  # in the detail of a 409
_MONDAYS = tuple(
    f"2026-{month:02d}-{day:02d}" for month, day in ((9, 7), (9, 14), (9, 21), (9, 28))
)
_DAYS = tuple(f"2026-0{month}-{day:02d}" for month in (3, 6) for day in range(1, 29))


@dataclass
class Sent:
    """What all clients have sent and been told. ``events``: the id that was answered to a ref."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    events: dict[str, str] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def take(self, ref: str, event: str) -> None:
        with self.lock:
            self.events[ref] = event

    def count(self, answer: httpx.Response) -> bool:
        """May the same be sent again?"""
        told = "" if answer.status_code in TAKEN else answer.json()["detail"]
        later = answer.status_code == 409 and any(words in told for words in LATER)
        with self.lock:
            self.answers[f"{answer.status_code} {told}".strip()] += 1
            if not (later or answer.status_code in TAKEN or answer.status_code == BUSY):
                self.unexpected.append(f"{answer.status_code} {told}")
        return later or answer.status_code == BUSY


class Client:
    """Number ``number`` of several: its pupils and refs are its own, the registers are not."""

    def __init__(self, number: int, *, url: str, secret: str, sent: Sent, seed: int) -> None:
        self.number, self.sent = number, sent
        self.chance = random.Random(f"{seed} {number}")
        self.pupils: list[tuple[str, list[str]]] = []  # each with days not yet used
        self.http = httpx.Client(
            base_url=url, timeout=TIMEOUT_SECONDS, headers={"Authorization": f"Bearer {secret}"}
        )

    def run(self) -> None:
        """Until told to stop; what has been begun is sent to its end."""
        with self.http:
            for count in range(1_000_000):
                if self.sent.stop.is_set():
                    return
                ref = f"client {self.number} notice {count}"
                answer = self._until_taken("/api/v1/notices", ref, json=self._notice(ref))
                if answer is None:
                    return
                self.sent.take(ref, answer["event"]["id"])
                if self.chance.random() < REGISTER:
                    self._until_taken(
                        "/api/v1/attendance", None, content=self._register(),
                        headers={"Content-Type": "text/csv"},
                    )  # fmt: skip

    def _notice(self, ref: str) -> dict[str, Any]:
        known = [one for one in self.pupils if one[1]]
        if not known or self.chance.random() < NEW_PUPIL:
            body = f"856400{self.number}{len(self.pupils):05d}"
            known = [(check_letter(body) + body, self.chance.sample(_DAYS, 10))]
            self.pupils += known
        upn, days = self.chance.choice(known)
        day = days.pop()
        facts = {"sessions": 12, "ends_on": f"{day[:-2]}{min(int(day[-2:]) + 8, 30):02d}"}
        person = PERSON if len(days) == 9 else {}
        return {
            "type": "suspension", "upn": upn, "occurred_on": day, "school": SCHOOL, "ref": ref,
            "by": SCHOOL, "reasons": ["PP"], **facts, **person,
        }  # fmt: skip

    def _register(self) -> str:
        lines = ["upn,organisation,week,marks"]
        for upn, _days in self.chance.sample(self.pupils, min(3, len(self.pupils))):
            marks = " ".join(self.chance.choice("/ON") for _ in range(10))
            where = self.chance.choice((SCHOOL, PRU))
            lines.append(f"{upn},{where},{self.chance.choice(_MONDAYS)},{marks}")
        return "\n".join(lines)

    def _until_taken(self, path: str, key: str | None, **request: Any) -> dict[str, Any] | None:
        """None where it was answered as nothing here should be: counted, and no more is sent."""
        if key is not None:
            request["headers"] = {**request.get("headers", {}), "Idempotency-Key": key}
        while True:
            try:
                answer = self.http.post(path, **request)
            except httpx.TransportError:
                time.sleep(AGAIN_SECONDS)
                continue
            again = self.sent.count(answer)
            if answer.status_code in TAKEN:
                told: dict[str, Any] = answer.json()
                return told
            if not again:
                return None
            time.sleep(AGAIN_SECONDS)
