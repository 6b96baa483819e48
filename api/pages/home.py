"""The first page: what is owed, soonest first, and the lists that wait; where programs start."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from ap_registry.access import Caller
from ap_registry.duty_names import duty_words
from ap_registry.notice import World
from ap_registry.store import owing, queries, worklists
from ap_registry.store.database import Connection
from ap_registry.store.saved_views import saved_by
from ap_registry.store.tasks import waiting_for
from api.deps import TheRegistry, scope_of
from api.opened import Opened
from api.pages.counts import of_first_page
from api.pages.family_help import unsaid
from api.pages.owed import form_of, words_of
from api.pages.rendering import Person, in_words, live, page
from api.pages.role_lists import WAITING
from api.pages.starting import begins_here, start
from api.pages.tables import SHOWN, Cell, Format, Table, file_of, limit_of
from api.pages.work import waiting

router = APIRouter()
DOERS = frozenset({"school", "provider", "health"})
"""Roles whose own duties come first; others look at what everybody owes."""
CARERS = frozenset({"social_care"})
"""Who sees the duties for its own children alone, whoever owes them."""
EMPTY = "Nothing is owed. What a notice opens is listed here, the soonest first."


@router.get("/docs")
def for_programs(request: Request, registry: TheRegistry) -> Response:
    """Where the description of the HTTP interface is; without scripts, so as the CSP allows."""
    going = [
        {"path": path, "of": found} for (_method, path), found in request.app.state.going.items()
    ]
    return page(registry, "docs.html", None, going=going)


@router.get("/")
def home(
    registry: TheRegistry,
    person: Person,
    opened: Opened,
    status: Annotated[str, Query(pattern="^(overdue|open)?$")] = "",
    whose: Annotated[str, Query(pattern="^(ours|all)?$")] = "",
    format: Format = "",
) -> Response:
    """Follow-ups that the person's organisation owes or may see; whose first task is another
    begins with it."""
    if begins_here(person) and not (status or whose or format):
        return start(registry, person, opened)
    today, caller = registry.today(), person.caller
    carer = caller.role in CARERS
    whose = "all" if carer else whose or ("ours" if caller.role in DOERS else "all")
    scope = scope_of(caller, today)
    with registry.database.connection() as connection:
        items = owing.follow_ups(
            connection, scope, on=today, status=status or None, limit=limit_of(format),
            owners=caller.organisations if whose == "ours" else None,
        )  # fmt: skip
        world = registry.worlds.fresh(connection)
        table = _table(items, _pupils(connection, scope, items), world, caller)
        shown = items if format else items[:SHOWN]
        opened.note(connection, caller, (item["pupil_id"] for item in shown))
        if format == "csv":
            return file_of(table)
        counted = waiting_for(connection, caller, today=today, now=registry.now())
        held = worklists.counts(connection, scope, WAITING.get(caller.role, ()), today=today)
        saved = saved_by(connection, person.account)
        without = unsaid(connection, person)
    return live(page(
        registry, "home.html", person, table=table, chosen=status, whose=whose, today=today,
        waiting=counted, lists=waiting(held), seen=of_first_page(counted, held),
        saved=saved, carer=carer, without=without,
        number=len(table.shown),
        overdue=sum(item["status"] == "overdue" for item in shown),
    ))  # fmt: skip


def _pupils(
    connection: Connection, scope: queries.Scope, items: Iterable[Mapping[str, Any]]
) -> dict[str, str]:
    wanted = {UUID(item["pupil_id"]) for item in items if item["pupil_id"]}
    return queries.names(connection, scope, wanted)


def _table(
    items: Iterable[Mapping[str, Any]], pupils: Mapping[str, str], world: World, caller: Caller
) -> Table:
    return Table(
        name="what-is-owed", caption="What is owed, soonest first", empty=EMPTY,
        columns=("Due", "What", "Pupil", "Who owes it"),
        rows=[_row(item, pupils, world, caller) for item in items],
    )  # fmt: skip


def _row(
    item: Mapping[str, Any], pupils: Mapping[str, str], world: World, caller: Caller
) -> tuple[Cell, ...]:
    owner = world.organisation(item["owner"])
    late, what, pupil = item["status"] == "overdue", duty_words(item["kind"]), _pupil(item, pupils)
    return (
        Cell(text=in_words(item["due_on"]), tag="Overdue" if late else ""),
        Cell(text=what, actions=tuple(_actions(item, caller)), about=f"{what}, {pupil.text}"),
        pupil,
        Cell(text=owner.name if owner else item["owner"]),
    )


def _actions(item: Mapping[str, Any], caller: Caller) -> Iterable[tuple[str, str]]:
    if item["kind"] == "list_confirmation" and item["owner"] in caller.organisations:
        yield "/lists/confirm", "Confirm our list"
    if item["kind"] == "register_missing" and item["owner"] == caller.organisation:
        yield f"/register/week?on={item['opened_on']}", "Fill in the register"
    form = form_of(item, caller)
    if form:
        yield form, words_of(item["kind"])


def _pupil(item: Mapping[str, Any], pupils: Mapping[str, str]) -> Cell:
    """Whoever owes something of a pupil that it sees no more is not led to it."""
    if item["pupil_id"] in pupils:
        name = pupils[item["pupil_id"]] or "Name erased"
        return Cell(text=name, link=f"/pupils/{item['pupil_id']}", more=item["upn"] or "no UPN yet")
    if item["kind"] == "list_confirmation":
        return Cell(text="all its pupils")
    return Cell(text=item["upn"] or ("no UPN yet" if item["pupil_id"] else "a former pupil"))
