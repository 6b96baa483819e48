"""A file of a million marks on the page *Upload*: what would be saved, before anything is."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from sys import executable

import httpx

from ap_registry import embedded
from ap_registry.demo.sign_ins import PASSWORD
from ap_registry.registry import Registry
from ap_registry.store import accounts
from ap_registry.store.database import Database
from ap_registry.store.migrate import migrate
from tests.bench import BenchRow
from tests.bench._practice import for_practice
from tests.bench.attendance import MARKS, NOW, WEEKS, register, weekly
from tests.bench.http import free_port, program
from tests.world import load_world

SECONDS = 20.0
EMAIL = "la@bench.example"


def run() -> Iterator[BenchRow]:
    """By an LA, over HTTP, until the page has come."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        try:
            _fill(home)
            yield _looked_at(home)
        finally:
            embedded.stop(home)


def _fill(home: Path) -> None:
    url = embedded.ensure(home).database_owner_url
    migrate(url)
    database = Database(for_practice(url))
    registry = Registry(database, clock=NOW)
    load_world(registry)
    register(registry, MARKS // 10 // WEEKS + 1)
    with database.connection() as connection:
        accounts.add_account(
            connection, email=EMAIL, name="An officer", password=PASSWORD, organisation="LA856",
            role="la", at=registry.now(),
        )  # fmt: skip
    database.close()


def _looked_at(home: Path) -> BenchRow:
    content = "upn,organisation,week,marks\n" + "".join(weekly(MARKS // 10))
    port = free_port()
    serve = [str(Path(executable).parent / "ap-registry"), "serve", "--port", str(port)]
    settings = {"AP_REGISTRY_HOME": str(home), "AP_REGISTRY_CLOCK": NOW.isoformat()}
    with (
        program(*serve, port=port, ready="/readyz", **settings),
        httpx.Client(
            base_url=f"http://127.0.0.1:{port}", follow_redirects=True, timeout=300
        ) as client,
    ):
        client.post("/sign-in", data={"email": EMAIL, "password": PASSWORD})
        csrf = client.get("/upload").text.split('name="csrf" value="')[1].split('"')[0]
        start = time.perf_counter()
        page = client.post(
            "/upload", data={"csrf": csrf, "kind": "attendance"},
            files={"file": ("weekly.csv", content, "text/csv")},
        )  # fmt: skip
        took = time.perf_counter() - start
    assert f"Save {MARKS // 10} rows" in page.text, page.text[:2_000]
    return BenchRow(
        name="upload: a file of a million marks is looked at",
        ratio=SECONDS / took,
        goal=1.0,
        absolute=f"{took:.1f} s of {SECONDS:.0f}; {len(content) / 1e6:.1f} MB",
    )


if __name__ == "__main__":
    for row in run():
        print(f"{row.name}: {row.ratio:.2f} (goal {row.goal}) {row.absolute}")
