"""Who calls, and on what: shared by all routes."""

from collections.abc import Callable
from datetime import date, datetime
from time import monotonic
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from ap_registry.access import Caller, Sight, sight
from ap_registry.errors import NotFound, Problem
from ap_registry.registry import Registry
from ap_registry.store import queries, readers, who
from ap_registry.store.key_holders import KeyHolder, holder_of
from ap_registry.store.queries import scope_of as scope_of
from ap_registry.store.readers import lifted
from api.limits import Limits
from api.policy import Who, admit, let_strangers_past, put_behind_wall
from api.problems import HttpProblem
from reports.asking import day, instant

_BEARER = HTTPBearer(auto_error=False, description="An API key, made with `ap-registry key create`")
REMEMBERED_SECONDS = 1.0
T = TypeVar("T")


async def registry_of(request: Request) -> Registry:
    let_strangers_past(request)
    found: Registry = request.app.state.registry
    return found


class KeyHolders:
    """Keys in use, remembered for a second: one that is revoked is refused from then on."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._known: dict[str, tuple[float, KeyHolder]] = {}

    def today(self) -> date:
        return self._registry.today()

    async def find(self, authorization: str | None) -> KeyHolder:
        """Every API route needs a key that is in use: 401 without."""
        scheme, _, secret = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not secret:
            raise HttpProblem(401, "Send an API key: Authorization: Bearer apr_…")
        now = monotonic()
        until, holder = self._known.get(secret, (0.0, None))
        if holder is None or until < now:
            self._known = {key: kept for key, kept in self._known.items() if kept[0] >= now}
            holder = await run_in_threadpool(self._look_up, secret.strip())
            self._known[secret] = now + REMEMBERED_SECONDS, holder
        return holder

    def _look_up(self, secret: str) -> KeyHolder:
        with lifted(), self._registry.database.connection() as connection:
            found = holder_of(
                connection, secret, today=self._registry.today(), now=self._registry.now()
            )
        if found is None:
            raise HttpProblem(401, "This API key is not in use.")
        return found


async def key_holder(
    request: Request,
    _documented: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
) -> KeyHolder:
    """Within the key's limit and the route's policy: else 429, 403."""
    holders: KeyHolders = request.app.state.key_holders
    limits: Limits = request.app.state.limits
    holder = await holders.find(request.headers.get("authorization"))
    limits.hold(limits.key, str(holder.key_id), request)
    admit(request, Who.KEY, holder.caller.role, holder.scopes)
    put_behind_wall(request, holder.caller, holders.today())
    return holder


TheRegistry = Annotated[Registry, Depends(registry_of)]
Holder = Annotated[KeyHolder, Depends(key_holder)]


def instant_of(text: str | None, name: str) -> datetime | None:
    """An ISO instant; a bare date is the end of that day in London."""
    return None if text is None else _read(instant, text, name)


def day_of(text: str | None, name: str) -> date | None:
    return None if text is None else _read(day, text, name)


def _read(read: Callable[[str, str], T], text: str, name: str) -> T:
    try:
        return read(text, name)
    except ValueError as error:
        problem = Problem(f"/{name}", "bad_format", str(error))
        raise HttpProblem(422, str(error), (problem,)) from None


def find_pupil(
    registry: Registry, caller: Caller, name: str, as_at: datetime | None = None
) -> tuple[UUID, Sight]:
    """By UPN or id; what the caller may not see does not exist.

    Of a pupil who has been merged since ``as_at`` it is the record that was its own by then. Of
    nobody as much is asked as of somebody else's pupil: neither is told from the other by the time.
    """
    missing = NotFound((Problem("", "not_found", "no such pupil is known"),))
    with lifted(), registry.database.connection() as connection:
        pupil_id = who.pupil_named(connection, name) or who.nobody(connection)
        seen = sight(
            caller, queries.visibility(connection, pupil_id, caller.sees_for), registry.today()
        )
        if pupil_id == who.NOBODY or not seen.visible:
            raise missing
        if as_at is not None:
            pupil_id = who.pupil_named(connection, name, as_at) or pupil_id
        readers.name((pupil_id, *who.all_ids(connection, pupil_id)))
    return pupil_id, seen
