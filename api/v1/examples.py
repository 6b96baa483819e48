"""An example of each answer and body in the document, made from its schema: always of its form."""

from typing import Any

from api.v1.schemas import Schema

_BY_NAME = {
    "upn": "Z856400120001", "provider": "100007", "school": "100001", "organisation": "100001",
    "by": "100001", "commissioner": "100001", "owner": "100001", "la": "856", "home_la": "856",
    "kind": "sixth_day_provision", "rule": "sixth-day.due", "source": "SI 2007/1870 reg. 3",
    "type": "suspension", "types": ["suspension"], "ref": "S-0001", "given_name": "Ann",
    "family_name": "Example", "name": "Alder School", "las": ["856"],
    "predecessors": ["100009"], "reason": "behaviour", "occurred_on":
    "2026-03-02", "url": "https://mis.example.org/hook", "secret": "whsec_c2VjcmV0", "next": None,
    "trust": "T-16053", "ukprn": "10000001", "laestab": "8564001", "code": "bad_format",
    "detail": "a school day", "pointer": "/ends_on",
}  # fmt: skip
_BY_FORMAT = {
    "uuid": "0190a1b2-0000-4000-8000-000000000001",
    "date": "2026-03-09",
    "date-time": "2026-03-09T10:15:00.000000Z",
    "uri": "https://mis.example.org/hook",
}


def example(schema: Schema, name: str = "") -> Any:
    """Of a schema written in schemas.py."""
    if schema.get("examples"):
        return schema["examples"][0]
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return example(schema[choice][0], name)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("format") in _BY_FORMAT:
        return _BY_FORMAT[schema["format"]]
    if name in _BY_NAME and schema.get("type", "string") in ("string", "array"):
        return _BY_NAME[name]
    return _of_type(schema, name)


def _of_type(schema: Schema, name: str) -> Any:
    kind = schema.get("type", "string")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        return {key: example(part, key) for key, part in schema.get("properties", {}).items()}
    if kind == "array":
        return [example(schema["items"], name)] if "items" in schema else []
    return {"integer": 1, "number": 1.0, "boolean": True}.get(kind, "…")


def add_examples(document: dict[str, Any]) -> None:
    """To each success and each body in JSON that has none of its own."""
    for methods in document["paths"].values():
        for operation in methods.values():
            told = [body for status, body in operation["responses"].items() if status[0] == "2"]
            for holder in (*told, operation.get("requestBody", {})):
                content = holder.get("content", {}).get("application/json")
                if content and content.get("schema") and "$ref" not in content["schema"]:
                    content.setdefault("example", example(content["schema"]))
