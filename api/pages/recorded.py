"""A notice was recorded: its reference, what happens next and by whom, and the way on."""

from collections.abc import Mapping
from datetime import date
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

LEADS_ON = frozenset({
    "referral_decision", "placement_started", "placement_changed", "review_held",
    "assessment_shared", "reintegration_planned", "reintegration_started", "outreach_started",
})  # fmt: skip
"""After others, such as an exclusion, it is the duties that say what comes next."""


def confirmed(
    registry: Registry, person: SignedIn, opened: Reader, receipt: Mapping[str, Any],
    values: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    """``values``: the answers of its form.

    Who may not see the pupil, or no longer, is told of the notice alone.
    """
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
        values=values or {},
        steps=_steps(event["type"], shown, person, registry.today()),
    )  # fmt: skip


def _steps(
    kind: str, shown: Mapping[str, Any] | None, person: SignedIn, today: date
) -> list[tuple[str, str]]:
    return next_steps(shown, person.caller, today) if shown and kind in LEADS_ON else []


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
