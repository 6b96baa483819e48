"""Whom an LA's families ask: its own team and its SENDIASS, as the page of each family says."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from ap_registry.ingest.people import READS
from ap_registry.ingest.results import BadRow
from ap_registry.people import FAMILIES, FOR_FAMILIES, SENDIASS, People, Person, answering
from ap_registry.people import unsaid as without_number
from ap_registry.registry import Registry
from ap_registry.store.database import Connection
from ap_registry.store.people import present_people, write_people
from api.deps import TheRegistry
from api.pages.rendering import Person as SignedIn
from api.pages.rendering import check_form, page, see_other
from api.problems import HttpProblem

router = APIRouter(prefix="/family-help")
KEEPERS = frozenset({"la"})
WHO: Mapping[str, str] = {FAMILIES: "your own team", SENDIASS: "your SENDIASS"}
MAY_BE_EMPTY = frozenset({"phone", "hours"})
LABELS: Mapping[str, str] = {
    "name": "Name", "phone": "Telephone number", "hours": "When it is answered",
    "email": "Email address",
}  # fmt: skip


def unsaid(connection: Connection, person: SignedIn) -> list[str]:
    """Whose telephone number the reader's LA has not given families, as pages say it."""
    own = person.caller.organisation
    if person.caller.role not in KEEPERS or own is None:
        return []
    return [WHO[duty] for duty in without_number(present_people(connection), own)]


def _own(person: SignedIn) -> str:
    own = person.caller.organisation
    if person.caller.role not in KEEPERS or own is None:
        raise HttpProblem(403, "Local authorities say whom their families ask.")
    return own


def _told(people: People, own: str) -> dict[str, Person | None]:
    return {FAMILIES: answering(people, own), SENDIASS: people.get((own, SENDIASS))}


@router.get("")
def show(registry: TheRegistry, person: SignedIn, said: str = "") -> Response:
    own = _own(person)
    with registry.database.connection() as connection:
        told = _told(present_people(connection), own)
        organisation = registry.worlds.fresh(connection).organisation(own)
    return page(
        registry, "family_help.html", person, told=told, who=WHO, said=WHO.get(said, ""),
        office=organisation.email if organisation else None,
    )  # fmt: skip


@router.get("/{duty}")
def change_page(registry: TheRegistry, person: SignedIn, duty: str) -> Response:
    own, duty = _own(person), _known(duty)
    with registry.database.connection() as connection:
        one = present_people(connection).get((own, duty))
    values = {name: getattr(one, name) or "" for name in READS} if one else {}
    return _page(registry, person, duty, values, {})


@router.post("/{duty}")
async def change(request: Request, registry: TheRegistry, person: SignedIn, duty: str) -> Response:
    """As of now, in place of what was said before; what stood is kept as an event."""
    form = {name: str(value).replace("\x00", "").strip() for name, value in
            (await request.form()).items()}  # fmt: skip
    check_form(person, form.get("csrf"))
    own, duty = _own(person), _known(duty)
    given, wrong = _read(form)
    if wrong:
        return _page(registry, person, duty, form, wrong)
    await run_in_threadpool(_write, registry, person, own, duty, given)
    return see_other(f"/family-help?said={duty}")


def _known(duty: str) -> str:
    if duty not in FOR_FAMILIES:
        raise HttpProblem(404, "There is nobody of that kind whom families ask.")
    return duty


def _read(form: Mapping[str, str]) -> tuple[dict[str, str | None], dict[str, str]]:
    """What is said, and what is wrong by its field."""
    given: dict[str, str | None] = dict.fromkeys(READS)
    wrong: dict[str, str] = {}
    for name, read in READS.items():
        if name in MAY_BE_EMPTY and not form.get(name):
            continue
        try:
            given[name] = read(form, name)
        except BadRow as bad:
            told = bad.detail.removeprefix(name).strip()
            wrong[name] = f"{LABELS[name]} {told}" if form.get(name) else f"Enter “{LABELS[name]}”"
    return given, wrong


def _write(
    registry: Registry, person: SignedIn, own: str, duty: str, given: Mapping[str, Any]
) -> None:
    with registry.database.connection() as connection:
        before = present_people(connection).get((own, duty))
        after = replace(before, **given) if before else Person(organisation=own, duty=duty, **given)
        if after != before:
            write_people(connection, [after], actor=person.caller.actor, on=registry.today(),
                         clock=registry.clock)  # fmt: skip


def _page(
    registry: Registry, person: SignedIn, duty: str, values: Mapping[str, str],
    wrong: Mapping[str, str],
) -> Response:  # fmt: skip
    return page(
        registry, "family_help_change.html", person, 422 if wrong else 200, duty=duty,
        who=WHO[duty], values=values, errors=wrong, labels=LABELS,
    )  # fmt: skip
