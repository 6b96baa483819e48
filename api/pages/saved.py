"""Lists that a person saves with their filters, opens from the first page, and deletes."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from ap_registry.store import saved_views
from api.deps import TheRegistry
from api.pages.rendering import Person, check_form, see_other
from api.problems import HttpProblem

router = APIRouter(prefix="/views")
LONGEST = 60
# What of a list may be saved: filters none of which can name a pupil. Searches cannot be.
FILTERS: Mapping[str, frozenset[str]] = {
    "/": frozenset({"status", "whose"}),
    "/elsewhere": frozenset(),
    "/tasks/": frozenset(),
    "/boards/": frozenset(),
    "/reads": frozenset({"organisation", "from", "to"}),
    "/quality": frozenset(),
    "/rules": frozenset({"show"}),
    "/deliveries": frozenset({"status"}),
    "/panel": frozenset(),
    "/panel/fair-share": frozenset(),
    "/panel/overdue": frozenset(),
}
_NAMED = re.compile(r"(/tasks/|/boards/)[a-z-]{1,30}")
_VALUE = re.compile(r"[A-Za-z0-9-]{1,40}")
_UPN = re.compile(r"[A-Za-z]\d{11}[A-Za-z0-9]")


def address_of(text: str) -> str | None:
    """Of a list that may be saved, with those of its filters that are set; None: of another."""
    parts = urlsplit(text)
    named = _NAMED.fullmatch(parts.path)
    allowed = FILTERS.get(named[1] if named else parts.path)
    if allowed is None or parts.scheme or parts.netloc or parts.path.endswith("s/"):
        return None
    given = [(name, value) for name, value in parse_qsl(parts.query) if name in allowed]
    if not all(_VALUE.fullmatch(value) and not _UPN.fullmatch(value) for _, value in given):
        return None
    return parts.path + (f"?{urlencode(given)}" if given else "")


@router.post("")
async def save(request: Request, registry: TheRegistry, person: Person) -> Response:
    """By a name of one's own; the same name again replaces what it stood for."""
    form = await request.form()
    check_form(person, form.get("csrf"))
    name = " ".join(str(form.get("name", "")).replace("\x00", "").split())
    address = address_of(str(form.get("address", "")))
    if address is None:
        raise HttpProblem(422, "This list cannot be saved: a search for a pupil never is.")
    if not name or len(name) > LONGEST or _UPN.search(name):
        raise HttpProblem(
            422, f"Give the list a name of at most {LONGEST} characters, and not that of a pupil."
        )

    def kept() -> bool:
        with registry.database.connection() as connection:
            return saved_views.save(connection, person.account, name, address, at=registry.now())

    if not await run_in_threadpool(kept):
        raise HttpProblem(422, f"You have {saved_views.MOST} saved lists: delete one first.")
    return see_other("/#saved")


@router.post("/{view}/delete")
async def delete(view: UUID, request: Request, registry: TheRegistry, person: Person) -> Response:
    check_form(person, (await request.form()).get("csrf"))

    def gone() -> None:
        with registry.database.connection() as connection:
            saved_views.remove(connection, person.account, view)

    await run_in_threadpool(gone)
    return see_other("/#saved")
