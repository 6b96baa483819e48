"""Pages of lists: an opaque cursor, at most 200 items."""

import base64
import json
from typing import Annotated, Any

from fastapi import Query
from pydantic import WithJsonSchema

from api.problems import HttpProblem

Limit = Annotated[int, Query(ge=1, le=200, description="Items on a page.")]
_CURSOR = WithJsonSchema({"type": "string", "pattern": "^[A-Za-z0-9_=-]+$"})
Cursor = Annotated[str | None, Query(description="`next` of the page before."), _CURSOR]


def after(cursor: str | None, length: int) -> list[str] | None:
    """What the cursor says to come after; 422 for one that we did not make."""
    if cursor is None:
        return None
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        if isinstance(found, list) and len(found) == length:
            return [str(part) for part in found]
    except (ValueError, UnicodeError):
        pass
    raise HttpProblem(422, "This cursor was not made here.")


def page(items: list[dict[str, Any]], limit: int, *keys: str) -> dict[str, Any]:
    """``items`` was asked for with one more than ``limit``."""
    more = len(items) > limit
    shown = items[:limit]
    following = None
    if more:
        text = json.dumps([shown[-1][key] for key in keys])
        following = base64.urlsafe_b64encode(text.encode()).decode()
    return {"items": shown, "next": following}
