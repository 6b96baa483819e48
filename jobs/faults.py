"""An error that nobody expected, told without its words: they may quote a person."""

import traceback
from pathlib import Path

LIBRARIES = "site-packages"


def kind_and_place(error: BaseException) -> str:
    """As ``ValueError at outbox.py:83``: the last line of ours that it came through."""
    frames = traceback.extract_tb(error.__traceback__)
    frame = next((f for f in reversed(frames) if LIBRARIES not in f.filename), frames[-1])
    return f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
