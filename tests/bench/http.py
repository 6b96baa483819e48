"""POST /notices by 16 clients, against a FastAPI endpoint that does one bare INSERT."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from ap_registry import embedded
from ap_registry.identifiers import check_letter
from ap_registry.registry import Registry
from ap_registry.store import accounts
from ap_registry.store.database import Database, connect
from ap_registry.store.migrate import migrate
from tests.bench import BenchRow
from tests.world import PERSON, SCHOOL, load_world

CLIENTS = 16
PUPILS = 1_600
WARM_UP, COUNTED = 400, 2_000
ROUNDS = 3


def upn(number: int) -> str:
    body = f"856{number:09d}"
    return check_letter(body) + body


def body(number: int) -> bytes:
    """A suspension of a day, of a pupil who is on roll."""
    day = 2 + number // PUPILS % 4
    notice = {
        "type": "suspension", "upn": upn(number % PUPILS), "occurred_on": f"2026-03-{day:02d}",
        "school": SCHOOL, "sessions": 2, "ends_on": f"2026-03-{day:02d}", "reasons": ["PP"],
        "ref": f"S-{number}",
    }  # fmt: skip
    return json.dumps(notice).encode()


async def _client(address: tuple[str, int], path: str, key: str, bodies: Sequence[bytes]) -> None:
    reader, writer = await asyncio.open_connection(*address)
    for content in bodies:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        writer.write(head.encode() + content)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        told = await reader.readexactly(length)
        if not answer.startswith(b"HTTP/1.1 201"):
            raise AssertionError(answer[:60], told)
    writer.close()


async def _all(address: tuple[str, int], path: str, key: str, bodies: Sequence[bytes]) -> None:
    await asyncio.gather(*(_client(address, path, key, bodies[n::CLIENTS]) for n in range(CLIENTS)))


def load(address: tuple[str, int], path: str, key: str, bodies: Sequence[bytes]) -> float:
    """Requests a second."""
    start = time.perf_counter()
    asyncio.run(_all(address, path, key, bodies))
    return len(bodies) / (time.perf_counter() - start)


@contextmanager
def program(*command: str, port: int, ready: str, **environment: str) -> Iterator[tuple[str, int]]:
    """A server of its own process, once it answers."""
    running = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL
    )
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{ready}")
                break
            except OSError:
                time.sleep(0.1)
        yield "127.0.0.1", port
    finally:
        running.terminate()
        running.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def prepare(url: str) -> str:
    """Schools, terms, pupils on roll; a key of the school."""
    database = Database(url)
    registry = Registry(database)
    load_world(registry)
    registry.record_many(
        [
            {**PERSON, "type": "joined_roll", "upn": upn(n), "occurred_on": "2025-09-01",
             "school": SCHOOL, "registration": "C"}
            for n in range(PUPILS)
        ]
    )  # fmt: skip
    with database.connection() as connection:
        _id, secret = accounts.create_key(
            connection, organisations=[SCHOOL], role="school", at=datetime.now(UTC)
        )
    database.close()
    return secret


def run() -> list[BenchRow]:
    """In turns, so that a busy machine is busy for both; the best round of each counts."""
    folder = tempfile.mkdtemp(prefix="bench-http-")
    servers = embedded.ensure(Path(folder))
    try:
        migrate(servers.database_owner_url)
        key = prepare(servers.database_url)
        with connect(servers.database_owner_url) as owner:
            owner.execute("create table bare (id bigserial primary key, data json)")
        rates = measure(servers.database_owner_url, folder, key)
    finally:
        embedded.stop(Path(folder))
        shutil.rmtree(folder, ignore_errors=True)
    return [_row(rates)]


def measure(owner_url: str, folder: str, key: str) -> dict[str, float]:
    """The best rate of each server."""
    ports = free_port(), free_port()
    serve = [str(Path(sys.executable).parent / "ap-registry"), "serve", "--port", str(ports[1])]
    plain = [sys.executable, "-m", "tests.bench.bare", str(ports[0])]
    best = {"/notices": 0.0, "/api/v1/notices": 0.0}
    sent = 0
    with (
        program(*plain, port=ports[0], ready="/openapi.json", BARE_URL=owner_url) as bare,
        program(*serve, port=ports[1], ready="/readyz", AP_REGISTRY_HOME=folder) as full,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as crowd,
    ):
        for turn in range(ROUNDS + 1):
            count = COUNTED if turn else WARM_UP
            bodies = [body(sent + n) for n in range(count)]
            sent += count
            for path, address in zip(best, (bare, full), strict=True):
                rate = crowd.submit(load, address, path, key, bodies).result()
                best[path] = max(best[path], rate) if turn else 0.0
    return best


def _row(rates: dict[str, float]) -> BenchRow:
    bare, full = rates.values()
    return BenchRow(
        name="POST /notices, 16 clients, against an endpoint that does one bare INSERT",
        ratio=full / bare,
        goal=0.5,
        absolute=f"{full:,.0f} notices/s against {bare:,.0f}",
    )


if __name__ == "__main__":
    for row in run():
        print(f"{row.name}: {row.ratio:.2f} (goal {row.goal}) {row.absolute}")
