"""A pupil's timeline: both times, corrections and what was taken back in plain sight."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from ap_registry.access import FAMILY, Caller
from ap_registry.disclosure import disclosed
from ap_registry.instants import instant
from ap_registry.reading import read_pupil
from ap_registry.store import family_links, owing
from ap_registry.store.database import Connection
from api.deps import TheRegistry, day_of, find_pupil, instant_of, scope_of
from api.opened import Opened
from api.pages.family_links import MAKERS
from api.pages.flag_words import plain
from api.pages.going_on import next_steps
from api.pages.lanes import drawing
from api.pages.rendering import Person, in_words, page
from api.pages.standing import may_put_right
from api.pages.words import code_words, has_words

router = APIRouter()
_PLACES = (
    ("rolls", "school"), ("placements", "provider"), ("directions", "provider"),
    ("outreach", "provider"), ("part_time", "school"), ("reintegrations", "school"),
)  # fmt: skip


@router.get("/pupils/{pupil}")
def show(
    pupil: str,
    registry: TheRegistry,
    person: Person,
    opened: Opened,
    as_at: str | None = None,
    on: str | None = None,
) -> Response:
    """As known by an instant, as things stood on a day; what is owed too."""
    known_by, wanted = instant_of(as_at or None, "as_at"), day_of(on or None, "on")
    pupil_id, seen = find_pupil(registry, person.caller, pupil, known_by)
    last = seen.until_on
    day = min(wanted or registry.today(), last) if last else wanted
    found = read_pupil(registry, pupil_id, on=day, as_at=known_by, timeline=True, last=last)
    shown = disclosed(found, person.caller)
    with registry.database.connection() as connection:
        world = registry.worlds.fresh(connection)
        owed = owing.follow_ups(
            connection,
            scope_of(person.caller, registry.today()),
            on=wanted or registry.today(),
            as_at=registry.as_at(connection, known_by),
            pupil=pupil_id,
        )
        senders = _senders(connection, shown["timeline"])
        opened.note(connection, person.caller, [shown["id"]])
    shown["flags"] = [{**flag, "detail": plain(flag["detail"], world)} for flag in shown["flags"]]
    named = {item["by"] for item in shown["timeline"]} | {one["owner"] for one in owed}
    for group, place in _PLACES:
        named |= {one[place] for one in shown[group]}
    names = {name: one.name for name in named if (one := world.organisation(name)) is not None}
    told = {v for item in shown["timeline"] for c in item["changes"] for v in (c["old"], c["new"])
            if isinstance(v, str)}  # fmt: skip
    names |= {v: one.name for v in told if (one := world.organisation(v)) is not None}
    names |= FAMILY
    return page(
        registry, "pupil.html", person, pupil=shown, owed=owed, names=names, senders=senders,
        causes={item["id"]: item for item in shown["timeline"]},
        link_makers=MAKERS,
        known_by=known_by and instant(known_by), as_at=as_at or "", on=wanted and str(wanted),
        last_day=last, lanes=drawing(shown, names, registry.today()), may_put_right=may_put_right,
        held=held,
        steps=_steps(shown, person.caller, registry.today(), then=last or known_by or wanted),
    )  # fmt: skip


def _steps(
    shown: Mapping[str, Any], caller: Caller, today: date, *, then: object
) -> list[tuple[str, str]]:
    """Of an earlier state nothing follows."""
    return [] if then else next_steps(shown, caller, today)


def held(field: str, value: object, names: Mapping[str, str]) -> str:
    """What a field of a notice held, in words: organisations by name, codes as forms have them."""
    if isinstance(value, list):
        return ", ".join(held(field, part, names) for part in value)
    text = str(value)
    return names.get(text) or (
        code_words(field, text) if has_words(field, text) else in_words(value)
    )


def _senders(connection: Connection, timeline: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Who of the family sent a notice, by its id: only contacts of whom the reader is shown."""
    sent = [UUID(item["id"]) for item in timeline if item["by"] in FAMILY]
    contacts = {
        item["id"]: item["data"]
        for item in timeline
        if item["type"] == "contact_recorded" and item["status"] != "void"
    }
    found: dict[str, str] = {}
    for event, contact in family_links.senders(connection, sent).items() if sent else ():
        said = contacts.get(str(contact), {})
        if name := said.get("name"):
            found[str(event)] = f"{name} ({in_words(said['relation'])}), by their private link"
    return found
