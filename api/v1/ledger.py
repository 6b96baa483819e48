"""The signed heads of the ledger, and proofs of what it holds."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from ap_registry.errors import NotFound, Problem
from ap_registry.reading import newest_head
from ap_registry.store import exporting, feed, heads
from api.deps import Holder, TheRegistry, scope_of
from api.problems import HttpProblem, responses
from api.v1.schemas import CONSISTENCY, HEAD, INCLUSION, KEYS, answers

router = APIRouter(tags=["ledger"])


@router.get(
    "/ledger/head",
    operation_id="get_ledger_head",
    responses={**answers(HEAD), **responses(401, 503)},
)
def get_ledger_head(registry: TheRegistry, _holder: Holder) -> dict[str, Any]:
    """How many events the ledger holds and the root of their Merkle tree (RFC 6962), signed by
    Ed25519 over `size LF root LF signed_at LF`."""
    with registry.database.connection() as connection:
        return newest_head(registry, connection).as_json()


@router.get(
    "/ledger/keys",
    operation_id="list_ledger_keys",
    responses={**answers(KEYS), **responses(401, 503)},
)
def list_ledger_keys(registry: TheRegistry, _holder: Holder) -> dict[str, Any]:
    """Every key that signed a head, and from when until when."""
    with registry.database.connection() as connection:
        newest_head(registry, connection)  # the first head publishes the first key
        return {"items": heads.keys(connection)}


@router.get(
    "/ledger/proof/inclusion/{event}",
    operation_id="prove_inclusion",
    responses={**answers(INCLUSION), **responses(401, 404, 422, 503)},
)
def prove_inclusion(
    event: UUID,
    registry: TheRegistry,
    holder: Holder,
    size: Annotated[
        int | None, Query(ge=1, le=2**62, description="Of the ledger; the newest head's.")
    ] = None,
) -> dict[str, Any]:
    """That the ledger of a size holds an event: the path from its leaf to the root."""
    with registry.database.connection() as connection:
        newest = newest_head(registry, connection).size
        seen = feed.place(connection, scope_of(holder.caller, registry.today()), event)
        if seen is None:
            raise NotFound((Problem("", "not_found", "no such event is known"),))
        seq, digest = seen
        size = _within("size", newest if size is None else size, seq, newest)
        return exporting.inclusion(connection, event, seq, digest=digest, size=size)


@router.get(
    "/ledger/proof/consistency",
    operation_id="prove_consistency",
    responses={**answers(CONSISTENCY), **responses(401, 422, 503)},
)
def prove_consistency(
    registry: TheRegistry,
    _holder: Holder,
    before: Annotated[
        int, Query(alias="from", ge=0, le=2**62, description="The size that you have a head of.")
    ],
    after: Annotated[
        int | None, Query(alias="to", ge=0, le=2**62, description="Default: the newest head's.")
    ] = None,
) -> dict[str, Any]:
    """That the ledger of one size begins that of another: nothing was changed in between."""
    with registry.database.connection() as connection:
        newest = newest_head(registry, connection).size
        after = _within("to", newest if after is None else after, 0, newest)
        return exporting.consistency(connection, _within("from", before, 0, after), after)


def _within(name: str, size: int, least: int, most: int) -> int:
    if least <= size <= most:
        return size
    detail = f"{name} must be from {least} to {most}"
    raise HttpProblem(422, detail, (Problem(f"/{name}", "bad_format", detail),))
