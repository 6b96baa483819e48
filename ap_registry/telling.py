"""What the registry itself delivers once a notice is filed: a ``notified`` that nobody types.

Only for an LA that has arranged it (``setting set``): schools' notices and returns to the LA, and
movements of placements to its health partner, with the lawful basis that the LA has named.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from ap_registry.arrangements import in_force
from ap_registry.happenings import Placement
from ap_registry.history import Recorded
from ap_registry.notice import FollowUp, World
from ap_registry.pupil import Pupil

MEDICAL = frozenset({"mental_health", "physical_health", "pregnancy"})
SEMH = "SEMH"
_TO_THE_LA = {
    "la_notice": "decision", "governors_outcome": "outcome", "cancellation_notice": "cancellation",
    "new_pupil_return": "return", "deletion_return": "return",
}  # fmt: skip
_MOVES = {"placement_started": "decision", "placement_ended": "outcome"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One ``notified``; ``subject``: the event or placement that its message is about."""

    organisation: str
    to: str
    about: str
    of: UUID
    subject: UUID
    what: str

    def values(self) -> dict[str, object]:
        return {"of": self.of, "to": self.to, "about": self.about, "method": "registry"}


def told_by_registry(
    event: Recorded, opened: tuple[FollowUp, ...], *, pupil: Pupil, world: World, today: date
) -> Iterator[Told]:
    """``opened``: the follow-ups that this event opened."""
    if not world.arrangements:
        return
    yield from _las(event, opened, pupil, world, today)
    yield from _health(event, pupil, world, today)


def _las(
    event: Recorded, opened: tuple[FollowUp, ...], pupil: Pupil, world: World, today: date
) -> Iterator[Told]:
    """The LA of the school; of a permanent exclusion the home LA too, where it is another."""
    for owed in opened:
        about = _TO_THE_LA.get(owed.kind)
        if about is None or owed.opened_by != event.id:
            continue
        own, home = world.la_of(owed.owner), pupil.home_la(event.occurred_on)
        recipients = [("la", own)]
        if event.type == "permanent_exclusion" and home != own:
            recipients.append(("home_la", home))
        for to, la in recipients:
            if la and _agreed(world, la, "notices", event.occurred_on, today) == "registry":
                yield Told(organisation=f"LA{la}", to=to, about=about, of=event.id,
                           subject=event.id, what=event.type)  # fmt: skip


def _health(event: Recorded, pupil: Pupil, world: World, today: date) -> Iterator[Told]:
    """Told of the start and the end, and asked to the reviews where health is why."""
    placement = _placement(event, pupil)
    home = pupil.home_la(event.occurred_on)
    partner = world.health_partner(home) if home else None
    if placement is None or home is None or partner is None:
        return
    if _agreed(world, home, "health", event.occurred_on, today) != "on":
        return

    def told(about: str, what: str) -> Told:
        return Told(organisation=partner, to="health", about=about, of=event.id,
                    subject=placement.id, what=what)  # fmt: skip

    if event.type in _MOVES:
        yield told(_MOVES[event.type], event.type)
    if placement.open and event.type != "placement_ended" and _for_health(placement, pupil, event):
        yield told("invitation", "placement_review")


def _placement(event: Recorded, pupil: Pupil) -> Placement | None:
    """That the event starts, ends or reviews."""
    named: Any = event.id
    if event.type == "placement_ended":
        named = event.values["placement"]
    elif event.type == "review_held" and event.values.get("purpose", "review") == "review":
        named = event.values["of"]
    elif event.type != "placement_started":
        return None
    return next((p for p in pupil.placements if p.id == UUID(str(named))), None)


def _for_health(placement: Placement, pupil: Pupil, event: Recorded) -> bool:
    need = pupil.detail("sen_need", event.occurred_on)
    return placement.reason in MEDICAL or need == SEMH


def _agreed(world: World, la: str, name: str, on: date, today: date) -> str | None:
    """It must hold when it happened, and when it is told: old files tell nobody anything."""
    for day in (on, today):
        found = in_force(world.arrangements, f"LA{la}", name, day)
        if found is None or found.value == "off":
            return None
    return found.value if found else None
