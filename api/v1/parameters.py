"""What an address does not know is refused: a misspelt filter would show everything, and a request
sent again with a key that nobody looks at would be done twice."""

from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from fastapi import Request
from fastapi.dependencies.models import Dependant

from ap_registry.errors import Problem, Refused
from api.problems import HttpProblem
from api.v1.shaping import FIELDS

_ONCE = "Idempotency-Key"


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


async def honoured_headers(request: Request) -> None:
    """An Idempotency-Key is refused where a request sent twice would be done twice."""
    if request.method == "GET" or _ONCE not in request.headers:
        return
    if _ONCE not in _by_hand(request.scope["route"], "header"):
        detail = (
            f"{_ONCE} is not honoured at this address: send the request without it, and look"
            " before you send it again whether it was done"
        )
        raise HttpProblem(400, detail, (Problem("/idempotency-key", "unknown_field", detail),))


def _known(route: Any, method: str) -> frozenset[str]:
    """Declared, or written into the document by hand; and what every answer in JSON takes."""
    named = {*_declared(route.dependant), *_by_hand(route, "query")}
    return frozenset({*named, *({FIELDS} if method == "GET" else ())})


def _by_hand(route: Any, place: str) -> frozenset[str]:
    listed = (route.openapi_extra or {}).get("parameters", ())
    return frozenset(one["name"] for one in listed if one["in"] == place)


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
