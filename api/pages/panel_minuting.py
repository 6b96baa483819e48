"""Minutes of a meeting: looked at, signed off once, and put right by new entries only."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from ap_registry.errors import Refused
from ap_registry.minuting import correct, sign
from api.deps import TheRegistry
from api.opened import Opened, Reader
from api.pages.panel import WORDS, day, la_of
from api.pages.rendering import Person, check_form, page, see_other
from reports.panel.meeting import meeting
from reports.panel.minutes import decided, minutes

router = APIRouter(prefix="/panel/minutes")


@router.get("")
def show(registry: TheRegistry, person: Person, opened: Opened, on: str = "") -> Response:
    return _page(registry, person, opened, on)


@router.post("/sign")
async def sign_off(
    request: Request, registry: TheRegistry, person: Person, opened: Opened
) -> Response:
    """What is signed is what stood up to the instant of the click."""
    given = await request.form()
    check_form(person, given.get("csrf"))
    on = str(given.get("on") or "")

    def signed() -> Response:
        la, panel_on = la_of(person), day(registry, on)
        with registry.database.connection() as connection:
            known_by = registry.closed(connection)
        with meeting(registry, la, panel_on, known_by) as found:
            events = decided(found)["events"]
        try:
            sign(
                registry, f"LA{la}", panel_on, events=events, known_by=known_by,
                caller=person.caller, by_name=person.name,
            )  # fmt: skip
        except Refused as refused:
            return _page(registry, person, opened, on, refused=refused)
        return see_other(f"/panel/minutes?on={panel_on}")

    return await run_in_threadpool(signed)


@router.post("/correct")
async def add(request: Request, registry: TheRegistry, person: Person, opened: Opened) -> Response:
    given = await request.form()
    check_form(person, given.get("csrf"))
    on, words = str(given.get("on") or ""), str(given.get("words") or "")

    def added() -> Response:
        la, panel_on = la_of(person), day(registry, on)
        try:
            correct(registry, f"LA{la}", panel_on, words, caller=person.caller, by_name=person.name)
        except Refused as refused:
            return _page(registry, person, opened, on, refused=refused, words=words)
        return see_other(f"/panel/minutes?on={panel_on}")

    return await run_in_threadpool(added)


def _page(
    registry: TheRegistry, person: Person, opened: Reader, on: str, *,
    refused: Refused | None = None, words: str = "",
) -> Response:  # fmt: skip
    found: dict[str, Any] = minutes(registry, la_of(person), day(registry, on))
    opened.at_once(person.caller, *(one["pupil_id"] for one in found["cases"]))
    told = refused.problems if refused else ()
    problems = [(one.pointer.removeprefix("/"), one.detail) for one in told]
    return page(
        registry, "panel_minutes.html", person, refused.status if refused else 200,
        minutes=found, on=found["on"], problems=problems, errors=dict(problems), words=words,
        today=registry.today().isoformat(), **WORDS,
    )  # fmt: skip
