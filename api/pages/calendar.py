"""An organisation's school days: its terms and closures, and a closure added or taken back."""

from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from ap_registry.calendar import SchoolCalendar
from ap_registry.fields import BadValue
from ap_registry.organisations import Organisation
from ap_registry.registry import Registry
from ap_registry.store import reference
from ap_registry.store.database import Connection
from api.deps import TheRegistry
from api.pages.days import read_day
from api.pages.refusals import days_first
from api.pages.rendering import Person, check_form, page
from api.pages.table_files import Tabled
from api.problems import HttpProblem

router = APIRouter(prefix="/calendar", route_class=Tabled)
KEEPERS = frozenset({"school", "provider", "la"})
MOST_REASON = 200


@router.get("")
def show(registry: TheRegistry, person: Person) -> Response:
    return _page(registry, person)


@router.post("")
async def change(request: Request, registry: TheRegistry, person: Person) -> Response:
    """One day closed, or open after all; answers which due days have moved with it."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    check_form(person, form.get("csrf"))
    removed = form.get("do") == "remove"
    wrong, day = _day(form.get("date", ""))
    reason = form.get("reason", "").replace("\x00", "").strip()[:MOST_REASON]
    if not wrong and not removed and not reason:
        wrong = ("reason", "Enter “Why is it closed?”")
    if wrong or day is None:
        return _page(registry, person, values=form, wrong=wrong)

    def write() -> Response:
        with registry.database.connection() as connection:
            own, _ = _own(registry, person, connection)
            wanted = None if removed else reason
            if reference.closures(connection).get(own.id, {}).get(day) != wanted:
                reference.write_closures(
                    connection, [(own.id, day, wanted)], by=own.id, actor=person.caller.actor,
                    on=registry.today(), clock=registry.clock,
                )  # fmt: skip
        moved = registry.recompute_follow_ups()
        return _page(registry, person, done=(day, removed, _moved(moved, own.id)))

    return await run_in_threadpool(write)


def _moved(changes: dict[str, list[dict[str, Any]]], own: str) -> int:
    """How many of the organisation's own duties have another due day, have come or gone."""
    return sum(item["owner"] == own for items in changes.values() for item in items)


def _day(text: str) -> tuple[tuple[str, str] | None, date | None]:
    if not text.strip():
        return ("date", "Enter “Which day?”"), None
    try:
        return None, read_day(text)
    except BadValue as bad:
        return ("date", f"Which day?: {days_first(bad.detail)}"), None


def _own(
    registry: Registry, person: Person, connection: Connection
) -> tuple[Organisation, SchoolCalendar]:
    own = person.caller.organisation
    world = registry.worlds.fresh(connection)
    found = world.organisation(own) if own else None
    if found is None or person.caller.role not in KEEPERS:
        raise HttpProblem(403, "Schools, providers and local authorities keep calendars.")
    return found, world.calendars.of(found.id)


def _page(
    registry: Registry, person: Person, *, values: dict[str, str] | None = None,
    wrong: tuple[str, str] | None = None, done: tuple[date, bool, int] | None = None,
) -> Response:  # fmt: skip
    since = registry.today() - timedelta(days=90)
    with registry.database.connection() as connection:
        own, calendar = _own(registry, person, connection)
        theirs = reference.closures(connection).get(own.id, {})
    blocks = [
        (block, calendar.count(block.starts_on, block.ends_on))
        for block in calendar.blocks
        if block.ends_on >= since
    ]
    closed = sorted((day, why) for day, why in calendar.closures.items() if day >= since)
    return page(
        registry, "calendar.html", person, 422 if wrong else 200, own=own, blocks=blocks,
        closed=closed, theirs=theirs, values=values or {}, problems=[wrong] if wrong else [],
        errors=dict([wrong] if wrong else []), done=done,
    )  # fmt: skip
