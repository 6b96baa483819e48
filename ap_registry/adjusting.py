"""An LA sets the number of a rule for what is owed in it, without a release of the program."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ap_registry import adjustments
from ap_registry.access import COMMAND_LINE, Caller
from ap_registry.adjustments import Adjustment, Number
from ap_registry.errors import Problem, Refused
from ap_registry.identifiers import la_id
from ap_registry.notice import World
from ap_registry.registry import Registry
from ap_registry.rules import rule
from ap_registry.store.adjustments import read_adjustments, write_adjustment

SENDERS = frozenset({"la", "admin"})
BACK = "default"
_UNKNOWN = Problem("/la", "unknown_organisation", "la must be an LA on record, such as LA856")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """As it was asked for. ``value``: as text, ``default`` sets it back to the registry's own."""

    la: str
    rule: str
    value: str
    from_on: date | None
    reason: str
    source: str | None = None


def adjust(registry: Registry, wanted: Wanted, caller: Caller = COMMAND_LINE) -> dict[str, Any]:
    """Record it and bring in line what it concerns; raise Refused with what is wrong."""
    with registry.database.connection() as connection:
        world, today = registry.worlds.fresh(connection), registry.today()
        found = read(wanted, world, today, caller)
        if _held(world.adjustments, found) != found:
            write_adjustment(connection, found, actor=caller.actor, on=today, clock=registry.clock)
    moved = registry.recompute_follow_ups()["moved"]
    return {"adjustment": adjustments.describe(found), "moved": moved}


def read(wanted: Wanted, world: World, today: date, caller: Caller) -> Adjustment:
    """What would be recorded; raise Refused with what is wrong. Nothing is written."""
    found = _read(wanted, world, today)
    if caller.role not in SENDERS or not (
        caller.sees_all or found.organisation in caller.organisations
    ):
        raise _refused(Problem("/la", "forbidden", "an LA sets its own numbers"))
    return found


def adjusted(registry: Registry, la: str | None = None) -> list[Adjustment]:
    """Everything set by an LA (None: by any), by LA, rule and first day; Refused if not known."""
    with registry.database.connection() as connection:
        if la is not None and not _is_la(registry.worlds.fresh(connection), la):
            raise _refused(_UNKNOWN)
        found = read_adjustments(connection)
    return [one for those in found.values() for one in those if la in {None, one.organisation}]


def _read(wanted: Wanted, world: World, today: date) -> Adjustment:
    """Every problem is listed, not only the first."""
    la, rule_id, text = (word.strip() for word in (wanted.la, wanted.rule, wanted.value))
    la, from_on = la_id(la), wanted.from_on or today
    given = None if text.lower() == BACK else text
    problems = [] if _is_la(world, la) else [_UNKNOWN]
    wrong = adjustments.refusal(rule_id, from_on, given)
    if wrong is not None:
        problems.append(wrong)
    if not wanted.reason.strip():
        problems.append(Problem("/reason", "required", "reason is needed: why the LA sets it so"))
    if problems:
        raise _refused(*problems)
    number: Number | None = None
    if given is not None:
        number = adjustments.read(rule(rule_id, from_on), given)
    return Adjustment(
        organisation=la,
        rule=rule_id,
        from_on=from_on,
        value=number,
        reason=wanted.reason.strip(),
        source=(wanted.source or "").strip() or None,
    )


def _is_la(world: World, name: str) -> bool:
    found = world.organisation(name)
    return found is not None and found.kind == "la"


def _held(
    found: Mapping[tuple[str, str], tuple[Adjustment, ...]], wanted: Adjustment
) -> Adjustment | None:
    those = found.get((wanted.organisation, wanted.rule), ())
    return next((one for one in those if one.from_on == wanted.from_on), None)


def _refused(*problems: Problem) -> Refused:
    return Refused(problems)
