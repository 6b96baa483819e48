"""That pupils are shown is noted before the answer goes out: who, for whom, which route, when."""

from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from ap_registry.access import Caller
from ap_registry.registry import Registry
from ap_registry.store import reads
from ap_registry.store.database import Connection
from api.deps import TheRegistry


class Reader:
    """The request in hand, as the reads say it: its method and its route's pattern."""

    def __init__(self, registry: Registry, what: str) -> None:
        self._registry = registry
        self._what = what
        self._noted: set[str] = set()

    def note(
        self, connection: Connection, caller: Caller, pupils: Iterable[UUID | str | None]
    ) -> None:
        reads.note(
            connection, caller, what=self._what, pupils=pupils, at=self._registry.now()
        )  # fmt: skip

    def at_once(self, caller: Caller, *pupils: UUID | str) -> None:
        """Where no connection is at hand; once for one answer, however often it looks."""
        if {str(pupil) for pupil in pupils} - self._noted:
            with self._registry.database.connection() as connection:
                self.note(connection, caller, pupils)
            self._noted |= {str(pupil) for pupil in pupils}


def pattern_of(request: Request) -> str:
    """The route as the address had it, each parameter by its name: paths as sent name pupils.

    ``name`` is one of ours, of a report or a form, and stays.
    """
    named = {str(v): f"{{{name}}}" for name, v in request.path_params.items() if name != "name"}
    return "/".join(named.get(part, part) for part in request.url.path.split("/"))


def _reader(request: Request, registry: TheRegistry) -> Reader:
    return Reader(registry, f"{request.method} {pattern_of(request)}")


Opened = Annotated[Reader, Depends(_reader)]
