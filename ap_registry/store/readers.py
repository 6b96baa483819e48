"""Who reads, as the database is told: the scope that a session of ``ap_reader`` states.

While a block of ``behind_wall`` lasts, connections are lent as ``ap_reader`` with its scope; within
``lifted`` they are lent as the web's own role again.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from ap_registry.access import Caller

READER = "ap_reader"
OPEN_ALL = "all"
# Of more pupils, gathering them for each table of a query takes longer than many a query: those of
# whoever sees so many are kept gathered (store/sights.py).
WIDE = 500
_STATE: LiteralString = (
    "select reader_stands(%(organisations)s::text[], %(today)s::date, %(pupils)s::uuid[], %(wide)s)"
)
_OPENED: LiteralString = f"select set_config('app.opens', '{OPEN_ALL}', false)"


@dataclass(slots=True, kw_only=True)
class Reader:
    """What its session may see; ``pupils``: those whom the request in hand is about."""

    organisations: tuple[str, ...] = ()
    everything: bool = False
    today: date | None = None
    pupils: set[UUID] = field(default_factory=set)

    def state(self, connection: psycopg.Connection[Any]) -> None:
        """The database names only those pupils whom it finds that the organisations see."""
        if self.everything:
            connection.execute(_OPENED)
            return
        asked = {
            "organisations": list(self.organisations), "today": self.today,
            "pupils": list(self.pupils), "wide": WIDE,
        }  # fmt: skip
        connection.execute(_STATE, asked)


_standing: ContextVar[Reader | None] = ContextVar("reader", default=None)


def reader_of(caller: Caller, today: date) -> Reader:
    return Reader(organisations=caller.sees_for, everything=caller.sees_all, today=today)


def standing() -> Reader | None:
    return _standing.get()


def stand(reader: Reader | None) -> Token[Reader | None]:
    """From here on in this request; None: as the web's own role."""
    return _standing.set(reader)


def stand_down(token: Token[Reader | None]) -> None:
    _standing.reset(token)


@contextmanager
def behind_wall(reader: Reader | None) -> Iterator[None]:
    token = stand(reader)
    try:
        yield
    finally:
        stand_down(token)


@contextmanager
def lifted() -> Iterator[None]:
    """For what belongs to no caller: who signs in, how the program does, what is counted."""
    with behind_wall(None):
        yield


def name(pupils: Iterable[UUID]) -> None:
    """The request is about these pupils."""
    reader = standing()
    if reader is not None:
        reader.pupils.update(pupils)


def become_reader(connection: psycopg.Connection[Any]) -> None:
    """For good: a connection of readers is never any other's again."""
    connection.execute(f"set role {READER}")
