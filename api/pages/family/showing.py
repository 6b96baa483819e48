"""Where is my child, why, until when, what comes next, what can I do, and whom do I ask."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ap_registry.family_record import Record
from ap_registry.family_view import TOLD, Shown, shown_to_family
from ap_registry.notice import Entry
from ap_registry.registry import Registry
from ap_registry.store.people import present_people
from api.deps import TheRegistry
from api.opened import Opened
from api.pages.family.rendering import PATH, Bearer, TheBearer, show

router = APIRouter(prefix=PATH)


@router.get("")
def where(request: Request, registry: TheRegistry, reader: TheBearer, opened: Opened) -> Response:
    shown = facts(registry, reader)
    opened.at_once(reader.opened.link.caller, reader.record.shown_as)
    return show(
        request, registry, "where.html", language=reader.opened.language, csrf=reader.opened.csrf,
        s=shown, help=shown.help, sent=list(_sent(reader)),
    )  # fmt: skip


def facts(registry: Registry, reader: Bearer) -> Shown:
    with registry.database.connection() as connection:
        people = present_people(connection)
    return shown_to_family(reader.record, people, contact=reader.contact, mine=reader.said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Follows:
    """``over``: nobody owes it any more; ``done_on``: since it was done."""

    kind: str
    owner: str | None
    due_on: date
    done_on: date | None
    late: bool
    over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """``words``: what was written, with a request too; None once erased. ``follows``: who must do
    what because of it, done or not."""

    type: str
    on: date
    request: str
    words: str | None
    share: str
    follows: tuple[Follows, ...]


def _sent(reader: Bearer) -> Iterator[Sent]:
    """By this very person, as it stands, the latest first; words with a request are one with it."""
    said = [
        one.entry for one in reversed(reader.record.seen.history.standing)
        if one.entry.id in reader.said and one.entry.status != "void"
    ]  # fmt: skip
    beside = _beside(said)
    for one in said:
        if one.id in beside.values():
            continue
        told = beside.get(one.id)
        of = next((two for two in said if two.id == told), one)
        yield Sent(
            type=one.type, on=one.occurred_on, request=getattr(one.facts, "request", ""),
            words=getattr(of.facts, "words", None), share=getattr(one.facts, "share", "all"),
            follows=tuple(_follows(reader.record, one.id)),
        )  # fmt: skip


def _beside(said: Sequence[Entry[Any]]) -> dict[UUID, UUID]:
    """By each request the words that were sent with it: the first of its exclusion since."""
    found: dict[UUID, UUID] = {}
    for view in reversed(said):
        if view.type == "view_recorded":
            asked = (
                one for one in said if one.type == "parent_request"
                and one.facts.of == view.facts.about and one.version < view.version
            )  # fmt: skip
            if (request := next(asked, None)) and request.id not in found:
                found[request.id] = view.id
    return found


def _follows(record: Record, event: UUID) -> Iterator[Follows]:
    for owed in record.seen.follow_ups.values():
        if owed.opened_by == event and owed.kind in TOLD:
            over = owed.closed_on is not None and owed.closed_on <= record.today
            yield Follows(
                kind=owed.kind, owner=record.named(owed.owner), due_on=owed.due_on,
                done_on=owed.closed_on if over and owed.outcome == "done" else None,
                late=not over and owed.due_on < record.today, over=over,
            )  # fmt: skip
