"""Numbers of rules that an LA has set for what organisations in it owe, from a day on.

Only what no law says, or what was not yet confirmed in its source, may be set by an LA.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from ap_registry.errors import Problem
from ap_registry.rules import IDS, Rule, in_force, rule

Number = int | str
TIME = "time"
LIMITS: Mapping[str, tuple[int, int]] = {
    "days": (1, 366),
    "school days": (1, 190),  # a school year
    "working days": (1, 250),
    "sessions": (1, 20),
    "percent": (1, 99),
    "pupils": (1, 100),
    "years": (1, 100),
    "years of age": (10, 18),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """``from_on``: the first day on which it holds; ``value`` None: the registry's own again."""

    organisation: str
    rule: str
    from_on: date
    value: Number | None
    reason: str
    source: str | None = None


Adjustments = Mapping[tuple[str, str], tuple[Adjustment, ...]]


def by_rule(found: Iterable[Adjustment]) -> Adjustments:
    """Of each LA and rule, by the day from which they hold."""
    listed: dict[tuple[str, str], list[Adjustment]] = {}
    for one in found:
        listed.setdefault((one.organisation, one.rule), []).append(one)
    return {key: tuple(sorted(those, key=lambda a: a.from_on)) for key, those in listed.items()}


def may_adjust(found: Rule) -> bool:
    """It has a number, and no law that was verified gives it."""
    return found.value is not None and not (found.statutory and found.status == "verified")


def is_derived_from(rule_id: str) -> bool:
    """What is owed by the registry itself is worked out when it sends: no row follows from it."""
    return rule(rule_id, date.max).duty_holder != "registry"


def standing(found: Adjustments, la: str, rule_id: str, on: date) -> Adjustment | None:
    """What an LA has set for a day; none where a newer version of the rule allows none."""
    begun = [one for one in found.get((la, rule_id), ()) if one.from_on <= on]
    if not begun or begun[-1].value is None or not may_adjust(rule(rule_id, on)):
        return None
    return begun[-1]


def value(found: Adjustments, la: str, rule_id: str, on: date) -> Number | None:
    """The number of a rule for what is owed in an LA, in the rule's own unit."""
    set_by_la = standing(found, la, rule_id, on)
    return rule(rule_id, on).value if set_by_la is None else set_by_la.value


def describe(one: Adjustment) -> dict[str, Any]:
    return {
        "la": one.organisation,
        "rule": one.rule,
        "from": one.from_on.isoformat(),
        "value": one.value,
        "reason": one.reason,
        "source": one.source,
    }


def refusal(rule_id: str, from_on: date, text: str | None) -> Problem | None:
    """Why an LA may not set this (None: set it back) from that day; None where it may."""
    if rule_id not in IDS:
        return Problem("/rule", "unknown_code", "rule is not the id of a rule: see rule list")
    found = rule(rule_id, from_on)
    if found.value is None:
        return Problem("/rule", "unknown_code", f"rule {rule_id} has no number to set")
    if in_force(rule_id, from_on) is None:
        return Problem("/from", "bad_format", f"rule {rule_id} is not in force on {from_on}")
    if not may_adjust(found):
        return Problem(
            "/rule",
            "unknown_code",
            f"rule {rule_id} is law ({found.source}), verified in its source: no LA may set it."
            " Local rules, and those to be confirmed in their source, may be set",
            rule_id,
        )
    if text is not None and read(found, text) is None:
        return Problem("/value", "bad_format", f"value must be {takes(found)}, or default")
    return None


def read(found: Rule, text: str) -> Number | None:
    """A number as the rule's unit has it; None where it is none."""
    if found.unit == TIME:
        try:
            return time.fromisoformat(text).strftime("%H:%M") if len(text) == 5 else None
        except ValueError:
            return None
    low, high = _limits(found)
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else -1
    return number if low <= number <= high else None


def _limits(found: Rule) -> tuple[int, int]:
    """Nought where the registry's own number is nought: the same day."""
    low, high = LIMITS[found.unit or ""]
    return (0 if found.value == 0 else low), high


def takes(found: Rule) -> str:
    """What its number may be, in words."""
    if found.unit == TIME:
        return "a time of day such as 07:30"
    low, high = _limits(found)
    return f"a whole number of {found.unit} from {low} to {high}"
