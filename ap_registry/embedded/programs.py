"""Programs that work from a home: each is known by a lock that it holds while it runs."""

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PATIENCE_SECONDS = 30


@contextmanager
def working_from(home: Path) -> Iterator[None]:
    """While it lasts ``stop`` knows of this process, and ends it gently."""
    folder = home / "programs"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / str(os.getpid())
    with path.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def end(home: Path) -> int:
    """SIGTERM to each that still works from this home; how many have ended.

    A number alone may be another program's by now: only who holds its lock is meant.
    """
    told = [path for path in (home / "programs").glob("*") if path.name.isdecimal()]
    told = [path for path in told if _works(path)]
    for path in told:
        with suppress(ProcessLookupError):
            os.kill(int(path.name), signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while any(map(_works, told)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return sum(not _works(path) for path in told)


def _works(path: Path) -> bool:
    """What is left of one that was killed is cleaned up."""
    try:
        with path.open("r+") as found:
            fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    path.unlink(missing_ok=True)
    return False
