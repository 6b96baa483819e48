"""What the oracle is given: everything that was sent, and when it was recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Organisation:
    id: str
    kind: str
    la: str | None = None
    type_code: str | None = None


@dataclass(frozen=True, kw_only=True)
class Event:
    """An accepted notice; ``fields`` as sent, with ids where it names earlier events."""

    id: str
    pupil: str
    type: str
    version: int
    occurred_on: date
    recorded_at: datetime
    fields: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Mark:
    recorded_at: datetime
    pupil: str
    organisation: str
    on: date
    session: str
    code: str


@dataclass(frozen=True, kw_only=True)
class Block:
    """A term block; blocks recorded at one instant replace the academic years that they name."""

    recorded_at: datetime
    organisation: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, kw_only=True)
class Closure:
    recorded_at: datetime
    organisation: str
    on: date
    removed: bool = False


@dataclass(kw_only=True)
class Facts:
    """Lists in the order of recording."""

    organisations: dict[str, Organisation] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    closures: list[Closure] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    calendars: dict[str, Any] = field(default_factory=dict)

    def known_by(self, at: datetime) -> "Facts":
        """Only what was recorded by then exists."""
        return Facts(
            organisations=self.organisations,
            blocks=[b for b in self.blocks if b.recorded_at <= at],
            closures=[c for c in self.closures if c.recorded_at <= at],
            events=[e for e in self.events if e.recorded_at <= at],
            marks=[m for m in self.marks if m.recorded_at <= at],
        )

    def is_school(self, organisation: str) -> bool:
        """A mainstream or special school (domain reference 4.3)."""
        one = self.organisations[organisation]
        if one.type_code is None:
            return one.kind == "school"
        return int(one.type_code) in {
            1, 2, 3, 5, 6, 11, 28, 34, 35, 40, 41, 7, 8, 10, 12, 33, 36, 44,
        }  # fmt: skip

    def is_ap_provider(self, organisation: str) -> bool:
        one = self.organisations[organisation]
        return one.kind == "provider" or (
            one.type_code is not None and int(one.type_code) in {14, 38, 42, 43}
        )
