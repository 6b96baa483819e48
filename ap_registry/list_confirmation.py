"""By each half-term an organisation says that its list is whole: what is asked, and what ends it.

A local rule of an LA that has arranged it (``setting set LA856 lists on``). Each list is asked for
in the last weeks of a block of term, by its last school day; without terms loaded none is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from ap_registry.arrangements import in_force
from ap_registry.calendar import SchoolCalendar
from ap_registry.notice import World
from ap_registry.organisations import Organisation

KIND, RULE, ARRANGED = "list_confirmation", "list.confirmation", "lists"
ASKED = frozenset({"school", "provider"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """The last day of which an organisation said it, and the event that did."""

    on: date
    event: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """``block``: the first day of the block of term by whose end the list is to be confirmed."""

    block: date
    opened_on: date
    due_on: date
    closed_on: date | None = None
    outcome: str | None = None
    closed_by: UUID | None = None


def takes_part(found: Organisation, world: World, today: date) -> bool:
    """Schools and providers open that day in an LA that asks for lists."""
    if found.kind not in ASKED or (found.closed_on is not None and found.closed_on <= today):
        return False
    arranged = in_force(world.arrangements, f"LA{found.la}", ARRANGED, today)
    return arranged is not None and arranged.value == "on"


def asked_now(calendar: SchoolCalendar, today: date, *, days: int) -> Asked | None:
    """For the block of the day or the next, once its last ``days`` have begun."""
    due_on = calendar.block_end(today)
    if due_on is None:
        return None
    block = next(b for b in calendar.blocks if b.starts_on <= due_on <= b.ends_on)
    opened_on = max(block.starts_on, due_on - timedelta(days=days))
    if opened_on > today:
        return None
    return Asked(block=block.starts_on, opened_on=opened_on, due_on=due_on)


def changes(
    held: Sequence[Asked], now: Asked | None, confirmed: Confirmed | None, *, takes_part: bool,
    today: date,
) -> Iterator[Asked]:  # fmt: skip
    """What differs from what is held: closed, moved, or asked anew; at most one is open.

    A confirmation counts from the day on which the list was asked for. Silence stays open, and
    overdue, until the next half-term asks again.
    """
    for one in held:
        if one.closed_on is None:
            told = _told(one, now, confirmed, takes_part=takes_part, today=today)
            if told != one:
                yield told
    if now is None or not takes_part or any(one.block == now.block for one in held):
        return
    if confirmed is None or confirmed.on < now.opened_on:
        yield now


def _told(
    one: Asked, now: Asked | None, confirmed: Confirmed | None, *, takes_part: bool, today: date
) -> Asked:
    if confirmed is not None and confirmed.on >= one.opened_on:
        return replace(one, closed_on=confirmed.on, outcome="done", closed_by=confirmed.event)
    if not takes_part or (now is not None and now.block != one.block):
        return replace(one, closed_on=max(today, one.opened_on), outcome="lapsed")
    return one if now is None else replace(one, due_on=now.due_on)
