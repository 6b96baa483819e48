"""Whose retention period is over (domain.md section 8): shown first, erased only by command."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from ap_registry.access import COMMAND_LINE, Caller
from ap_registry.erasing import erase
from ap_registry.errors import NotFound, Problem, Refused
from ap_registry.notice import World
from ap_registry.registry import Registry
from ap_registry.store import acts, retention, who
from ap_registry.store.database import Connection
from ap_registry.store.retention import Kept

READS = "retention.reads"
RECORD, NEEDS, REGISTER = "retention.pupil-record", "retention.sen-record", "retention.register"


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """A pupil whose period was over on ``due_on``, by a rule; ``held`` all the same or not."""

    pupil_id: UUID
    due_on: date
    rule: str
    held: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "pupil_id": str(self.pupil_id),
            "due_on": self.due_on.isoformat(),
            "rule": self.rule,
            "held": self.held,
        }


def preview(registry: Registry, on: date) -> list[Over]:
    """Everybody whose period is over on a day, by that day and id; nothing is changed."""
    with registry.database.connection() as connection:
        world = registry.worlds.fresh(connection)
        kept = retention.born_by(connection, years_later(on, -_shortest(world, on)))
        over = [
            Over(
                pupil_id=one.shown_id, due_on=due_on, rule=rule,
                held=_held(connection, one.pupil_id),
            )
            for one in kept
            for due_on, rule in [ends(one, world, on)]
            if due_on <= on
        ]  # fmt: skip
    return sorted(over, key=lambda one: (one.due_on, one.pupil_id))


def carry_out(
    registry: Registry, on: date, reason: str, caller: Caller = COMMAND_LINE
) -> dict[str, Any]:
    """Erase them, each by itself, but for those who are held; raise Refused for a day to come."""
    if on > registry.today():
        detail = "on must not be in the future: preview shows what will go"
        raise Refused((Problem("/on", "future_date", detail),))
    erased, rows, left = 0, 0, []
    for one in preview(registry, on):
        if one.held:
            left.append(one.as_json())
            continue
        try:
            gone = erase(registry, str(one.pupil_id), f"{one.rule}: {reason}", caller)
        except NotFound:  # erased by somebody else meanwhile
            continue
        erased, rows = erased + 1, rows + gone["private_rows"]
    return {"on": on.isoformat(), "erased": erased, "private_rows": rows, "held": left}


def ends(one: Kept, world: World, on: date) -> tuple[date, str]:
    """The first day on which a record need not be kept any more, and the rule that says so.

    By the numbers in force on ``on``, as the home LA has set them.
    """
    la = f"LA{one.home_la}" if one.home_la else None
    rule = NEEDS if one.had_needs else RECORD
    by_birth = years_later(one.born_on, world.number(rule, on, of=la))
    if one.marked_on is None:
        return by_birth, rule
    by_register = years_later(one.marked_on, world.number(REGISTER, on, of=la))
    return max((by_birth, rule), (by_register, REGISTER))


def reads_kept(world: World, on: date) -> int:
    """Years for which it is known who has opened what: the most that any LA has set."""
    set_by_las = (
        one.value
        for (_la, rule), several in world.adjustments.items()
        if rule == READS
        for one in several
        if isinstance(one.value, int)
    )
    return max(world.number(READS, on, of=None), *set_by_las, 0)


def _shortest(world: World, on: date) -> int:
    """No record goes sooner after birth, whatever the LA."""
    set_by_las = (
        one.value
        for (_la, rule), several in world.adjustments.items()
        if rule in {RECORD, NEEDS}
        for one in several
    )
    own = (world.number(RECORD, on, of=None), world.number(NEEDS, on, of=None))
    return min(*own, *(value for value in set_by_las if isinstance(value, int)))


def years_later(day: date, years: int) -> date:
    """The same day of the month; of 29 February 1 March where that year has none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def counted(over: Iterable[Over]) -> dict[str, int]:
    """How many by each rule, those who are held apart."""
    found: dict[str, int] = {}
    for one in over:
        name = "held" if one.held else one.rule
        found[name] = found.get(name, 0) + 1
    return dict(sorted(found.items()))


def _held(connection: Connection, pupil: UUID) -> bool:
    others = who.merged_into(connection, [pupil]).get(pupil, ())
    return bool(acts.holds(acts.of(connection, (pupil, *others))))
