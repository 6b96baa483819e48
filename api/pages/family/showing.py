"""Where is my child, why, until when, what comes next, what can I do, and whom do I ask."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ap_registry.family_view import Help, Shown, shown_to_family
from ap_registry.store.people import present_people
from api.deps import TheRegistry
from api.opened import Opened
from api.pages.family.rendering import PATH, Bearer, TheBearer, show

router = APIRouter(prefix=PATH)


@router.get("")
def where(request: Request, registry: TheRegistry, reader: TheBearer, opened: Opened) -> Response:
    shown = shown_to_family(reader.record, you=reader.you)
    opened.at_once(reader.opened.link.caller, reader.record.shown_as)
    return show(
        request, registry, "where.html", language=reader.opened.language, csrf=reader.opened.csrf,
        s=shown, help=[*_sendiass(registry, reader), *shown.help], sent=list(_sent(reader)),
        may_ask=may_ask(shown),
    )  # fmt: skip


def may_ask(shown: Shown) -> bool:
    """Of governors and reviews: parents may, and a pupil from 18 on (SI 2012/1033 reg. 2)."""
    return shown.of_age or not shown.you


def _sendiass(registry: TheRegistry, reader: Bearer) -> Iterator[Help]:
    """The home LA's, by name, where it has said who it is."""
    la = reader.record.seen.pupil.home_la(reader.record.today)
    with registry.database.connection() as connection:
        found = present_people(connection).get((f"LA{la}", "sendiass"))
    if found is not None:
        yield Help(kind="sendiass", name=found.name, email=found.email)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    type: str
    on: date
    request: str


def _sent(reader: Bearer) -> Iterator[Sent]:
    """Through this very link, as it stands."""
    link = reader.opened.link.caller.actor
    mine = {one.id for one in reader.record.seen.history.recorded if one.actor == link}
    for one in reader.record.seen.history.standing:
        if one.entry.id in mine and one.entry.status != "void":
            asked = getattr(one.entry.facts, "request", "")
            yield Sent(type=one.entry.type, on=one.entry.occurred_on, request=asked)
