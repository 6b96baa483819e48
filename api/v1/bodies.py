"""Bodies as sent: JSON within bounds, and the schema of a notice from the catalogue."""

import json
from typing import Any

from fastapi import Request

from ap_registry.notices import CATALOGUE
from api.problems import HttpProblem

MOST_BYTES = 20_000_000
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
    """The body as JSON; 415 for another media type, 413 over the bound, 400 for no JSON."""
    media = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media != "application/json":
        raise HttpProblem(415, "Send application/json.")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise HttpProblem(413, f"A body may have at most {MOST_BYTES} bytes.")
    request.state.body = body
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise HttpProblem(400, "The body is not JSON.") from None


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
        "examples": [EXAMPLE],
    }


EXAMPLE = {
    "type": "suspension",
    "upn": "B801200005001",
    "occurred_on": "2026-03-02",
    "school": "100007",
    "sessions": 4,
    "ends_on": "2026-03-03",
    "reasons": ["PP"],
    "ref": "S-0001",
}


def body_of(schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
