"""A parameter that an address does not know is refused: a filter misspelt would show everything."""

from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from fastapi import Request
from fastapi.dependencies.models import Dependant

from ap_registry.errors import Problem, Refused
from api.v1.shaping import FIELDS


async def known_parameters(request: Request) -> None:
    if request.scope["query_string"]:
        known = _known(request.scope["route"], request.method)
        problems = tuple(
            Problem(f"/{name}", "unknown_field", _words(name, known))
            for name in dict.fromkeys(request.query_params)
            if name not in known
        )
        problems += tuple(
            Problem(f"/{name}", "bad_format", f"{name} is given more than once: send it once")
            for name, times in Counter(
                name for name, _ in request.query_params.multi_items()
            ).items()
            if times > 1 and name in known
        )
        if problems:
            raise Refused(problems)


def _known(route: Any, method: str) -> frozenset[str]:
    """Declared, or written into the document by hand; and what every answer in JSON takes."""
    declared = _declared(route.dependant)
    by_hand = (route.openapi_extra or {}).get("parameters", ())
    named = {one["name"] for one in by_hand if one["in"] == "query"}
    return frozenset({*declared, *named, *({FIELDS} if method == "GET" else ())})


def _declared(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params)
    for one in dependant.dependencies:
        yield from _declared(one)


def _words(name: str, known: frozenset[str]) -> str:
    said = f"this address has no parameter {name[:40]}"
    near = get_close_matches(name, known, 1)
    if near:
        return f"{said}; did you mean {near[0]}?"
    return f"{said}; it has {', '.join(sorted(known))}" if known else f"{said}, nor any other"
