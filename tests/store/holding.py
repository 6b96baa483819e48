"""A writer that has written and does not commit, until it is told to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ap_registry.registry import Registry
from tests.world import PUPIL, SCHOOL

PATIENCE_SECONDS = 20


@contextmanager
def held_open(registry: Registry, notice: dict[str, Any]) -> Iterator[threading.Event]:
    """While the block runs the notice is written, not committed; set the event to commit early."""
    written, commit = threading.Event(), threading.Event()

    def wait(*_: object) -> None:
        written.set()
        assert commit.wait(PATIENCE_SECONDS)

    writer = threading.Thread(target=registry.record_many, args=([notice],), kwargs={"after": wait})
    writer.start()
    assert written.wait(PATIENCE_SECONDS)
    try:
        yield commit
    finally:
        commit.set()
        writer.join()


def suspension(day: str, upn: str = PUPIL, **facts: Any) -> dict[str, Any]:
    return {
        "type": "suspension", "upn": upn, "occurred_on": day, "school": SCHOOL, "sessions": 2,
        "ends_on": day, "reasons": ["PP"], **facts,
    }  # fmt: skip
