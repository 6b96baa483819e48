"""Stopping a home ends what works from it."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ap_registry.embedded import programs

WORKS = """
import signal, sys
from pathlib import Path
from ap_registry.embedded.programs import working_from
with working_from(Path(sys.argv[1])):
    print("works", flush=True)
    signal.pause()
"""


@contextmanager
def working(home: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", WORKS, str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as started:
        try:
            assert started.stdout is not None
            assert started.stdout.readline() == "works\n"
            yield started
        finally:
            started.kill()


def test_what_works_from_a_home_is_ended_and_nothing_else(tmp_path: Path) -> None:
    with working(tmp_path / "ours") as ours, working(tmp_path / "another") as another:
        # as one leaves it that was killed, and whose number another program has now
        (tmp_path / "ours" / "programs" / str(another.pid)).touch()
        assert programs.end(tmp_path / "ours") == 1
        assert (ours.wait(10), another.poll()) == (-signal.SIGTERM, None)
        assert programs.end(tmp_path / "another") == 1
        assert another.wait(10) == -signal.SIGTERM


def test_where_nothing_works_nothing_is_ended(tmp_path: Path) -> None:
    assert programs.end(tmp_path) == 0
