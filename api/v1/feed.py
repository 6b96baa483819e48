"""The ordered feed: everything, once, in the one order, and whoever waits is told at once."""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from ap_registry.notices import CATALOGUE
from ap_registry.registry import Registry
from ap_registry.store import feed
from ap_registry.store.key_holders import KeyHolder
from ap_registry.store.readers import lifted
from api.deps import Holder, TheRegistry, scope_of
from api.opened import Opened, Reader
from api.problems import responses
from api.v1.schemas import EVENTS, answers

router = APIRouter(tags=["events"])
MOST, LONGEST_WAIT = 1_000, 30
LOOKS_AGAIN = 0.2  # seconds
TYPES = f"^({'|'.join(sorted({*CATALOGUE, 'attendance_recorded'}))})$"


class LogSize:
    """How many events are in order: asked once in a while, however many callers wait."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._lock = asyncio.Lock()
        self._size, self._until = 0, 0.0

    async def now(self) -> int:
        async with self._lock:
            if monotonic() >= self._until:
                self._size = await run_in_threadpool(self._look)
                self._until = monotonic() + LOOKS_AGAIN
            return self._size

    def _look(self) -> int:
        with lifted(), self._registry.database.connection() as connection:
            if self._registry.sequences:
                self._registry.closed(connection)
            return feed.size(connection)

    async def beyond(self, size: int, *, seconds: float, ending: Callable[[], bool]) -> bool:
        """Wait until the log is longer than so, as long as that; False where it is not."""
        until = monotonic() + seconds
        while monotonic() < until and not ending():
            if await self.now() > size:
                return True
            await asyncio.sleep(LOOKS_AGAIN)
        return False


@router.get(
    "/events", operation_id="list_events", responses={**answers(EVENTS), **responses(401, 422, 503)}
)
async def list_events(
    request: Request,
    registry: TheRegistry,
    holder: Holder,
    opened: Opened,
    after: Annotated[int, Query(ge=0, le=2**62, description="`until` of the answer before.")] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 200,
    wait: Annotated[
        int, Query(ge=0, le=LONGEST_WAIT, description="Seconds to wait for the first event.")
    ] = 0,
    type: Annotated[str | None, Query(pattern=TYPES, description="Of this type only.")] = None,
) -> Response:
    """Events in the one order; a scoped caller sees holes. The last page has all that was recorded
    before the call. Ask next with `after` = `until`: up to there you have been told everything,
    and `next` is null where that is all."""
    read = _Reading(registry, holder, opened, limit, type)
    found = await run_in_threadpool(read.page, after)
    state, until = request.app.state, monotonic() + wait
    while not found.items and (left := until - monotonic()) > 0:
        if not await state.log_size.beyond(found.until, seconds=left, ending=state.ending):
            break
        found = await run_in_threadpool(read.page, found.until)
    following = found.until if found.more else None
    told = {"items": found.items, "next": following, "until": found.until}
    # Encoded here: FastAPI takes longer over a thousand events than the database does.
    return Response(msgspec.json.encode(told), media_type="application/json")


class _Reading:
    """One caller's pages, each noted as opened before it is shown."""

    def __init__(
        self, registry: Registry, holder: KeyHolder, opened: Reader, limit: int, type: str | None
    ) -> None:
        self._registry, self._caller = registry, holder.caller
        self._opened, self._limit, self._type = opened, limit, type

    def page(self, after: int) -> feed.Page:
        scope = scope_of(self._caller, self._registry.today())
        asked: dict[str, Any] = {"after": after, "limit": self._limit, "type": self._type}
        with self._registry.database.connection() as connection:
            found = feed.page(connection, scope, **asked)
            if not found.more:
                self._registry.closed(connection)
                found = feed.page(connection, scope, **asked)
            self._opened.note(connection, self._caller, (one["pupil_id"] for one in found.items))
        return found
