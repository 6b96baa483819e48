"""How much waits, in numbers alone: what a page that is open asks for again and again.

It shows no pupil, so that no read is noted, and does not keep the session from ending idle.
"""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from ap_registry.access import Caller
from ap_registry.store import worklists
from ap_registry.store.database import Connection
from ap_registry.store.queries import Scope
from ap_registry.store.tasks import Waiting, waiting_for
from api.deps import TheRegistry, scope_of
from api.pages.boards import BOARDS, seen_on
from api.pages.boards import ROLES as OF_BOARDS
from api.pages.rendering import Watcher
from api.pages.role_lists import WAITING
from api.problems import HttpProblem

router = APIRouter()
Counts = dict[str, int]


@router.get("/counts")
def counts(
    registry: TheRegistry,
    watcher: Watcher,
    board: Annotated[str, Query(max_length=40)] = "",
) -> Counts:
    """Of the first page, or of one board."""
    caller, today = watcher.caller, registry.today()
    scope = scope_of(caller, today)
    with registry.database.connection() as connection:
        if board:
            return _of_board(connection, scope, caller, board, today)
        owed = waiting_for(connection, caller, today=today, now=registry.now())
        names = WAITING.get(caller.role, ())
        return of_first_page(owed, worklists.counts(connection, scope, names, today=today))


def of_first_page(owed: Waiting, lists: Counts) -> Counts:
    return {"owed": owed.owed, "overdue": owed.overdue, **lists}


def _of_board(
    connection: Connection, scope: Scope, caller: Caller, board: str, today: date
) -> Counts:
    found = BOARDS.get(board)
    if found is None or caller.role not in OF_BOARDS:
        raise HttpProblem(404, "There is no such board.")
    return seen_on(connection, scope, found, today)
