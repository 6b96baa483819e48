"""What was sent to whom: messages, calls of webhooks, what failed and why; and sending it again."""

from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from ap_registry.notice import World
from ap_registry.registry import Registry
from ap_registry.store import deliveries, webhooks
from ap_registry.store.database import Connection
from ap_registry.store.key_holders import KeyHolder
from api.deps import TheRegistry
from api.pages.forms import id_of
from api.pages.rendering import Person, check_form, page, see_other
from api.pages.table_files import Tabled
from api.problems import HttpProblem

router = APIRouter(prefix="/deliveries", route_class=Tabled)
READERS = frozenset({"la", "admin"})
SHOWN = 100
MOST_WEBHOOKS, CALLS = 20, 20
SAID = {"letter": "The message will be sent again", "call": "It will be called again"}


@router.get("")
def show(
    registry: TheRegistry,
    person: Person,
    status: Annotated[str, Query(pattern="^(failed)?$")] = "",
    said: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The newest first; of the organisations in the LA, an administrator's of all."""
    with registry.database.connection() as connection:
        world = registry.worlds.fresh(connection)
        found = deliveries.deliveries(
            connection, failed=status == "failed", to=reached_by(person, world), limit=SHOWN + 1
        )
        hooks = [
            _hook(connection, hook, status) for hook in webhooks_of(registry, connection, person)
        ]
    return page(
        registry, "deliveries.html", person, letters=found[:SHOWN], more=len(found) > SHOWN,
        hooks=hooks, only=status, said=SAID.get(said, ""), organisation=world.organisation,
        most=SHOWN, calls=CALLS,
    )  # fmt: skip


def webhooks_of(registry: Registry, connection: Connection, person: Person) -> list[dict[str, Any]]:
    return webhooks.listed(connection, _owner(registry, person), limit=MOST_WEBHOOKS)


def _hook(connection: Connection, hook: dict[str, Any], status: str) -> dict[str, Any]:
    """Of its address the host alone: what follows it may be a secret."""
    calls = webhooks.deliveries(connection, UUID(hook["id"]), limit=CALLS, status=status or None)
    return {**hook, "host": urlsplit(hook["url"]).hostname, "calls": calls}


@router.post("")
async def again(request: Request, registry: TheRegistry, person: Person) -> Response:
    """A message that has failed, or a webhook from the call on that has failed."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    check_form(person, form.get("csrf"))
    answer = _call_again if form.get("do") == "call" else _send_again
    return see_other(f"/deliveries?said={await run_in_threadpool(answer, registry, person, form)}")


def _send_again(registry: Registry, person: Person, form: dict[str, str]) -> str:
    with registry.database.connection() as connection:
        to = reached_by(person, registry.worlds.fresh(connection))
        if not deliveries.send_again(connection, id_of(form, "id"), to=to):
            raise HttpProblem(404, "No message of yours with this id has failed.")
    return "letter"


def _call_again(registry: Registry, person: Person, form: dict[str, str]) -> str:
    with registry.database.connection() as connection:
        call = _failed(connection, registry, person, form)
        webhooks.replay(connection, id_of(form, "id"), call["seq"] - 1)
    return "call"


def _failed(
    connection: Connection, registry: Registry, person: Person, form: dict[str, str]
) -> dict[str, Any]:
    """What is another's answers as what does not exist."""
    hook = id_of(form, "id")
    if webhooks.listed(connection, _owner(registry, person), limit=1, id=hook):
        for call in webhooks.deliveries(connection, hook, limit=CALLS, status="failed"):
            if call["id"] == form.get("call") and call["seq"] is not None:
                return call
    raise HttpProblem(404, "No call of yours with this id has failed lately.")


def reached_by(person: Person, world: World) -> list[str] | None:
    """The LA's own and those that lie in it; None: an administrator's are all."""
    if person.caller.sees_all:
        return None
    mine = frozenset(person.caller.organisations)
    return [*mine, *(one.id for one in world.organisations if f"LA{one.la_code}" in mine)]


def _owner(registry: Registry, person: Person) -> webhooks.Owner:
    """As a key of the person's role and organisation is."""
    own = person.caller.organisation
    holder = KeyHolder(
        key_id=person.account, caller=person.caller, named=(own,) if own else (),
        scopes=frozenset(),
    )  # fmt: skip
    return webhooks.Owner(holder=holder, now=registry.now(), today=registry.today())
