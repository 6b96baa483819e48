"""Pages of an LA with 10,000 pupils, ten people at once: the time to answer against 150 ms.

Absolute by the requirement, unlike the other parts: read them on a machine that does nothing else.
"""

import os
import re
import shutil
import statistics
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from http.cookiejar import CookieJar
from pathlib import Path
from sys import executable

from ap_registry import embedded
from ap_registry.demo import build
from ap_registry.demo.sign_ins import PASSWORD, add_sign_ins, email_of
from ap_registry.registry import Registry
from ap_registry.store.database import Database
from ap_registry.store.migrate import migrate
from tests.bench import BenchRow
from tests.bench.http import free_port, program

PUPILS = 10_000
PEOPLE = 10
VISITS = 10  # of each page by each person
MILLISECONDS, BYTES = 150.0, 200_000
PAGES: Mapping[str, tuple[str, ...]] = {
    "la": (
        "/", "/?status=overdue", "/elsewhere", "/pupils?q={name}", "/pupils/{pupil}", "/notify",
        "/notify/suspension", "/calendar", "/upload", "/quality", "/reports",
    ),
    "school": ("/", "/elsewhere", "/pupils?q={name}", "/lists/confirm"),
    "provider": ("/", "/register", "/tasks/referrals", "/tasks/reviews"),
}  # fmt: skip


def fill(home: Path) -> None:
    """The made-up LA and a sign-in for each role."""
    servers = embedded.ensure(home)
    migrate(servers.database_owner_url)
    database = Database(servers.database_url)
    registry = Registry(database)
    build(registry, seed=1, las=1, pupils=PUPILS, at_once=True)
    with database.connection() as connection:
        add_sign_ins(connection, at=registry.now())
        connection.execute("analyze")
    database.close()


def run() -> list[BenchRow]:
    """``AP_BENCH_PAGES``: a home that ``fill`` has filled before, which spares an hour."""
    kept = os.environ.get("AP_BENCH_PAGES")
    home = Path(kept or tempfile.mkdtemp(prefix="bench-pages-"))
    try:
        if kept is None:
            fill(home)
        return list(_measure(home))
    finally:
        embedded.stop(home)
        if kept is None:
            shutil.rmtree(home, ignore_errors=True)


def _measure(home: Path) -> Iterator[BenchRow]:
    port = free_port()
    serve = [str(Path(executable).parent / "ap-registry"), "serve", "--port", str(port)]
    with program(*serve, port=port, ready="/readyz", AP_REGISTRY_HOME=str(home)):
        address = f"http://127.0.0.1:{port}"
        for role, paths in PAGES.items():
            people = [_signed_in(address, role) for _ in range(PEOPLE)]
            pupil, name = _somebody(people[0], address)
            for path in paths:
                asked = address + path.format(pupil=pupil, name=name)
                size = len(people[0].open(asked).read())
                yield _row(f"{role} {path}", _together(people, asked), size)


def _row(name: str, seconds: list[float], size: int) -> BenchRow:
    median, slow = statistics.median(seconds) * 1_000, statistics.quantiles(seconds, n=20)[-1]
    return BenchRow(
        name=name, ratio=min(MILLISECONDS / median, BYTES / size), goal=1.0,
        absolute=f"median {median:.0f} ms, 95 % {slow * 1_000:.0f} ms, {size / 1_000:.0f} kB",
    )  # fmt: skip


def _signed_in(address: str, role: str) -> urllib.request.OpenerDirector:
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    form = urllib.parse.urlencode({"email": email_of(role), "password": PASSWORD}).encode()
    opener.open(address + "/sign-in", form).read()
    return opener


def _somebody(opener: urllib.request.OpenerDirector, address: str) -> tuple[str, str]:
    """The first pupil of whom something is owed: UPN or id, and family name."""
    page = opener.open(address + "/").read().decode()
    found = re.search(r'href="/pupils/([^"?]+)">[^<]*?([^< ]+)</a>', page)
    assert found is not None
    return found[1], urllib.parse.quote(found[2])


def _together(people: list[urllib.request.OpenerDirector], asked: str) -> list[float]:
    """Seconds of each visit: everybody asks, waits for the answer, and asks again."""
    seconds: list[float] = []

    def visit(opener: urllib.request.OpenerDirector) -> None:
        for _ in range(VISITS):
            began = time.perf_counter()
            opener.open(asked).read()
            seconds.append(time.perf_counter() - began)

    threads = [threading.Thread(target=visit, args=(one,)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seconds
