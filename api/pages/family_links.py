"""A school or the LA makes a private link for one person of a pupil's family, and ends it."""

from typing import Annotated
from uuid import UUID

import segno
from fastapi import APIRouter, Form
from fastapi.responses import Response

from ap_registry import family_record
from ap_registry.errors import NotFound, Problem
from ap_registry.family_record import Record
from ap_registry.happenings import Contact
from ap_registry.registry import Registry
from ap_registry.settings import Settings
from ap_registry.store import family_links
from ap_registry.store.database import Connection
from ap_registry.store.family_links import Link, Made
from api.deps import TheRegistry, find_pupil
from api.opened import Opened
from api.pages.family.rendering import PATH
from api.pages.rendering import Person, TheSettings, check_form, page
from api.problems import HttpProblem

MAKERS = frozenset({"school", "la", "admin"})
MAY_SEE_GUARDED = frozenset({"la", "admin"})
router = APIRouter(prefix="/pupils/{pupil}/links")
Short = Annotated[str, Form(max_length=100)]
_NONE = NotFound((Problem("", "not_found", "no such pupil is known"),))
OWN = "pupil"  # in place of a contact: the young person


def _record(registry: Registry, connection: Connection, person: Person, name: str) -> Record:
    """Of a pupil whom the person sees today, not only up to a last day."""
    pupil_id, seen = find_pupil(registry, person.caller, name)
    record = family_record.read_record(registry, connection, pupil_id)
    if record is None or seen.until_on is not None:
        raise _NONE
    if record.guarded and person.caller.role not in MAY_SEE_GUARDED:
        raise HttpProblem(
            403, "This pupil's details are restricted: only the local authority makes links."
        )
    return record


def _listed(
    registry: Registry, connection: Connection, person: Person, record: Record
) -> list[tuple[Link, Contact | None, bool]]:
    """Each link made, for whom, and whether it still opens."""
    found = family_links.of_pupil(connection, record.pupil_id, list(person.caller.organisations))
    return [
        (
            one, family_record.contact_of(record, one),
            family_record.stands(registry, connection, one, registry.now()) is not None,
        )
        for one in found
    ]  # fmt: skip


def _page(
    registry: Registry, connection: Connection, person: Person, record: Record, *, error: str = ""
) -> Response:
    return page(
        registry, "family_links.html", person, 422 if error else 200, record=record,
        own_from=record.number(family_record.OWN_FROM), of_age=record.number(family_record.OF_AGE),
        persons=list(family_record.persons(record)), error=error,
        links=_listed(registry, connection, person, record),
    )  # fmt: skip


@router.get("")
def links(pupil: str, registry: TheRegistry, person: Person, opened: Opened) -> Response:
    with registry.database.connection() as connection:
        record = _record(registry, connection, person, pupil)
        opened.note(connection, person.caller, [record.shown_as])
        return _page(registry, connection, person, record)


@router.post("")
def make(
    pupil: str, registry: TheRegistry, settings: TheSettings, person: Person, opened: Opened,
    csrf: Short = "", who: Short = "",
) -> Response:  # fmt: skip
    """The link and its code are shown on this one page, and kept nowhere."""
    check_form(person, csrf)
    with registry.database.connection() as connection:
        record = _record(registry, connection, person, pupil)
        opened.note(connection, person.caller, [record.shown_as])
        contact = next((c for c in record.seen.pupil.contacts if str(c.id) == who), None)
        if contact is None and who != OWN:
            return _page(registry, connection, person, record, error="Choose whom it is for")
        if family_record.why_none(record, contact) is not None:
            return _page(registry, connection, person, record, error="No link for this person")
        made = family_links.make(
            connection, record.pupil_id, shown_as=record.shown_as,
            contact=contact.id if contact else None, guarded=record.guarded, by=person.caller,
            account=person.account, at=registry.now(),
            lasts=record.lasts(person.caller.organisation),
        )  # fmt: skip
    return _made(registry, settings, person, record, contact, made)


def _made(
    registry: Registry, settings: Settings, person: Person, record: Record,
    contact: Contact | None, made: Made,
) -> Response:  # fmt: skip
    address = f"{settings.site}{PATH}/link/{made.token}"
    return page(
        registry, "family_link_made.html", person, record=record, contact=contact,
        address=address, code=made.code, until=made.until_at.date().isoformat(),
        picture=segno.make(address, error="m").svg_data_uri(scale=4),
    )  # fmt: skip


@router.post("/{link}/end")
def end(
    pupil: str, link: UUID, registry: TheRegistry, person: Person, opened: Opened, csrf: Short = ""
) -> Response:
    """At once, and where it is open it is shut."""
    check_form(person, csrf)
    with registry.database.connection() as connection:
        record = _record(registry, connection, person, pupil)
        opened.note(connection, person.caller, [record.shown_as])
        family_links.end(
            connection, link, record.pupil_id, list(person.caller.organisations),
            at=registry.now(),
        )  # fmt: skip
        return _page(registry, connection, person, record)
