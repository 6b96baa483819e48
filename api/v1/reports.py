"""The five outcomes over HTTP, and what has changed in them."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from ap_registry.access import Caller
from api.deps import Holder, TheRegistry, day_of, instant_of
from api.problems import HttpProblem, responses
from api.v1.schemas import OUTCOMES, RESTATEMENT, answers
from reports.command import outcomes_report
from reports.restated import written
from reports.restatement import Asked, restatement
from reports.scope import period_of

router = APIRouter(tags=["reports"])
MEDIA = {"json": "application/json", "csv": "text/csv", "html": "text/html"}
READERS = frozenset({"la", "panel", "provider", "admin", "auditor"})


_OUTCOMES, _RESTATEMENT = answers(OUTCOMES), answers(RESTATEMENT)
for _answers in (_OUTCOMES, _RESTATEMENT):
    for _media in ("text/csv", "text/html"):
        _answers[200]["content"][_media] = {"schema": {"type": "string"}}


@router.get(
    "/outcomes",
    operation_id="get_outcomes",
    responses={**_OUTCOMES, **responses(401, 403, 422, 503)},
)
def get_outcomes(
    registry: TheRegistry,
    holder: Holder,
    from_: Annotated[str | None, Query(alias="from")] = None,
    to: str | None = None,
    known_by: str | None = None,
    provider: str | None = None,
    la: str | None = None,
    format: Annotated[str, Query(pattern="^(json|csv|html)$")] = "json",
) -> Response:
    """By provider and LA; an LA or panel sees its own LA, a provider its own rows."""
    first, last = period(day_of(from_, "from"), day_of(to, "to"), registry.today())
    scope = narrowed(holder.caller, provider, la)
    made = outcomes_report(
        registry,
        from_on=first,
        to_on=last,
        known_by=instant_of(known_by, "known_by"),
        provider=scope[0],
        la=scope[1],
        format=format,
    )
    return Response(made, media_type=MEDIA[format], headers={"Cache-Control": "no-store"})


@router.get(
    "/restatement",
    operation_id="get_restatement",
    responses={**_RESTATEMENT, **responses(401, 403, 422, 503)},
)
def get_restatement(
    registry: TheRegistry,
    holder: Holder,
    from_: Annotated[str, Query(alias="from", description="Known by this instant …")],
    to: Annotated[str | None, Query(description="… and by this one; default now.")] = None,
    period_from: str | None = None,
    period_to: str | None = None,
    provider: str | None = None,
    la: str | None = None,
    format: Annotated[str, Query(pattern="^(json|csv|html)$")] = "json",
) -> Response:
    """Which figures have changed, and which notices changed them; seen by whom outcomes are."""
    scope = narrowed(holder.caller, provider, la)
    asked = compared(
        instant_of(from_, "from"), instant_of(to, "to"), day_of(period_from, "period_from"),
        day_of(period_to, "period_to"), scope,
    )  # fmt: skip
    made = written(restatement(registry, asked), format)
    return Response(made, media_type=MEDIA[format], headers={"Cache-Control": "no-store"})


def compared(
    before: datetime | None, after: datetime | None, first: date | None, last: date | None,
    scope: tuple[str | None, str | None],
) -> Asked:  # fmt: skip
    if before is not None and after is not None and after < before:
        raise HttpProblem(422, "to must not be before from.")
    if first is not None and last is not None and last < first:
        raise HttpProblem(422, "period_to must not be before period_from.")
    return Asked(
        from_at=before, to_at=after, from_on=first, to_on=last, provider=scope[0], la=scope[1]
    )


def narrowed(caller: Caller, provider: str | None, la: str | None) -> tuple[str | None, str | None]:
    """(provider, LA) that the caller may have, or 403."""
    la = la.upper().removeprefix("LA") if la else None
    if caller.role not in READERS:
        raise HttpProblem(403, f"The role {caller.role} may not read outcome reports.")
    if caller.sees_all:
        return provider, la
    if caller.role == "provider":
        if provider not in {None, caller.organisation}:
            raise HttpProblem(403, "You may read your own outcomes.")
        return caller.organisation, la
    if caller.role == "auditor" and provider in caller.organisations:
        return provider, la
    own = {name.removeprefix("LA") for name in caller.organisations if name.startswith("LA")}
    if not own or la not in {None, *own}:
        raise HttpProblem(403, "You may read the outcomes of your own LA.")
    return provider, la or sorted(own)[0]


def period(first: date | None, last: date | None, today: date) -> tuple[date, date]:
    """The academic year of whichever end is given, else the last one that is over."""
    start, end = period_of(first, last, today)
    if end < start:
        raise HttpProblem(422, "to must not be before from.")
    return start, end
