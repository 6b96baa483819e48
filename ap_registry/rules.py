"""Every statutory number is dated data: an event is judged by the rule in force on its day."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

CHECKED_ON = date(2026, 11, 23)


class RuleUnknown(KeyError):
    """No rule has that id: a mistake in the program, not in a notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """``status``: verified in a stored copy of the source, or recalled and to be confirmed."""

    id: str
    title: str
    source: str
    statutory: bool
    duty_holder: str
    in_force_from: date | None
    in_force_until: date | None
    checked_on: date
    status: str
    value: int | str | None
    unit: str | None


def _read() -> Iterator[Rule]:
    text = files("ap_registry").joinpath("data/rules.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        value: int | str | None = row["value"] or None
        yield Rule(
            id=row["id"],
            title=row["title"],
            source=row["source"],
            statutory=row["statutory"] == "yes",
            duty_holder=row["duty_holder"],
            in_force_from=date.fromisoformat(row["from"]) if row["from"] else None,
            in_force_until=date.fromisoformat(row["until"]) if row["until"] else None,
            checked_on=CHECKED_ON,
            status=row["status"],
            value=int(value) if isinstance(value, str) and value.isdigit() else value,
            unit=row["unit"] or None,
        )


RULES: tuple[Rule, ...] = tuple(_read())
_BY_ID: Mapping[str, tuple[Rule, ...]] = {
    found.id: tuple(r for r in RULES if r.id == found.id) for found in RULES
}

IDS = frozenset(_BY_ID)


@cache
def in_force(rule_id: str, on: date) -> Rule | None:
    """The version in force that day; None before it began or after it ended."""
    if rule_id not in _BY_ID:
        raise RuleUnknown(rule_id)
    for found in _BY_ID[rule_id]:
        starts, ends = found.in_force_from or date.min, found.in_force_until or date.max
        if starts <= on <= ends:
            return found
    return None


@cache
def rule(rule_id: str, on: date) -> Rule:
    """The version in force that day, else the nearest: for its words and its source."""
    found = in_force(rule_id, on)
    if found is not None:
        return found
    return _BY_ID[rule_id][0 if on < (_BY_ID[rule_id][0].in_force_from or date.min) else -1]


def number(rule_id: str, on: date) -> int:
    """The number of a rule that day, in the rule's own unit."""
    value = rule(rule_id, on).value
    if not isinstance(value, int):
        raise RuleUnknown(f"{rule_id} has no number")
    return value


def least(rule_id: str) -> int:
    """The smallest number that a rule ever had: under it nothing need be looked at."""
    return min(found.value for found in _BY_ID[rule_id] if isinstance(found.value, int))
