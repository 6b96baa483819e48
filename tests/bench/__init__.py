"""Speed as ratios side by side in one run: absolute numbers of a shared machine say little."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchRow:
    """``ratio`` against a yardstick of the same run; ``absolute`` in words, for the reader."""

    name: str
    ratio: float
    goal: float
    absolute: str
