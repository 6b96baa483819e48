"""Why a form was refused, by the labels that the page shows."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from ap_registry.errors import Problem
from api.pages.forms import ANOTHER, Input
from api.pages.whom import is_name

_NAME = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
_ISO_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_NUMBER = re.compile(r"(?:[A-Za-z]{1,3}-?)?[0-9/ -]+|[A-Za-z]{2,3}-[A-Za-z0-9]+")  # URN, AP-1 …
_NOT_FOUND = frozenset({"unknown_organisation", "unknown_code"})
_NO_YEAR = re.compile(r"\d{1,2}(?:/\d{1,2}| [A-Za-z]{3,9})")  # 20/11, 20 Nov
_TICKED = frozenset({"choice", "select", "several"})
UNKNOWN_PUPIL = "No pupil with this unique pupil number (UPN) is known to the registry: check it"
NO_SUCH_NAME = (
    "no organisation on record has a name like “{}”. Try another word of its name, or its number;"
    " if it is missing, ask your local authority to add it"
)
NO_SUCH_PUPIL = (
    "No pupil whom you may see has a name like “{}”. Check the spelling, or enter the unique pupil"
    " number (UPN)"
)
UNKNOWN_ORGANISATION = (
    "no organisation with this number is known to the registry. Check the number; if it is right,"
    " ask your local authority to add the organisation"
)


def shown(
    fields: Sequence[Input], values: Mapping[str, str], problems: Iterable[Problem]
) -> list[tuple[str, str]]:
    """Field (empty: none of the form's) and sentence, in the order of the form.

    Every field that must be given and was not is listed, whatever the registry looked at first.
    """
    labels = {field.name: field.label for field in fields}
    named = {field.name: field for field in fields if field.names is not None}
    found = [(f.name, needed(f)) for f in fields if f.required and not values.get(f.name)]
    told = {name for name, _ in found}
    for problem in problems:
        name = problem.pointer.lstrip("/").split("/")[0]
        if name not in told:
            words = (
                _of_pupil(name, values, fields)
                or _of_day(name, values, fields)
                or _of_name(problem, named.get(name), values)
                or _sentence(problem, name, labels)
            )
            found.append((name if name in labels else "", words))
    order = {name: place for place, name in enumerate(labels)}
    return sorted(found, key=lambda one: order.get(one[0], -1))


def _of_pupil(name: str, values: Mapping[str, str], fields: Sequence[Input]) -> str:
    """Where a pupil was named by name; empty where that is not what is wrong."""
    text = values.get("upn", "")
    if name != "upn" or not is_name(text):
        return ""
    if any(one.name == "upn" and one.choices for one in fields):
        return f"Choose which pupil you mean by “{text}”"
    return NO_SUCH_PUPIL.format(text)


def in_doubt(fields: Sequence[Input], values: Mapping[str, str]) -> list[Problem]:
    """Where a name was typed that is no number, and was not settled as one organisation's."""
    return [
        Problem(f"/{one.name}", "unknown_organisation", "no organisation on record")
        for one in fields
        if one.names is not None
        and (text := values.get(one.name, ""))
        and not _NUMBER.fullmatch(text)
    ]


def _of_day(name: str, values: Mapping[str, str], fields: Sequence[Input]) -> str:
    """A day and a month alone do exist; empty where that is not what was written."""
    text = values.get(name, "")
    field = next((one for one in fields if one.name == name and one.is_day), None)
    if field is None or not _NO_YEAR.fullmatch(text):
        return ""
    return f"{field.label}: write the year too, such as {text}{'/' if '/' in text else ' '}2026"


def needed(field: Input) -> str:
    if field.label.endswith("?"):
        return f"Answer “{field.label}”"
    return f"{'Choose' if field.kind in _TICKED else 'Enter'} “{field.label}”"


def _of_name(problem: Problem, field: Input | None, values: Mapping[str, str]) -> str:
    """Where a name was typed that is no number on record; empty where that is not what is wrong."""
    text = values.get(field.name, "") if field else ""
    if field is None or problem.code not in _NOT_FOUND or _NUMBER.fullmatch(text):
        return ""
    lead = "" if field.label.endswith("?") else f"{field.label}: "
    if text == ANOTHER:
        return f"{lead}enter another name, or its number"
    if field.choices:
        return f"{lead}choose which one you mean by “{text}”"
    return f"{lead}{NO_SUCH_NAME.format(text)}"


def _sentence(problem: Problem, name: str, labels: Mapping[str, str]) -> str:
    if problem.code == "unknown_pupil":
        return UNKNOWN_PUPIL
    detail = problem.detail
    if problem.code == "unknown_organisation" and "on record" in detail:
        detail = UNKNOWN_ORGANISATION
    detail = days_first(detail)
    for lead in (f"{name}: ", f"{name} "):
        detail = detail.removeprefix(lead)
    detail = _NAME.sub(lambda word: _label(word[0], labels), detail)
    return f"{labels[name]}: {detail}" if name in labels else detail


def _label(word: str, labels: Mapping[str, str]) -> str:
    return f"“{labels[word]}”" if word in labels else word.replace("_", " ")


def days_first(detail: str) -> str:
    return _ISO_DAY.sub(lambda day: day_first(day[0]), detail)


def day_first(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.day}/{day.month}/{day.year}"
