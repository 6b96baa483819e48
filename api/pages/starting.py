"""Where a panel and an administrator begin: with their own task, and not with everybody's."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi.responses import Response

from ap_registry.instants import instant
from ap_registry.leaving import confirm_by
from ap_registry.registry import Registry
from ap_registry.store import account_acts, accounts, deliveries, heads
from ap_registry.store.boards import waiting_on
from ap_registry.store.database import Connection
from ap_registry.store.saved_views import saved_by
from ap_registry.store.tasks import waiting_for
from api.deps import scope_of
from api.opened import Reader
from api.pages.boards import BOARDS
from api.pages.counts import of_first_page
from api.pages.deliveries import SHOWN, reached_by, webhooks_of
from api.pages.ledger import is_signed
from api.pages.panel import WORDS
from api.pages.rendering import Person, in_words, live, moment, page
from reports.panel import duties
from reports.panel.cases import longest_waiting
from reports.panel.meeting import meeting

MOST = 10  # cases of the page: it tells of a day, and the agenda of all


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """``amiss``: somebody has to look at it now."""

    title: str
    words: str
    address: str
    onward: str
    amiss: bool = False


def begins_here(person: Person) -> bool:
    """A panel of an authority, and whoever administers."""
    return person.caller.role == "admin" or (
        person.caller.role == "panel" and _la(person) is not None
    )


def start(registry: Registry, person: Person, opened: Reader) -> Response:
    today = registry.today()
    listed: list[dict[str, Any]] = []
    last, more, lines = None, False, list[Line]()
    if person.caller.role == "panel":
        with meeting(registry, _la(person) or "", today) as found:
            listed, more = longest_waiting(found, MOST)
            last = duties.last_meeting(found)
        opened.at_once(person.caller, *(one["pupil_id"] for one in listed))
    with registry.database.connection() as connection:
        if person.caller.role == "admin":
            lines = list(_of_administrator(registry, connection, person))
        else:
            lines = list(_of_panel(registry, connection, person))
        counted = waiting_for(connection, person.caller, today=today, now=registry.now())
        saved = saved_by(connection, person.account)
    return live(page(
        registry, "start.html", person, lines=lines, waiting=counted, saved=saved, last=last,
        seen=of_first_page(counted, {}), today=today,
        more=more, open_cases=listed, **WORDS,
    ))  # fmt: skip


def _la(person: Person) -> str | None:
    """Three digits of the authority whose panel it is."""
    las = [name for name in person.caller.organisations if name.startswith("LA")]
    return las[0].removeprefix("LA") if las else None


def _of_panel(registry: Registry, connection: Connection, person: Person) -> Iterator[Line]:
    scope = scope_of(person.caller, registry.today())
    for name, board in BOARDS.items():
        pupils, _ = waiting_on(connection, scope, board.kinds, on=registry.today())
        wait = "pupil waits" if pupils == 1 else "pupils wait"
        yield Line(
            title=board.title, words=f"{pupils} {wait}." if pupils else board.empty,
            address=f"/boards/{name}", onward="See who waits", amiss=pupils > 0,
        )  # fmt: skip


def _of_administrator(registry: Registry, connection: Connection, person: Person) -> Iterator[Line]:
    if person.administers:
        yield _people(registry, connection, person)
    yield _deliveries(registry, connection, person)
    yield _ledger(connection)


def _people(registry: Registry, connection: Connection, person: Person) -> Line:
    own = person.caller.organisation or ""
    found = [
        one for one in accounts.all_accounts(connection, at=registry.now(), organisation=own)
        if not one.disabled
    ]  # fmt: skip
    invited = sum(one.invited for one in found)
    confirmed_at = account_acts.confirmed_at(connection, own)
    world, today = registry.worlds.fresh(connection), registry.today()
    due_on = confirmed_at and confirm_by(confirmed_at, own, world, today)
    late = due_on is None or due_on < today
    words = f"{len(found)} {'account' if len(found) == 1 else 'accounts'}"
    words += f", {invited} invited and not yet in use." if invited else "."
    if due_on is None:
        words += " Nobody has confirmed yet that all these people work here."
    else:
        words += f" {'It was to be' if late else 'To be'} confirmed again by {in_words(due_on)}."
    return Line(
        title="People", words=words, address="/colleagues",
        onward="Invite, change or confirm people", amiss=late,
    )  # fmt: skip


def _deliveries(registry: Registry, connection: Connection, person: Person) -> Line:
    world = registry.worlds.fresh(connection)
    failed = len(deliveries.deliveries(
        connection, failed=True, to=reached_by(person, world), limit=SHOWN + 1
    ))  # fmt: skip
    off = sum(bool(one["disabled"]) for one in webhooks_of(registry, connection, person))
    number = f"More than {SHOWN}" if failed > SHOWN else str(failed)
    words = f"{number} {'message has' if failed == 1 else 'messages have'} failed."
    words = words if failed else "No message has failed."
    if off:
        words += f" {off} {'webhook is' if off == 1 else 'webhooks are'} called no more."
    return Line(
        title="Deliveries", words=words, address="/deliveries?status=failed",
        onward="See what failed, and send it again" if failed or off else "See what was sent",
        amiss=bool(failed or off),
    )  # fmt: skip


def _ledger(connection: Connection) -> Line:
    head = heads.newest(connection)
    if head is None:
        return Line(
            title="Ledger", words="No head is signed yet.", address="/ledger", onward="See it"
        )
    signed = is_signed(head, heads.keys(connection))
    how = "its signature is right" if signed else "its signature is missing or wrong"
    return Line(
        title="Ledger", address="/ledger", onward="Hold earlier heads against it", amiss=not signed,
        words=f"{head.size:,} events; the last head is of {moment(instant(head.signed_at))}, and"
        f" {how}.",
    )  # fmt: skip
