"""Work done in processes beside this one, which end with it: answered, given up or abandoned."""

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from threading import Lock
from typing import Any

from reports.abandoning import go_on

SPAWN = get_context("spawn")
LOOK_EVERY = 0.25  # seconds, while another process is waited for: whether it is still wanted
_STARTING = Lock()  # one at a time hides the main module


class Lost(Exception):
    """A process ended without an answer: killed, or out of memory."""


class Helper:
    """A process at work: ``answer`` waits for what it comes to."""

    def __init__(self, work: Callable[..., Any], given: Sequence[Any]) -> None:
        self._answers, sent = SPAWN.Pipe(duplex=False)
        self._process: BaseProcess = SPAWN.Process(
            target=_answered, args=(sent, work, given), daemon=True
        )
        self._process.start()
        sent.close()

    def answer(self) -> Any:
        """What the work returned, or raise what it raised; raise Abandoned where unwanted."""
        while not self._answers.poll(LOOK_EVERY):
            go_on()
        try:
            good, found = self._answers.recv()
        except EOFError:
            raise Lost("a process that counted beside this one has ended early") from None
        if not good:
            raise found
        return found

    def end(self) -> None:
        """At once, whatever it does: it only reads, and what it has counted is dropped."""
        self._process.terminate()
        self._process.join()
        self._process.close()
        self._answers.close()


@contextmanager
def helpers(
    work: Callable[..., Any], given: Sequence[Any], numbers: Sequence[int]
) -> Iterator[list[Helper]]:
    """A process for each number, which the work is given last. None outlives the block."""
    started: list[Helper] = []
    try:
        with _program_left_out():
            for number in numbers:
                started.append(Helper(work, (*given, number)))
        yield started
    finally:
        for one in started:
            one.end()


def left_alone() -> bool:
    """In such a process: the one that started it is gone, and nobody waits for an answer."""
    parent = parent_process()
    return parent is not None and not parent.is_alive()


@contextmanager
def _program_left_out() -> Iterator[None]:
    """A process that starts imports the program's main module again: a second for nothing."""
    main = sys.modules["__main__"]
    with _STARTING:
        held = {name: getattr(main, name, None) for name in ("__file__", "__spec__")}
        main.__dict__.update(dict.fromkeys(held))
        try:
            yield
        finally:
            main.__dict__.update(held)


def _answered(sent: Connection, work: Callable[..., Any], given: Sequence[Any]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it ends it
    try:
        answer = (True, work(*given))
    except Exception as error:  # told to whoever waits
        answer = (False, error)
    sent.send(answer)
