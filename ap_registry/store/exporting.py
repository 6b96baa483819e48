"""Proofs and heads as they are told outside: what ``ap_registry/proofs.py`` checks."""

from typing import Any
from uuid import UUID

from ap_registry.proofs import leaf_hash
from ap_registry.store import merkle
from ap_registry.store.database import Connection


def inclusion(
    connection: Connection, event: UUID, seq: int, *, digest: bytes, size: int
) -> dict[str, Any]:
    """That the ledger of ``size`` events holds this one."""
    return {
        "event": str(event),
        "digest": digest.hex(),
        "leaf_index": seq - 1,
        "size": size,
        "leaf": leaf_hash(digest).hex(),
        "path": [step.hex() for step in merkle.inclusion(connection, seq - 1, size)],
    }


def consistency(connection: Connection, before: int, after: int) -> dict[str, Any]:
    """That the ledger of ``before`` events begins that of ``after``."""
    path = merkle.consistency(connection, before, after)
    return {"from": before, "to": after, "path": [step.hex() for step in path]}
