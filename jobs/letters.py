"""A message ready to go, and what it is to send one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


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
