"""Arrays as PostgreSQL writes them: psycopg would look at the types of each list anew each time."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

Element = str | bytes | int | date | UUID | None


def array_literal(elements: Iterable[Element]) -> str:
    """To be cast: ``%s::text[]``. Of bytes ``bytea[]``."""
    return "{" + ",".join(map(_literal, elements)) + "}"


def _literal(element: Element) -> str:
    if element is None:
        return "NULL"
    if isinstance(element, bytes):
        return f'"\\\\x{element.hex()}"'
    if isinstance(element, str):
        escaped = element.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(element)
