"""What a report file was made of, kept beside it: enough to make the same bytes again."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, LiteralString

import msgspec

from ap_registry.registry import Registry
from ap_registry.store.database import Connection
from reports.render import as_json
from reports.scope import HELD

# What a report reads besides pupils. The ledger's root stands for everything; these say which part.
_INPUTS: Mapping[str, LiteralString] = {
    "organisations": "select id, kind, name, la, las, trust, ukprn, laestab, type_code,"
    " setting_type, subcontractor_of, opened_on::text, closed_on::text from organisation"
    f' where {HELD} order by id collate "C"',
    "terms": "select organisation, starts_on::text, ends_on::text from term_block"
    f' where {HELD} order by organisation collate "C", starts_on',
    "closures": "select organisation, closed_on::text, reason from closure"
    f' where {HELD} order by organisation collate "C", closed_on',
}


def write(registry: Registry, path: Path, made: bytes, said: Mapping[str, Any]) -> None:
    """The report and, beside it, its manifest.

    Both are the same whenever they are made, but for the program's version.
    """
    beside = manifest_of(registry, path.name, made, said)
    path.write_bytes(made)
    path.with_name(f"{path.name}.manifest.json").write_bytes(as_json(beside))


def manifest_of(
    registry: Registry, name: str, made: bytes, said: Mapping[str, Any]
) -> dict[str, Any]:
    """``said``: what was asked and what it stands on."""
    known_by = datetime.fromisoformat(said["known_by"])
    with registry.database.connection() as connection:
        inputs = _inputs(connection, known_by)
    return {
        "file": name,
        "sha256": hashlib.sha256(made).hexdigest(),
        "bytes": len(made),
        **said,
        "inputs": inputs,
        "program": {"name": "ap-registry", "version": version("ap-registry")},
    }


def _inputs(connection: Connection, at: datetime) -> dict[str, Any]:
    """Of what was known by an instant how many rows there were, and their digest."""
    found = {}
    for name, query in _INPUTS.items():
        rows = connection.execute(query, {"at": at}).fetchall()
        digest = hashlib.sha256(msgspec.json.encode(rows)).hexdigest()
        found[name] = {"rows": len(rows), "sha256": digest}
    return found
