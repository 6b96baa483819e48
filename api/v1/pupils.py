"""Pupils, their timelines, placements and follow-ups."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from ap_registry.access import Sight
from ap_registry.disclosure import disclosed, health_reason
from ap_registry.reading import clock_explained, read_pupil
from ap_registry.store import owing, queries
from api.deps import Holder, TheRegistry, day_of, find_pupil, instant_of, scope_of
from api.opened import Opened
from api.problems import HttpProblem, responses
from api.v1.asked import AsAt, On, Text
from api.v1.cursors import Cursor, Limit, after, page
from api.v1.schemas import CLOCK, FOLLOW_UP, PLACEMENTS, PUPIL, PUPILS, TIMELINE, answers
from api.v1.schemas import page as pages

router = APIRouter(tags=["pupils"])
_ERRORS = responses(401, 404, 422, 503)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise HttpProblem(422, "This cursor was not made here.") from None


@router.get("/pupils", operation_id="list_pupils", responses={**answers(PUPILS), **_ERRORS})
def list_pupils(
    registry: TheRegistry,
    holder: Holder,
    opened: Opened,
    school: Text = None,
    upn: Text = None,
    name: Annotated[Text, Query(description="Any part of it, given name first.")] = None,
    as_at: AsAt = None,
    on: On = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Pupils whom you may see; those on a school's roll on a day."""
    mark, known_by = after(cursor, 1), instant_of(as_at, "as_at")
    pupil_id = find_pupil(registry, holder.caller, upn, known_by)[0] if upn else None
    with registry.database.connection() as connection:
        items = queries.pupils(
            connection,
            scope_of(holder.caller, registry.today()),
            on=day_of(on, "on") or registry.today(),
            as_at=registry.as_at(connection, known_by),
            school=school.replace("\x00", "") if school else None,
            pupil=pupil_id,
            name=name.replace("\x00", "") if name else None,
            after=_uuid(mark[0]) if mark else None,
            limit=limit + 1,
        )
        opened.note(connection, holder.caller, (item["id"] for item in items[:limit]))
    return page(items, limit, "id")


def _day(seen: Sight, on: str | None, today: date) -> date | None:
    """A former school or provider reads the pupil as on its last day."""
    wanted = day_of(on, "on")
    if seen.until_on is None:
        return wanted
    return min(wanted or today, seen.until_on)


@router.get("/pupils/{pupil}", operation_id="get_pupil", responses={**answers(PUPIL), **_ERRORS})
def get_pupil(
    pupil: str, registry: TheRegistry, holder: Holder, opened: Opened, as_at: AsAt = None,
    on: On = None,
) -> JSONResponse:  # fmt: skip
    """One pupil, by id or UPN."""
    known_by = instant_of(as_at, "as_at")
    pupil_id, seen = find_pupil(registry, holder.caller, pupil, known_by)
    shown = read_pupil(
        registry,
        pupil_id,
        on=_day(seen, on, registry.today()),
        as_at=known_by,
    )
    told = disclosed(shown, holder.caller)
    opened.at_once(holder.caller, shown["id"])
    return JSONResponse(told, headers={"ETag": f'"{shown["version"]}"'})


@router.get(
    "/pupils/{pupil}/timeline",
    operation_id="get_timeline",
    responses={**answers(TIMELINE), **_ERRORS},
)
def get_timeline(
    pupil: str, registry: TheRegistry, holder: Holder, opened: Opened, as_at: AsAt = None,
    on: On = None,
) -> dict[str, Any]:  # fmt: skip
    """Every notice as it stands, with what changed it."""
    known_by = instant_of(as_at, "as_at")
    pupil_id, seen = find_pupil(registry, holder.caller, pupil, known_by)
    shown = read_pupil(
        registry,
        pupil_id,
        on=_day(seen, on, registry.today()),
        as_at=known_by,
        timeline=True,
        last=seen.until_on,
    )
    opened.at_once(holder.caller, shown["id"])
    return {"items": disclosed(shown, holder.caller)["timeline"], "next": None}


@router.get(
    "/placements",
    operation_id="list_placements",
    responses={**answers(PLACEMENTS), **_ERRORS},
)
def list_placements(
    registry: TheRegistry,
    holder: Holder,
    opened: Opened,
    provider: Text = None,
    commissioner: Text = None,
    upn: Text = None,
    open: bool = False,
    as_at: AsAt = None,
    on: On = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Placements of pupils whom you may see, as they stood on a day."""
    mark, known_by = after(cursor, 1), instant_of(as_at, "as_at")
    pupil_id = find_pupil(registry, holder.caller, upn, known_by)[0] if upn else None
    with registry.database.connection() as connection:
        items = queries.placements(
            connection,
            scope_of(holder.caller, registry.today()),
            on=day_of(on, "on") or registry.today(),
            as_at=registry.as_at(connection, known_by),
            provider=provider.replace("\x00", "") if provider else None,
            commissioner=commissioner.replace("\x00", "") if commissioner else None,
            pupil=pupil_id,
            open_only=open,
            after=_uuid(mark[0]) if mark else None,
            limit=limit + 1,
        )
        opened.note(connection, holder.caller, (item["pupil_id"] for item in items[:limit]))
    if holder.caller.role == "health":
        items = [{**p, "reason": health_reason(p["reason"]), "end_reason": None} for p in items]
    return page(items, limit, "id")


@router.get(
    "/follow-ups",
    operation_id="list_follow_ups",
    responses={**answers(pages(FOLLOW_UP)), **_ERRORS},
)
def list_follow_ups(
    registry: TheRegistry,
    holder: Holder,
    opened: Opened,
    on: On = None,
    owner: Text = None,
    status: Annotated[str | None, Query(pattern="^(open|overdue|done|lapsed)$")] = None,
    kind: Text = None,
    upn: Text = None,
    as_at: AsAt = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """What is owed, by due day; open and overdue unless a status is named."""
    mark, known_by = after(cursor, 2), instant_of(as_at, "as_at")
    pupil_id = find_pupil(registry, holder.caller, upn, known_by)[0] if upn else None
    with registry.database.connection() as connection:
        items = owing.follow_ups(
            connection,
            scope_of(holder.caller, registry.today()),
            on=day_of(on, "on") or registry.today(),
            as_at=registry.as_at(connection, known_by),
            owners=[owner.replace("\x00", "")] if owner else None,
            status=status,
            kind=kind.replace("\x00", "") if kind else None,
            pupil=pupil_id,
            after=(day_of(mark[0], "cursor") or date.min, _uuid(mark[1])) if mark else None,
            limit=limit + 1,
        )
        opened.note(connection, holder.caller, (item["pupil_id"] for item in items[:limit]))
    return page(items, limit, "due_on", "id")


@router.get(
    "/follow-ups/{follow_up}/clock",
    operation_id="explain_clock",
    responses={**answers(CLOCK), **_ERRORS},
)
def explain_clock(follow_up: UUID, registry: TheRegistry, holder: Holder) -> dict[str, Any]:
    """Every day from the start to the due day, counted or skipped, and why; it names no pupil."""
    return clock_explained(registry, follow_up, scope_of(holder.caller, registry.today()))
