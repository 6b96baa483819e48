"""Bodies as sent: JSON within bounds, and the schema of a notice from the catalogue."""

import json
from typing import Any

import msgspec
from fastapi import Request

from ap_registry.notices import CATALOGUE
from api.problems import HttpProblem
from api.v1.sent_examples import SUSPENSION

_ENVELOPE: dict[str, Any] = {
    "type": {"type": "string", "enum": sorted(CATALOGUE)},
    "upn": {"type": "string"},
    "pupil_id": {"type": "string", "format": "uuid"},
    "occurred_on": {"type": "string", "format": "date"},
    "by": {"type": "string"},
    "ref": {"type": "string", "maxLength": 200},
    "note": {"type": "string"},
}


async def read_json(request: Request) -> Any:
    """The body as JSON; 415 for another media type, 400 for what is no JSON."""
    if media_type(request) != "application/json":
        raise HttpProblem(415, "Send application/json.")
    body = await request.body()
    if b"\\u0000" in body:
        raise HttpProblem(400, "No text may have the character U+0000 in it.")
    try:
        json.loads(body, object_pairs_hook=_once)
        return msgspec.json.decode(body)
    except Twice as twice:
        raise HttpProblem(400, f"An object names the key {twice} twice.") from None
    except (ValueError, RecursionError):
        raise HttpProblem(400, "The body is not JSON.") from None


def media_type(request: Request) -> str:
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


class Twice(ValueError):
    """A key that an object names twice: which of the two is meant cannot be known."""


def _once(pairs: list[tuple[str, object]]) -> None:
    names = set()
    for name, _value in pairs:
        if name in names:
            raise Twice(json.dumps(name[:40]))
        names.add(name)


def notice_schema() -> dict[str, Any]:
    """One notice: the envelope and the fields of every type."""
    fields = {
        name: spec.kind.schema()
        for kind in CATALOGUE.values()
        for name, spec in kind.fields.items()
    }
    return {
        "type": "object",
        "required": ["type", "occurred_on"],
        "properties": {**{k: {} for k in fields}, **_ENVELOPE},
        "examples": [SUSPENSION],
    }


def body_of(schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
