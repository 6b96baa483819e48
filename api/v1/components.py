"""What the document names once: a generated client then has a class of that name for it."""

from typing import Any

from api.v1.bodies import notice_schema
from api.v1.schemas import EVENT, FLAG, FOLLOW_UP, ORGANISATION, RECEIPT, RESULT, Schema

NAMED: dict[str, Schema] = {
    "Notice": notice_schema(), "Receipt": RECEIPT, "EachResult": RESULT, "FollowUp": FOLLOW_UP,
    "Event": EVENT, "Flag": FLAG, "Organisation": ORGANISATION,
}  # fmt: skip


def name_schemas(document: dict[str, Any]) -> None:
    document["paths"] = _named(document["paths"])
    for name, schema in NAMED.items():
        inside = {key: _named(part) for key, part in schema.items()}
        document["components"]["schemas"][name] = inside


def _named(node: Any) -> Any:
    if isinstance(node, list):
        return [_named(one) for one in node]
    if not isinstance(node, dict):
        return node
    for name, schema in NAMED.items():
        if node == schema:
            return {"$ref": f"#/components/schemas/{name}"}
    return {key: _named(part) for key, part in node.items()}
