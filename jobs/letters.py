"""A message ready to go, and what it is to send one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

MOST_ATTEMPTS = 8
RETRY_AFTER = (1, 5, 15, 60, 240, 720, 1440)  # minutes


def next_attempt(attempts: int) -> timedelta | None:
    """After so many that failed, how long until the next; None where it is given up."""
    more = attempts < MOST_ATTEMPTS
    return timedelta(minutes=RETRY_AFTER[attempts - 1]) if more else None


def gave_up(why: str = "") -> str:
    return f"gave up after {MOST_ATTEMPTS} attempts" + (f" ({why})" if why else "")


class Failed(Exception):
    """Not sent. ``for_good``: this address will never do; ``why`` names no address.

    ``status``: what the other side answered, where it answered.
    """

    def __init__(self, why: str, *, for_good: bool, status: int | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.for_good = for_good
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """``id`` is the same however often it is sent: by it the recipient's side knows a repeat."""

    id: UUID
    to: str
    subject: str
    text: str
    at: datetime
    organisation: str = ""
    again: bool = False


Send = Callable[[Letter], None]
