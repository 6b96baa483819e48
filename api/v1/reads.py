"""Who has opened which pupil's record: for auditors."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from ap_registry.access import Caller
from ap_registry.instants import instant
from ap_registry.store import reads, who
from ap_registry.store.database import Connection
from ap_registry.store.reads import Asked, Mark, Read
from api.deps import Holder, TheRegistry, instant_of
from api.problems import HttpProblem, responses
from api.v1.asked import Instant, Text
from api.v1.cursors import Cursor, Limit, after, page
from api.v1.schemas import ID, INSTANT, TEXT, answers, array, maybe, record
from api.v1.schemas import page as pages

router = APIRouter(tags=["reads"])
READERS = frozenset({"auditor", "admin"})
READ = record(
    id=ID, at=INSTANT, actor=TEXT, name=maybe(TEXT), role=TEXT, organisation=maybe(TEXT),
    what=TEXT, pupils=array(ID),
)  # fmt: skip


@router.get(
    "/reads",
    operation_id="list_reads",
    responses={**answers(pages(READ)), **responses(401, 403, 422, 503)},
)
def list_reads(
    registry: TheRegistry,
    holder: Holder,
    pupil: Annotated[Text, Query(description="Id or UPN.")] = None,
    actor: Annotated[str | None, Query(max_length=100)] = None,
    from_: Annotated[Instant, Query(alias="from")] = None,
    to: Instant = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Every answer that showed pupils, the latest first: of your organisations; an admin's: all."""
    mark = after(cursor, 2)
    with registry.database.connection() as connection:
        asked = asked_of(connection, pupil=pupil, actor=actor, from_=from_, to=to)
        found = seen(
            connection, holder.caller, asked, limit=limit + 1,
            before=mark_of(mark) if mark else None,
        )  # fmt: skip
    return page([as_json(one) for one in found], limit, "at", "id")


def seen(
    connection: Connection, caller: Caller, asked: Asked, *, limit: int,
    before: Mark | None = None, each: bool = True,
) -> list[Read]:  # fmt: skip
    """What a caller may know of who reads; 403 for all but auditors."""
    if caller.role not in READERS:
        raise HttpProblem(403, f"The role {caller.role} may not see who has opened records.")
    return reads.reads(
        connection, asked, organisations=caller.organisations, everything=caller.sees_all,
        before=before, limit=limit, each=each,
    )  # fmt: skip


def asked_of(
    connection: Connection, *, pupil: str | None, actor: str | None, from_: str | None,
    to: str | None,
) -> Asked:  # fmt: skip
    return Asked(
        pupils=ids_of(connection, pupil),
        actor=actor.replace("\x00", "") if actor else None,
        from_at=instant_of(from_, "from"),
        to_at=instant_of(to, "to"),
    )


def ids_of(connection: Connection, pupil: str | None) -> tuple[UUID, ...] | None:
    """Of nobody where none is named so: to ask is not to learn who is on record."""
    if pupil is None:
        return None
    found = who.pupil_named(connection, pupil.replace("\x00", ""))
    return who.all_ids(connection, found) if found else ()


def mark_of(parts: list[str]) -> Mark:
    try:
        return datetime.fromisoformat(parts[0]), UUID(parts[1])
    except ValueError:
        raise HttpProblem(422, "This cursor was not made here.") from None


def as_json(one: Read) -> dict[str, Any]:
    return {
        "id": str(one.id), "at": instant(one.at), "actor": one.actor, "name": one.name,
        "role": one.role, "organisation": one.organisation, "what": one.what,
        "pupils": [str(pupil) for pupil in one.pupils],
    }  # fmt: skip
