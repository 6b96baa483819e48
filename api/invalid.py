"""What a framework found wrong with a parameter, in words that say how to put it right."""

import re
from typing import Any

from ap_registry.errors import Problem

_CHOICE = re.compile(r"\^\(([\w-]+(?:\|[\w-]+)*)\)\$")
_WORDS = {
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_parsing": "must be true or false",
    "uuid_parsing": "must be an id, such as 0190a1b2-0000-4000-8000-000000000001",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "string_too_long": "may have at most {max_length} characters",
}


def problem_of(found: dict[str, Any]) -> Problem:
    """One finding of pydantic; ``pointer`` is the parameter's name."""
    place = [str(part) for part in found["loc"][1:]]
    name, kind, context = place[-1] if place else "body", found["type"], found.get("ctx", {})
    code, words = "bad_format", found["msg"].lower()
    if kind == "missing":
        code, words = "required", "is needed"
    elif kind == "string_pattern_mismatch" and (choice := _CHOICE.fullmatch(context["pattern"])):
        code, words = "unknown_code", f"must be one of {', '.join(choice[1].split('|'))}"
    elif kind in _WORDS:
        words = _WORDS[kind].format(**context)
    return Problem("/" + "/".join(place), code, f"{name} {words}")
