"""A notice was recorded: its reference, what happens next and by whom, and the way on."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi.responses import Response

from ap_registry.disclosure import disclosed
from ap_registry.errors import NotFound
from ap_registry.reading import read_pupil
from ap_registry.registry import Registry
from ap_registry.store.sessions import SignedIn
from api.deps import find_pupil
from api.opened import Reader
from api.pages.going_on import next_steps
from api.pages.rendering import page
from api.pages.words import TITLES


def confirmed(
    registry: Registry, person: SignedIn, opened: Reader, receipt: Mapping[str, Any]
) -> Response:
    """Who may not see the pupil, or no longer, is told of the notice alone."""
    event, owed = receipt["event"], receipt["follow_ups"]["opened"]
    with registry.database.connection() as connection:
        world = registry.worlds.fresh(connection)
    owners = {item["owner"] for item in owed}
    names = {id_: one.name for id_ in owners if (one := world.organisation(id_)) is not None}
    shown = _shown(registry, person, opened, event["pupil_id"])
    parts = [shown.get("given_name"), shown.get("family_name")] if shown else []
    return page(
        registry, "recorded.html", person, receipt=receipt, names=names,
        title=TITLES[event["type"]][0], pupil=" ".join(part for part in parts if part),
        steps=next_steps(shown, person.caller, registry.today()) if shown else [],
    )  # fmt: skip


def _shown(
    registry: Registry, person: SignedIn, opened: Reader, pupil: str
) -> Mapping[str, Any] | None:
    try:
        pupil_id, seen = find_pupil(registry, person.caller, pupil)
    except NotFound:
        return None
    if seen.until_on is not None:
        return None
    opened.at_once(person.caller, UUID(pupil))
    return disclosed(read_pupil(registry, pupil_id, timeline=True), person.caller)
