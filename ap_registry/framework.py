"""What can be notified and by which rules: for the API, and as docs/framework.md.

Codes of refusals and ids of rules are read off the functions that yield them, so that this never
says what the registry does not do.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from inspect import unwrap
from itertools import chain
from types import CodeType, FunctionType
from typing import Any

from ap_registry import (
    absence_watch,
    attendance_follow_ups,
    attendance_returns,
    duties,
    mending,
    missing_registers,
)
from ap_registry.adjustments import Adjustment, describe, may_adjust
from ap_registry.duties import DUTIES, Duty
from ap_registry.errors import CODE_STATUS
from ap_registry.meanings import MEANINGS
from ap_registry.notice import FieldSpec, NoticeType
from ap_registry.notices import CATALOGUE, CLOCKS
from ap_registry.rules import CHECKED_ON, IDS, RULES, Rule, in_force

ENVELOPE = frozenset({"required", "bad_format", "unknown_code", "unknown_field"})
_BY_MARKS = (attendance_follow_ups, attendance_returns, absence_watch, missing_registers)
ACROSS_PUPILS = {
    "registration_watch": "registration.watch", "list_confirmation": "list.confirmation",
}  # fmt: skip
RULE_IDS = IDS


def framework(adjusted: Iterable[Adjustment] = (), on: date | None = None) -> dict[str, Any]:
    """Every notice type, clock, duty and rule; with what LAs have ``adjusted``.

    ``on``: of the rules those in force that day, and what LAs had set from then or before.
    """
    of_rule: dict[str, list[Adjustment]] = {}
    for one in adjusted:
        if on is not None and one.from_on > on:
            continue
        of_rule.setdefault(one.rule, []).append(one)
    return {
        "notices": [_notice(kind) for kind in CATALOGUE.values()],
        "clocks": _clocks(),
        "duties": [_duty(one) for one in DUTIES],
        "rules": [
            describe_rule(found, of_rule.get(found.id, ()))
            for found in RULES
            if on is None or in_force(found.id, on) is found
        ],
    }


def _notice(kind: NoticeType[Any]) -> dict[str, Any]:
    return {
        "type": kind.name,
        "alias": kind.alias,
        "fields": [_field(spec) for spec in kind.fields.values()],
        "senders": sorted(kind.senders),
        "ahead_days": kind.ahead_days,
        "refuses": sorted(
            ({*words(kind.refuse)} & {*CODE_STATUS} - ENVELOPE)
            | {"end_before_start" for _ in kind.ordered}
        ),
        "flags": sorted(set(words(kind.flags)) & RULE_IDS),
    }


def _field(spec: FieldSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "required": spec.required,
        "private": spec.kind.private,
        "schema": spec.kind.schema(),
    }


def _clocks() -> list[dict[str, Any]]:
    """Kinds of follow-ups, each with the rules that it is counted by."""
    listed = [
        {"kind": kind, "rules": sorted(set(words(clock.derive)) & RULE_IDS)}
        for clock in CLOCKS
        for kind in clock.kinds
    ]
    told = {clock["kind"] for clock in listed}
    by_marks = (pair for part in _BY_MARKS for pair in part.RULE_OF_KIND.items())
    others = [*by_marks, *ACROSS_PUPILS.items()]
    mended: dict[str, list[str]] = {}
    for rule, kind in mending.KINDS.items():
        mended.setdefault(kind, []).append(rule)
    return [
        *listed,
        *({"kind": kind, "rules": [rule]} for kind, rule in others if kind not in told),
        *({"kind": kind, "rules": rules} for kind, rules in mended.items() if kind not in told),
    ]


def _duty(one: Duty) -> dict[str, Any]:
    return {
        "row": one.row,
        "duty": one.duty,
        "duty_holder": one.duty_holder,
        "source": one.source,
        "rules": list(one.rules),
        "not_watched": one.not_watched,
    }


def describe_rule(found: Rule, adjusted: Iterable[Adjustment]) -> dict[str, Any]:
    return {
        "id": found.id,
        "title": found.title,
        "source": found.source,
        "statutory": found.statutory,
        "duty_holder": found.duty_holder,
        "in_force_from": found.in_force_from.isoformat() if found.in_force_from else None,
        "in_force_until": found.in_force_until.isoformat() if found.in_force_until else None,
        "checked_on": found.checked_on.isoformat(),
        "status": found.status,
        "value": found.value,
        "unit": found.unit,
        "adjustable": may_adjust(found),
        "adjustments": [describe(one) for one in adjusted],
    }


def words(function: Callable[..., object]) -> Iterator[str]:
    """Every text constant of a function, and of the functions of its own module that it calls."""
    seen: set[CodeType] = set()

    def of(code: CodeType, names: dict[str, Any], module: str) -> Iterator[str]:
        if code in seen:
            return
        seen.add(code)
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                yield from of(constant, names, module)
            elif isinstance(constant, str):
                yield constant
        for name in code.co_names:
            called = names.get(name)
            if isinstance(called, str):
                yield called
            elif isinstance(called, FunctionType) and called.__module__ == module:
                yield from of(unwrap(called).__code__, names, module)

    if isinstance(function, FunctionType):
        yield from of(function.__code__, function.__globals__, function.__module__)


def as_markdown() -> str:
    """docs/framework.md."""
    made = framework()
    rows = duties.as_markdown(duties.read_sides())
    parts = (_head(), _notices(made), _clock_table(made), rows, _rule_table(made))
    return "\n".join(chain.from_iterable(parts)) + "\n"


def _head() -> list[str]:
    return [
        "# The framework",
        "",
        "Written by `make docs` from the catalogue of notices and the table of rules; do not edit.",
        "",
        "The registry refuses only what cannot have happened or cannot be understood. What should",
        "not have happened is recorded and flagged, with the rule that says so. Beside the codes",
        "listed, every notice is refused for a field that is missing (`required`), not known",
        "(`unknown_field`), not readable (`bad_format`) or not one of its codes (`unknown_code`).",
        "",
    ]


def _notices(made: dict[str, Any]) -> Iterator[str]:
    yield from ("## Notices", "")
    yield "Fields marked † are private: kept apart and erased with the pupil. ? need not be given."
    for notice in made["notices"]:
        yield from ("", f"### {notice['type']}", "")
        yield f"Stored as `{notice['alias']}`. May be sent by: {', '.join(notice['senders'])}."
        if notice["ahead_days"]:
            yield f"May begin up to {notice['ahead_days']} days ahead."
        if notice["fields"]:
            yield from ("", "| field | takes |", "|---|---|")
            yield from (_field_row(field) for field in notice["fields"])
        yield ""
        yield f"Refuses: {_listed(notice['refuses'])}. Flags: {_listed(notice['flags'])}."


def _field_row(field: dict[str, Any]) -> str:
    marks = ("†" if field["private"] else "") + ("" if field["required"] else "?")
    return f"| `{field['name']}`{marks} | {_takes(field['schema'], field['name'])} |"


def _takes(schema: dict[str, Any], name: str) -> str:
    """Each code with its meaning, where it does not say it itself."""
    if "enum" in schema:
        known = MEANINGS.get(name, {})
        return ", ".join(f"`{code}` {known.get(code, '')}".rstrip() for code in schema["enum"])
    if schema["type"] == "array":
        return f"up to {schema['maxItems']} of: {_takes(schema['items'], name)}"
    bounds = [
        f"{word} {schema[key]}"
        for word, key in (("from", "minimum"), ("to", "maximum"))
        if key in schema
    ]
    return " ".join([schema.get("format") or schema["type"], *bounds])


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "nothing more"


def _clock_table(made: dict[str, Any]) -> Iterator[str]:
    yield from ("", "## Follow-ups", "", "| kind | counted by |", "|---|---|")
    yield from (f"| `{c['kind']}` | {_listed(c['rules'])} |" for c in made["clocks"])


def _rule_table(made: dict[str, Any]) -> Iterator[str]:
    yield from ("", "## Rules", "")
    yield f"Last checked on {CHECKED_ON.isoformat()}. *recalled*: to be confirmed in the source."
    for rule in made["rules"]:
        basis = "Statutory" if rule["statutory"] else "Local"
        force = f"{rule['in_force_from'] or 'the beginning'} to {rule['in_force_until'] or 'now'}"
        number = f" Number: {rule['value']} {rule['unit']}." if rule["value"] is not None else ""
        yield from ("", f"### {rule['id']}", "", f"{rule['title']}.", "")
        yield f"{basis}. Duty of: {rule['duty_holder']}. In force: {force}.{number}"
        yield f"Source ({rule['status']}): {rule['source']}."


if __name__ == "__main__":
    sys.stdout.write(as_markdown())
