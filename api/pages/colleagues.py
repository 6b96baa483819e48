"""People of one's own organisation: who may come in, as what and until when; for administrators."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from ap_registry.errors import Problem, Refused
from ap_registry.fields import BadValue
from ap_registry.leaving import WARNED, confirm_by, ends_unused_on
from ap_registry.store import account_acts, accounts, colleagues
from ap_registry.store.accounts import Account
from ap_registry.store.database import Connection
from api.deps import TheRegistry
from api.pages.colleague_words import ACT_WORDS, SAID, fitting, state_words
from api.pages.days import read_day
from api.pages.rendering import Person, check_form, page, see_other
from api.pages.table_files import Tabled
from api.role_words import ROLE_WORDS

router = APIRouter(prefix="/colleagues", route_class=Tabled)
Text = Annotated[str, Form(max_length=500)]
ACTS_SHOWN = 20


@router.get("")
def show(registry: TheRegistry, person: Person, said: str = "") -> Response:
    """Everybody with an account that is in use, and what was done to accounts lately."""
    own, today = person.caller.organisation or "", registry.today()
    with registry.database.connection() as connection:
        people = [
            one
            for one in accounts.all_accounts(connection, at=registry.now(), organisation=own)
            if not one.disabled
        ]
        acts = account_acts.acts(connection, organisation=own, limit=ACTS_SHOWN)
        confirmed_at = account_acts.confirmed_at(connection, own)
        world = registry.worlds.fresh(connection)
    organisation = world.organisation(own)
    ends = {one.id: ends_unused_on(one, world, today) for one in people}
    return page(
        registry, "colleagues.html", person, people=people, acts=acts, confirmed_at=confirmed_at,
        due_on=confirmed_at and confirm_by(confirmed_at, own, world, today), today=today,
        said=SAID.get(said, ""),
        organisation=organisation.name if organisation else own, act_words=ACT_WORDS,
        role_words=ROLE_WORDS,
        gives=colleagues.given_by(person.caller),
        states={one.id: state_words(one) for one in people},
        unused={id_: day for id_, day in ends.items() if day - WARNED <= today},
    )  # fmt: skip


@router.post("")
def confirm(registry: TheRegistry, person: Person, csrf: Text = "") -> Response:
    """All these people work here."""
    check_form(person, csrf)
    own = person.caller.organisation or ""
    with registry.database.connection() as connection:
        colleagues.confirm(connection, person.caller, own, at=registry.now())
    return see_other("/colleagues?said=confirmed")


@router.get("/invite")
def invite_page(registry: TheRegistry, person: Person) -> Response:
    return _invite_page(registry, person, {}, [])


def _roles(registry: TheRegistry, person: Person, now: str = "") -> list[tuple[str, str]]:
    """That the person may give and that fit the organisation; ``now``: what somebody has."""
    with registry.database.connection() as connection:
        own = registry.worlds.fresh(connection).organisation(person.caller.organisation or "")
    given = fitting(colleagues.given_by(person.caller), own)
    return [(one, ROLE_WORDS[one]) for one in dict.fromkeys((*given, *([now] if now else [])))]


def _refuse_unfit(registry: TheRegistry, person: Person, role: str, now: str = "") -> None:
    if role not in dict(_roles(registry, person, now)):
        words = "choose a role that you may give in your organisation"
        raise Refused((Problem("/role", "unknown_code", words),))


def _invite_page(
    registry: TheRegistry, person: Person, values: dict[str, str],
    problems: list[tuple[str, str]],
) -> Response:  # fmt: skip
    return page(
        registry, "colleague_invite.html", person, 400 if problems else 200, values=values,
        roles=_roles(registry, person), problems=problems,
    )  # fmt: skip


@router.post("/invite")
def invite(
    registry: TheRegistry, person: Person, email: Text = "", name: Text = "", role: Text = "",
    administers: Text = "", csrf: Text = "",
) -> Response:  # fmt: skip
    check_form(person, csrf)
    try:
        if role in colleagues.given_by(person.caller):
            _refuse_unfit(registry, person, role)
        with registry.database.connection() as connection, connection.transaction():
            colleagues.invite(
                connection, person.caller, email=email, name=name.replace("\x00", ""), role=role,
                organisation=person.caller.organisation or "", administers=administers == "yes",
                at=registry.now(),
            )  # fmt: skip
    except Refused as refused:
        values = {"email": email, "name": name, "role": role, "administers": administers}
        return _invite_page(registry, person, values, _problems(refused))
    return see_other("/colleagues?said=invited")


def _problems(refused: Refused) -> list[tuple[str, str]]:
    return [(one.pointer.lstrip("/"), one.detail) for one in refused.problems]


@router.get("/{account}")
def show_one(registry: TheRegistry, person: Person, account: UUID) -> Response:
    with registry.database.connection() as connection:
        one = colleagues.one_of(connection, person.caller, account, at=registry.now())
    return _one_page(registry, person, one, [])


def _one_page(
    registry: TheRegistry, person: Person, one: Account, problems: list[tuple[str, str]]
) -> Response:
    return page(
        registry, "colleague.html", person, 400 if problems else 200, one=one, problems=problems,
        state=state_words(one), roles=_roles(registry, person, one.role),
    )  # fmt: skip


@router.post("/{account}")
def act(
    request: Request, registry: TheRegistry, person: Person, account: UUID, do: Text = "",
    role: Text = "", administers: Text = "", last_on: Text = "", csrf: Text = "",
) -> Response:  # fmt: skip
    """One of the things that may be done to an account; the list says that it is done."""
    check_form(person, csrf)
    at, by = registry.now(), person.caller
    with registry.database.connection() as connection, connection.transaction():
        one = colleagues.one_of(connection, by, account, at=at)
    try:
        if do == "change":
            _refuse_unfit(registry, person, role, one.role)
        with registry.database.connection() as connection, connection.transaction():
            if do == "change":
                colleagues.change(
                    connection, by, one, role=role, administers=administers == "yes", at=at
                )
            elif do == "again":
                colleagues.invite_again(connection, by, one, at=at)
            elif do == "end":
                colleagues.end(connection, by, one, at=at)
            elif do in {"leaves", "stays"}:
                day = _day(last_on) if do == "leaves" else None
                _set_last_day(connection, registry, person, one, day)
            else:
                return see_other(f"/colleagues/{account}")
    except Refused as refused:
        return _one_page(registry, person, one, _problems(refused))
    return see_other(f"/colleagues?said={do}")


def _set_last_day(
    connection: Connection, registry: TheRegistry, person: Person, one: Account, day: date | None
) -> None:
    colleagues.set_last_day(
        connection, person.caller, one, day, at=registry.now(), today=registry.today()
    )


def _day(text: str) -> date:
    try:
        return read_day(text)
    except BadValue:
        words = "enter the last day, such as 31/3/2027"
        raise Refused((Problem("/last_on", "bad_format", words),)) from None
