"""Where is my child, why, until when, what comes next, what can I do, and whom do I ask."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ap_registry.family_view import Shown, shown_to_family
from ap_registry.registry import Registry
from ap_registry.store.people import present_people
from api.deps import TheRegistry
from api.opened import Opened
from api.pages.family.rendering import PATH, Bearer, TheBearer, show

router = APIRouter(prefix=PATH)


@router.get("")
def where(request: Request, registry: TheRegistry, reader: TheBearer, opened: Opened) -> Response:
    shown = facts(registry, reader)
    opened.at_once(reader.opened.link.caller, reader.record.shown_as)
    return show(
        request, registry, "where.html", language=reader.opened.language, csrf=reader.opened.csrf,
        s=shown, help=shown.help, sent=list(_sent(reader)),
    )  # fmt: skip


def facts(registry: Registry, reader: Bearer) -> Shown:
    with registry.database.connection() as connection:
        people = present_people(connection)
    return shown_to_family(reader.record, people, contact=reader.contact, mine=reader.said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    type: str
    on: date
    request: str


def _sent(reader: Bearer) -> Iterator[Sent]:
    """By this very person, as it stands, the latest first; words with a request are one with it."""
    said = [
        one.entry for one in reversed(reader.record.seen.history.standing)
        if one.entry.id in reader.said and one.entry.status != "void"
    ]  # fmt: skip
    asked = {one.facts.of for one in said if one.type == "parent_request"}
    for one in said:
        if one.type == "view_recorded" and one.facts.about in asked:
            continue
        request = getattr(one.facts, "request", "")
        yield Sent(type=one.type, on=one.occurred_on, request=request)
