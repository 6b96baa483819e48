"""A real SMTP server as the sink, and real workers on the test's own database."""

import asyncio
import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from ap_registry import embedded
from ap_registry.installation import Installation
from ap_registry.registry import Registry
from ap_registry.settings import Settings
from tests.architecture.sources import ROOT
from tests.conftest import _NUMBERS
from tests.jobs.receiving import Receiver, receiving
from tests.world import load_world

MORNING = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)  # after the reminders of Friday 20 November


class Sink:
    """Takes what is sent, or answers as told."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.answer = "250 taken"
        self.url = ""
        self.seconds = 0.0  # between taking a message and saying so

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            self.messages.append(message_from_bytes(envelope.content))
        await asyncio.sleep(self.seconds)
        return self.answer

    @property
    def times(self) -> Counter[str]:
        """How often each Message-ID came."""
        return Counter(str(message["Message-ID"]) for message in self.messages)


@pytest.fixture
def sink() -> Iterator[Sink]:
    found = Sink()
    with _listening(found) as url:
        found.url = url
        yield found


@contextmanager
def _listening(handler: Sink) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def morning(empty_registry: Registry, urls: embedded.Servers) -> Installation:
    """The small world at eight in the morning of Friday 20 November 2026."""
    registry = empty_registry
    registry.clock = MORNING
    load_world(registry)
    made = Installation(settings=Settings(registry_clock=MORNING), servers=urls)
    made.__dict__["database"] = registry.database
    made.__dict__["registry"] = registry
    return made


class Workers:
    """Worker processes of one registry; ended with the test."""

    def __init__(self, urls: embedded.Servers, home: Path, redis_url: str) -> None:
        self.running: list[subprocess.Popen[bytes]] = []
        self.log = home / "worker.log"
        self.environment = {
            **os.environ,
            "AP_REGISTRY_HOME": str(home),
            "AP_DATABASE_URL": urls.database_url,
            "AP_DATABASE_OWNER_URL": urls.database_owner_url,
            "AP_REDIS_URL": redis_url,
            "AP_REGISTRY_CLOCK": MORNING.isoformat(),
            "AP_SMTP_TIMEOUT": "1",
        }

    def start(self, **environment: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "jobs.worker"],
                cwd=ROOT,
                env={**self.environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.running.append(process)
        return process

    def said(self) -> str:
        return self.log.read_text() if self.log.exists() else ""

    def end(self) -> None:
        for process in self.running:
            process.kill()
            process.wait()


@pytest.fixture
def workers(urls: embedded.Servers, tmp_path: Path) -> Iterator[Workers]:
    """Each test has a Valkey database of its own: arq's queue is not shared."""
    number = 1 + (hash(os.environ.get("PYTEST_XDIST_WORKER", "")) + next(_NUMBERS)) % 15
    made = Workers(urls, tmp_path, urls.redis_url.rsplit("/", 1)[0] + f"/{number}")
    yield made
    made.end()
