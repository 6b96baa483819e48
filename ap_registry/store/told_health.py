"""While when a health partner sees a child of whose movement it was told."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from ap_registry.arrangements import in_force
from ap_registry.happenings import Notified
from ap_registry.notice import World
from ap_registry.pupil import Pupil

DONE = frozenset({"closed", "no_role"})
DONE_WITH_AN_END = DONE | {"acknowledged"}


def told(pupil: Pupil, world: World) -> Iterator[tuple[str, UUID, str, date, date | None]]:
    """Partner, notice, basis, first and last day: from when it was told until it says it is done.

    A placement is seen until it ends as well; whoever is told of an end sees it to answer. Only of
    an LA that tells its partner, on the lawful basis that it has named.
    """
    for notice in pupil.notified:
        home = pupil.home_la(notice.occurred_on) if notice.to == "health" else None
        partner = world.health_partner(home) if home else None
        if partner and _agreed(world, f"LA{home}", notice.occurred_on):
            yield partner, notice.id, "told", notice.received_on, _last(notice, pupil)


def _agreed(world: World, la: str, on: date) -> bool:
    found = in_force(world.arrangements, la, "health", on)
    return found is not None and found.value == "on"


def _last(notice: Notified, pupil: Pupil) -> date | None:
    answers = [
        response
        for response in pupil.health_responses
        if response.about in {notice.id, notice.of} and response.occurred_on >= notice.occurred_on
    ]
    placement = next((p for p in pupil.placements if p.id == notice.of), None)
    ending = DONE if placement else DONE_WITH_AN_END
    done = [one.occurred_on for one in answers if one.response in ending]
    if done:
        return max(done)
    return placement.ended_on if placement else None
