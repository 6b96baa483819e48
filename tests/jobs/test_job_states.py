"""How the worker's jobs go can be seen: each failure is kept until the job ends well again."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from ap_registry import embedded
from ap_registry.installation import Installation, servers
from ap_registry.settings import Settings
from ap_registry.store.jobs import job_states
from jobs.worker import in_thread

Kept = list[tuple[str, bool, int, str | None]]


def run(found: Installation, work: Callable[[Installation, Event], object]) -> None:
    """As the worker runs it; in a thread, for this one may have the browser's loop."""
    job = in_thread("trial", work)({"installation": found, "stopping": Event()})
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, job).result()


def breaks(_found: Installation, _stopping: Event) -> None:
    raise ValueError("Ann Example could not be told")


def works(_found: Installation, _stopping: Event) -> None:
    """Done."""


def kept(found: Installation) -> Kept:
    """(name, whether it ever ended well, failures since, the last error without its line)."""
    with found.database.connection() as connection:
        return [
            (one.name, one.seconds is not None, one.failures, (one.error or "").split(":")[0])
            for one in job_states(connection)
        ]


def test_failures_are_counted_by_kind_and_place_without_their_words(
    installation: Installation,
) -> None:
    for _ in range(2):
        run(installation, breaks)
    assert kept(installation) == [("trial", False, 2, "ValueError at test_job_states.py")]


def test_a_job_that_ends_well_has_failed_no_more(installation: Installation) -> None:
    for work in (breaks, works):
        run(installation, work)
    assert kept(installation) == [("trial", True, 0, "ValueError at test_job_states.py")]


def test_a_lost_connection_is_taken_up_again_at_once(
    installation: Installation, urls: embedded.Servers
) -> None:
    """As after a restart of PostgreSQL: the job is run once more, and nothing has failed."""
    installation.settings = Settings(database_url=urls.database_url, redis_url=urls.redis_url)
    installation.servers = servers(installation.settings)
    runs: list[bool] = []

    def loses_it_once(found: Installation, _stopping: Event) -> None:
        runs.append(True)
        with found.database.connection() as connection:
            if len(runs) == 1:
                connection.execute("select pg_terminate_backend(pg_backend_pid())")

    run(installation, loses_it_once)
    assert (len(runs), kept(installation)) == (2, [("trial", True, 0, "")])
