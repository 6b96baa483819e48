"""What of a record its sender is not told: they can neither name it nor hear of it in a receipt.

As the pages and routes that read have it (disclosure.py, access.py): of exclusions elsewhere a
school knows nothing, health the minimum, and whoever has left the pupil nothing of later days.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ap_registry.access import Caller, Sight
from ap_registry.disclosure import ABOUT_IT, EXCLUSIONS, HEALTH_FACTS
from ap_registry.history import History, Standing
from ap_registry.notice import FollowUp
from ap_registry.notices import CATALOGUE

_LIMITED = frozenset({"school", "health"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """``events`` are as if they were not; ``own``: organisations that owe what is told at any rate.

    ``little``: of what others owe only what the very notice opened is told.
    """

    events: frozenset[UUID] = frozenset()
    own: tuple[str, ...] = ()
    little: bool = False

    def keeps_back(self, owed: FollowUp, event: UUID) -> bool:
        """Whether the receipt of an event does not tell of a follow-up."""
        if owed.owner in self.own:
            return False
        return owed.opened_by in self.events or (self.little and owed.opened_by != event)


NOTHING_UNSEEN = Unseen()


def unseen_by(caller: Caller, seen: Sight, past: History) -> Unseen:
    """Of a record as it stands, for whoever sends a notice of it."""
    last = seen.until_on
    if caller.sees_all or not past.recorded or (last is None and caller.role not in _LIMITED):
        return NOTHING_UNSEEN
    hidden = set(_later(past, caller, last)) if last is not None else set()
    if caller.role == "health":
        hidden |= {s.entry.id for s in past.standing if not _told_health(s, caller)}
    if caller.role == "school":
        hidden |= set(_elsewhere(past, caller))
    return Unseen(
        events=frozenset(hidden), own=caller.organisations,
        little=last is not None or caller.role == "health",
    )  # fmt: skip


def _later(past: History, caller: Caller, last: date) -> Iterator[UUID]:
    for standing in past.standing:
        entry = standing.entry
        if entry.occurred_on > last and entry.by not in caller.organisations:
            yield entry.id


def _told_health(standing: Standing, caller: Caller) -> bool:
    entry = standing.entry
    facts = entry.facts
    return (
        entry.by in caller.organisations
        or entry.type in HEALTH_FACTS
        or (entry.type == "referral" and facts.provider in caller.organisations)
        or (entry.type == "notified" and facts.to == "health")
    )


def _elsewhere(past: History, caller: Caller) -> Iterator[UUID]:
    """Exclusions by other schools, and what is about them; not what the caller itself sent."""
    hidden: set[UUID] = set()
    for standing in sorted(past.standing, key=lambda s: s.entry.version):
        entry = standing.entry
        kind, excludes = CATALOGUE[entry.type], entry.type in EXCLUSIONS
        about = kind.references if entry.type in ABOUT_IT else kind.subjects
        if excludes and entry.facts.school in caller.organisations:
            continue
        if excludes or any(getattr(entry.facts, name, None) in hidden for name in about):
            hidden.add(entry.id)
            if entry.by not in caller.organisations:
                yield entry.id
