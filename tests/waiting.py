"""Waiting for what another process or thread is about to do."""

import time
from collections.abc import Callable

PATIENCE_SECONDS = 120.0


def wait_for(is_so: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)
