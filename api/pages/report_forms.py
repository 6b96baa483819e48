"""The form of a report: what it asks in words, and the organisations that are named in it."""

import re
from collections.abc import Iterator, Mapping, Sequence

from ap_registry.access import Caller
from ap_registry.errors import Problem
from ap_registry.registry import Registry
from api.pages.forms import Input
from api.pages.refusals import in_doubt, shown
from api.pages.rendering import capfirst
from reports.asking import CUTS
from reports.kinds import Kind, Option
from reports.outcome_words import MEASURE_NAMES

FEW = 30  # LAs on record are offered as a list; where there are more, one is named
_SHAPES: Mapping[str, str] = {"day": "date", "instant": "date", "flag": "choice", "whole": "number"}
_YES_NO = (("true", "Yes"), ("false", "No"))
_ROLES: Mapping[str, str] = {
    "school": "school", "provider": "provider", "trust": "trust", "icb": "health",
}  # fmt: skip
_IN_BRACKETS = re.compile(r" \([^)]*\)")
Las = Sequence[tuple[str, str]]


def inputs(registry: Registry, kind: Kind, caller: Caller) -> list[Input]:
    """Not what the caller's own organisation answers, nor what it may not ask."""
    with registry.database.connection() as connection:
        world = registry.worlds.fresh(connection)
    las = sorted(
        (one.name, one.la) for one in world.organisations if one.kind == "la" and one.la
    )  # fmt: skip
    return list(_inputs(kind, caller, [(code, name) for name, code in las]))


def _inputs(kind: Kind, caller: Caller, las: Las) -> Iterator[Input]:
    fixed = {caller.role, *({"la"} if len(caller.organisations) == 1 else ())}
    for option in kind.options:
        if caller.sees_all or option.name not in fixed | CUTS.get(caller.role, frozenset()):
            yield _input(option, las)


def label_of(option: Option) -> str:
    """Without what only a command has to be told."""
    return _IN_BRACKETS.sub("", option.help.rstrip("."))


def _input(option: Option, las: Las) -> Input:
    label = label_of(option)
    if option.kind == "la" and las and len(las) <= FEW:
        return Input(name=option.name, label=label, hint="", kind="select",
                     required=option.required, choices=tuple(las))  # fmt: skip
    if option.kind in {"la", "organisation"}:
        role = "la" if option.kind == "la" else _ROLES.get(option.name, "")
        return Input(name=option.name, label=label, hint="Its name, or its number", kind="text",
                     required=option.required, names=role)  # fmt: skip
    choices = _YES_NO if option.kind == "flag" else tuple((c, _said(c)) for c in option.choices)
    return Input(
        name=option.name, label=label, hint="", required=option.required, choices=choices,
        kind=_SHAPES.get(option.kind, "choice" if choices else "text"),
    )  # fmt: skip


def _said(choice: str) -> str:
    return MEASURE_NAMES.get(choice, capfirst(choice.replace("_", " ")))


def wrong(
    kind: Kind, fields: Sequence[Input], values: Mapping[str, str], problems: Sequence[Problem] = ()
) -> list[tuple[str, str]]:
    """Field and sentence: names that may mean several or none, and what the report refused."""
    labels = {field.name: field.label for field in fields}
    found = [*in_doubt(fields, values), *(_by_label(kind, one, labels) for one in problems)]
    return shown(fields, values, found) if found else []


def _by_label(kind: Kind, problem: Problem, labels: Mapping[str, str]) -> Problem:
    """Of two days the wrong way round: which is before which, as the form names them."""
    name = problem.pointer.removeprefix("/")
    after = next((one.after for one in kind.options if one.name == name), None) or ""
    if problem.code != "end_before_start" or after not in labels:
        return problem
    return Problem(problem.pointer, problem.code, f"must not be before “{labels[after]}”")
