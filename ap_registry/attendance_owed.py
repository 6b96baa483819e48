"""What registers oblige to, as values: marks, what is known of the pupil, and what is owed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID, uuid5

from ap_registry import codes
from ap_registry.attendance import Standing
from ap_registry.calendar import SchoolCalendar
from ap_registry.follow_ups import NAMESPACE

UNAUTHORISED = frozenset(codes.UNAUTHORISED_BYTES)
ABSENT = frozenset(codes.AUTHORISED_BYTES + codes.UNAUTHORISED_BYTES)
POSSIBLE = frozenset(codes.POSSIBLE_BYTES)


@dataclass(frozen=True, slots=True)
class MarkAt:
    """A mark of a register: ``place`` 0–9 in its week; ``at``: when it was recorded, if known."""

    organisation: str
    week: date
    place: int
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answerable:
    """The main school, else the home LA, else the register: whose duty, and whose calendar."""

    name: str
    calendar: SchoolCalendar


AnswerableOn = Callable[[date, str], Answerable]


@dataclass(frozen=True, slots=True)
class Done:
    """A ``follow_up_done`` that stands, or a ``notified``: by which a duty was met."""

    on: date
    by: UUID
    how: str | None = None


Dones = Mapping[UUID, Done]


@dataclass(frozen=True, slots=True)
class Version:
    """A week of a register that held a code N, while it stood; ``until`` None: it still does."""

    organisation: str
    week: date
    marks: str
    from_at: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A placement: ``key`` is the notice that started it; ``ended_on`` included."""

    key: UUID
    provider: str
    commissioner: str
    starts_on: date
    ended_on: date | None
    sessions_per_week: int

    def runs(self, on: date) -> bool:
        return self.starts_on <= on and (self.ended_on is None or on <= self.ended_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A reintegration at a school."""

    key: UUID
    school: str
    started_on: date
    ended_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A follow-up that registers open.

    ``opened`` and ``closed`` are the marks that did it; ``opened_by`` the event where no mark did,
    ``closed_by`` likewise.
    """

    kind: str
    key: UUID
    rule: str
    owner: str
    calendar: str
    opened_on: date
    due_on: date
    opened: MarkAt | None = None
    opened_by: UUID | None = None
    closed_on: date | None = None
    outcome: str | None = None
    closed: MarkAt | None = None
    closed_by: UUID | None = None
    how: str | None = None


class Counts(NamedTuple):
    """Of the ten marks of a week."""

    possible: int
    absent: int
    unauthorised: int


@lru_cache(maxsize=65_536)
def counts(marks: str) -> Counts:
    return Counts(
        sum(byte in POSSIBLE for byte in marks),
        sum(byte in ABSENT for byte in marks),
        sum(byte in UNAUTHORISED for byte in marks),
    )


def unauthorised_in(weeks: Sequence[Standing]) -> int:
    return sum(counts(week.marks).unauthorised for week in weeks)


def key_of(kind: str, pupil_id: UUID, what: str) -> UUID:
    """From the day that opened it: the same after a rebuild and after marks beside it change."""
    return uuid5(NAMESPACE, f"{kind}/{pupil_id}/{what}")


def with_done(one: Owed, done: Dones) -> Owed:
    """What somebody says is done is done, unless it was closed before."""
    said = done.get(one.key)
    if said is None or (one.closed_on is not None and one.closed_on <= said.on):
        return one
    return replace(
        one, closed_on=said.on, outcome="done", closed=None, closed_by=said.by, how=said.how
    )


def lapsed(one: Owed, on: date) -> Owed:
    """Owed no more from a day on; no mark closes it."""
    if one.closed_on is not None and one.closed_on <= on:
        return one
    return replace(one, closed_on=on, outcome="lapsed", closed=None, closed_by=None, how=None)
