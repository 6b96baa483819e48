"""The ledger as an auditor sees it: its head, what it proves, and whether earlier heads hold."""

import base64
import json
from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from ap_registry import proofs
from ap_registry.instants import instant
from ap_registry.intake import digest_of_ref
from ap_registry.registry import Registry
from ap_registry.store import exporting, feed, heads, merkle
from ap_registry.store.database import Connection
from ap_registry.store.heads import Head
from ap_registry.store.queries import Scope
from api.deps import TheRegistry, scope_of
from api.pages.rendering import Person, moment, page
from api.pages.table_files import Tabled
from api.pages.tables import Cell, Table
from api.problems import HttpProblem

router = APIRouter(route_class=Tabled)
READERS = frozenset({"auditor", "la", "admin"})
DAYS = 14
Proof = dict[str, Any]


@router.get("/ledger")
def ledger(
    registry: TheRegistry,
    person: Person,
    event: Annotated[str, Query(max_length=200)] = "",
    format: Annotated[str, Query(pattern="^(json)?$")] = "",
) -> Response:
    """The newest signed head, the last of each day before it, and the proof of an event."""
    if person.caller.role not in READERS:
        raise HttpProblem(403, "The ledger is looked at by auditors and local authorities.")
    with registry.database.connection() as connection:
        head = heads.newest(connection)
        scope = scope_of(person.caller, registry.today())
        wanted, proof = _event(registry, connection, scope, event), None
        found = feed.place(connection, scope, wanted) if wanted and head else None
        if wanted and head and found and found[0] <= head.size:
            seq, digest = found
            proof = exporting.inclusion(connection, wanted, seq, digest=digest, size=head.size)
        if format == "json":
            return _file(connection, head, proof)
        keys = heads.keys(connection)
        days = _table(connection, heads.of_days(connection, DAYS), keys)
    return page(
        registry, "ledger.html", person, head=head, keys=keys, days=days, event=event.strip(),
        proof=proof, proved=bool(proof and head and _leads(proof, head)),
        signed=head is not None and is_signed(head, keys),
        signed_at=head and instant(head.signed_at),
    )  # fmt: skip


def _event(registry: Registry, connection: Connection, scope: Scope, text: str) -> UUID | None:
    """By its id, or by the reference of its notice where only one that may be seen has it."""
    wanted = text.replace("\x00", "").strip()
    try:
        return UUID(wanted)
    except ValueError:
        found = feed.of_ref(connection, scope, digest_of_ref(registry.hash_key(), wanted or None))
        return found[0] if len(found) == 1 else None


def _file(connection: Connection, head: Head | None, proof: Proof | None) -> Response:
    """As ``ap-registry ledger export`` writes it, for ``verify_proof.py``."""
    if head is None:
        raise HttpProblem(404, "No head is signed yet.")
    made = exporting.export(connection, head)
    made["inclusion"] = [proof] if proof else []
    return Response(
        json.dumps(made, indent=2) + "\n", media_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="ledger.json"'},
    )  # fmt: skip


def _table(connection: Connection, found: Iterable[Head], keys: list[dict[str, Any]]) -> Table:
    return Table(
        name="heads", caption="The last head of each day, the latest first",
        columns=("Signed", "Events", "Root", "Holds today"),
        empty="No head is signed yet: the registry signs one as soon as it has recorded something.",
        rows=[
            (
                Cell(text=moment(instant(head.signed_at))),
                Cell(text=f"{head.size:,}"),
                Cell(text=head.root.hex()),
                Cell(text="yes") if is_signed(head, keys) and _holds(connection, head)
                else Cell(text="no", tag="Look into it"),
            )
            for head in found
        ],
    )  # fmt: skip


def _holds(connection: Connection, head: Head) -> bool:
    """Whether the ledger still begins with what this head says."""
    return merkle.root(connection, head.size) == head.root


def is_signed(head: Head, keys: list[dict[str, Any]]) -> bool:
    key = next((one for one in keys if one["key_id"] == head.key_id), None)
    if key is None or head.signature is None:
        return False
    public = base64.b64decode(key["public_key"])
    return proofs.signed(public, head.message, head.signature)


def _leads(proof: Proof, head: Head) -> bool:
    path = [bytes.fromhex(step) for step in proof["path"]]
    leaf = bytes.fromhex(proof["leaf"])
    return proofs.root_of(proof["leaf_index"], proof["size"], leaf, path) == head.root
