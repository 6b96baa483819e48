"""What the document says of every GET in JSON: its ETag, and 304."""

from typing import Any

_ETAG = {"ETag": {"description": "Send it as If-None-Match.", "schema": {"type": "string"}}}
_SAME = {"description": "Nothing has changed since the ETag in If-None-Match"}


def add_shapes(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        told = methods.get("get", {}).get("responses", {})
        content = told.get("200", {}).get("content", {}).get("application/json")
        if path.startswith("/api/v1/") and content:
            told["200"]["headers"] = _ETAG
            told["304"] = _SAME


def without_null(document: dict[str, Any]) -> None:
    """A parameter may be left out; no query can say null."""
    for methods in document["paths"].values():
        for operation in methods.values():
            for one in operation.get("parameters", ()):
                choices = one["schema"].get("anyOf", ())
                kept = [choice for choice in choices if choice != {"type": "null"}]
                if len(kept) == 1 and len(choices) == 2:
                    del one["schema"]["anyOf"]
                    one["schema"] |= kept[0]
