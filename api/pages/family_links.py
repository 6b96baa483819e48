"""A school or the LA makes a private link for one person of a pupil's family, and ends it."""

from collections.abc import Mapping
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
from ap_registry.store import access_links, family_links
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
CALLED = "parent or carer"  # in a letter: the name may be the child's too
BY_MAIL = "email"  # how the link goes; else it is shown to be printed


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
    registry: Registry, settings: Settings, connection: Connection, person: Person, record: Record,
    *, wrong: tuple[str, str] | None = None, values: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    """``wrong``: the field and the words."""
    listed = _listed(registry, connection, person, record)
    letters = access_links.became_of(connection, [one.id for one, *_ in listed])
    return page(
        registry, "family_links.html", person, 422 if wrong else 200, record=record,
        problems=[wrong] if wrong else [], errors=dict([wrong] if wrong else []),
        values=values or {}, mails=_mails(settings, record), letters=letters,
        own_from=record.number(family_record.OWN_FROM), of_age=record.number(family_record.OF_AGE),
        persons=list(family_record.persons(record)), links=listed,
    )  # fmt: skip


def _mails(settings: Settings, record: Record) -> bool:
    """Of a restricted pupil no link is sent by email: who reads there is not known enough."""
    return settings.sends_mail and not record.guarded


@router.get("")
def links(
    pupil: str, registry: TheRegistry, settings: TheSettings, person: Person, opened: Opened
) -> Response:
    with registry.database.connection() as connection:
        record = _record(registry, connection, person, pupil)
        opened.note(connection, person.caller, [record.shown_as])
        return _page(registry, settings, connection, person, record)


@router.post("")
def make(
    pupil: str, registry: TheRegistry, settings: TheSettings, person: Person, opened: Opened,
    csrf: Short = "", who: Short = "", how: Short = "", confirmed: Short = "",
) -> Response:  # fmt: skip
    """The code is shown on this one page, and kept nowhere; so is the link, or it is in a letter.

    A letter goes only to the address on record, of which somebody says that it was checked.
    """
    check_form(person, csrf)
    with registry.database.connection() as connection:
        record = _record(registry, connection, person, pupil)
        opened.note(connection, person.caller, [record.shown_as])
        contact = next((c for c in record.seen.pupil.contacts if str(c.id) == who), None)
        mailed = how == BY_MAIL and _mails(settings, record)
        wrong = _wrong(record, contact, who, mailed=mailed, confirmed=confirmed == "yes")
        if wrong:
            values = {"who": who, "how": how}
            return _page(registry, settings, connection, person, record, wrong=wrong, values=values)
        made = family_links.make(
            connection, record.pupil_id, shown_as=record.shown_as,
            contact=contact.id if contact else None, guarded=record.guarded, by=person.caller,
            account=person.account, at=registry.now(),
            lasts=record.lasts(person.caller.organisation),
        )  # fmt: skip
        if mailed and contact and contact.email:
            access_links.write_letter(
                connection, person.account, access_links.FAMILY_LINK, at=registry.now(),
                to=(contact.email, CALLED), about=made.id,
            )  # fmt: skip
    return _made(registry, settings, person, record, contact, made, mailed=mailed)


def _wrong(
    record: Record, contact: Contact | None, who: str, *, mailed: bool, confirmed: bool
) -> tuple[str, str] | None:
    if contact is None and who != OWN:
        return "who", "Choose whom it is for"
    if family_record.why_none(record, contact) is not None:
        return "who", "No link for this person"
    if mailed and (contact is None or not contact.email):
        return "how", "No email address of this person is on record: print the link"
    if mailed and not confirmed:
        return "confirmed", "Say that you have checked the address with the person"
    return None


def _made(
    registry: Registry, settings: Settings, person: Person, record: Record,
    contact: Contact | None, made: Made, *, mailed: bool,
) -> Response:  # fmt: skip
    address = f"{settings.site}{PATH}/link/{made.token}"
    return page(
        registry, "family_link_made.html", person, record=record, contact=contact, mailed=mailed,
        address=address, code=made.code, until=made.until_at.date().isoformat(),
        picture=segno.make(address, error="m").svg_data_uri(scale=4),
    )  # fmt: skip


@router.post("/{link}/end")
def end(
    pupil: str, link: UUID, registry: TheRegistry, settings: TheSettings, person: Person,
    opened: Opened, csrf: Short = "",
) -> Response:  # fmt: skip
    """At once, and where it is open it is shut."""
    check_form(person, csrf)
    with registry.database.connection() as connection:
        record = _record(registry, connection, person, pupil)
        opened.note(connection, person.caller, [record.shown_as])
        family_links.end(
            connection, link, record.pupil_id, list(person.caller.organisations),
            at=registry.now(),
        )  # fmt: skip
        return _page(registry, settings, connection, person, record)
