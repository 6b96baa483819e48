"""How the worker's jobs go, for whoever watches over it: by the real clock, as they run by it."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from ap_registry.store.database import Connection

_DONE: LiteralString = """
insert into job_state as held (name, done_at, failures) values (%(name)s, clock_timestamp(), 0)
    on conflict (name) do update set done_at = excluded.done_at, failures = 0
"""
_FAILED: LiteralString = """
insert into job_state as held (name, failed_at, failures, error)
values (%(name)s, clock_timestamp(), 1, %(error)s)
    on conflict (name) do update
   set failed_at = excluded.failed_at, failures = held.failures + 1, error = excluded.error
"""
_STATES: LiteralString = """
select name, extract(epoch from clock_timestamp() - done_at)::float, failures, failed_at, error
  from job_state order by name
"""


@dataclass(frozen=True, slots=True)
class JobState:
    """``seconds`` since it last ended well, None where it never has; ``failures`` since then."""

    name: str
    seconds: float | None
    failures: int
    failed_at: datetime | None
    error: str | None


def ended_well(connection: Connection, name: str) -> None:
    connection.execute(_DONE, {"name": name})


def failed(connection: Connection, name: str, error: str) -> None:
    """``error`` by kind and place, never its words: they may quote a person."""
    connection.execute(_FAILED, {"name": name, "error": error})


def job_states(connection: Connection) -> list[JobState]:
    return [JobState(*row) for row in connection.execute(_STATES).fetchall()]
