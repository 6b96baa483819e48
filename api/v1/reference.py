"""Organisations and the framework: every notice type and every rule, with its source."""

from datetime import date
from itertools import chain
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool

from ap_registry import framework
from ap_registry.adjusting import Wanted, adjust
from ap_registry.errors import NotFound, Problem, Refused
from ap_registry.store import organisation_list
from api.deps import Holder, TheRegistry, day_of, instant_of
from api.problems import HttpProblem, responses
from api.v1.asked import AsAt, Day, On, Text
from api.v1.bodies import body_of, read_json
from api.v1.cursors import Cursor, Limit, after, page
from api.v1.schemas import DAY, ORGANISATION, ORGANISATIONS, TEXT, WHOLE, answers, record

router = APIRouter(tags=["reference"])
_FIELDS = {"la": TEXT, "rule": TEXT, "value": {"type": ["integer", "string"]}, "from": DAY,
           "reason": TEXT, "source": TEXT}  # fmt: skip
_BODY = body_of(
    {
        "type": "object",
        "required": ["rule", "value", "reason"],
        "properties": _FIELDS,
        "additionalProperties": False,
    }
)
_ADJUSTED = record(adjustment=record(la=TEXT, rule=TEXT, reason=TEXT), moved=WHOLE)


@router.get(
    "/organisations",
    operation_id="list_organisations",
    responses={**answers(ORGANISATIONS), **responses(401, 422, 503)},
)
def list_organisations(
    registry: TheRegistry,
    _holder: Holder,
    kind: Text = None,
    name: Annotated[Text, Query(description="Any part of it.")] = None,
    la: Annotated[Text, Query(description="3 digits.")] = None,
    trust: Annotated[Text, Query(description="Such as T-16053.")] = None,
    ukprn: Text = None,
    laestab: Annotated[Text, Query(description="7 digits.")] = None,
    as_at: AsAt = None,
    on: Annotated[Day, Query(description="Those open on this day.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Schools, providers, LAs, services, health partners and trusts."""
    mark = after(cursor, 1)
    wanted = {
        "kind": kind, "name": name, "la": la, "trust": trust, "ukprn": ukprn, "laestab": laestab,
    }  # fmt: skip
    with registry.database.connection() as connection:
        items = organisation_list.organisations(
            connection,
            {key: told.replace("\x00", "") for key, told in wanted.items() if told},
            on=day_of(on, "on"),
            as_at=registry.as_at(connection, instant_of(as_at, "as_at")),
            after=mark[0].replace("\x00", "") if mark else None,
            limit=limit + 1,
        )
    return page(items, limit, "id")


@router.get(
    "/organisations/{organisation}",
    operation_id="get_organisation",
    responses={**answers(ORGANISATION), **responses(401, 404, 422, 503)},
)
def get_organisation(
    organisation: str, registry: TheRegistry, _holder: Holder, as_at: AsAt = None
) -> dict[str, Any]:
    """One, by its id (URN, `LA856`, `T-16053`), its LAESTAB or its UKPRN."""
    name = organisation.replace("\x00", "").strip().upper()
    with registry.database.connection() as connection:
        at = registry.as_at(connection, instant_of(as_at, "as_at"))
        for by in ("id", "laestab", "ukprn"):
            if found := organisation_list.organisations(connection, {by: name}, as_at=at, limit=1):
                return found[0]
    raise NotFound((Problem("", "not_found", "no such organisation is known"),))


@router.get("/framework", operation_id="get_framework", responses=responses(401, 422))
def get_framework(registry: TheRegistry, holder: Holder, on: On = None) -> dict[str, Any]:
    """What can be notified, what follows from it, and the rules with their sources.

    With each rule what the LAs of the caller's organisations have set; an administrator sees all.
    ``on``: the rules in force that day, with what had been set from that day or before.
    """
    with registry.database.connection() as connection:
        world = registry.worlds.fresh(connection)
    las = {f"LA{world.la_of(name)}" for name in holder.caller.organisations}
    set_by = world.adjustments.items()
    mine = (those for (la, _rule), those in set_by if la in las or holder.caller.sees_all)
    return framework.framework(chain.from_iterable(mine), day_of(on, "on"))


@router.post(
    "/framework/adjustments",
    operation_id="post_adjustment",
    status_code=201,
    openapi_extra=_BODY,
    responses={**answers(_ADJUSTED, 201), **responses(400, 401, 403, 415, 422, 503)},
)
async def post_adjustment(
    request: Request, registry: TheRegistry, holder: Holder
) -> dict[str, Any]:
    """An LA sets the number of a rule for what is owed in it; ``moved`` counts the days moved."""
    body = await read_json(request)
    if not isinstance(body, dict):
        raise HttpProblem(400, "Send one JSON object.")
    told = await run_in_threadpool(adjust, registry, _wanted(body, holder), holder.caller)
    return {**told, "moved": len(told["moved"])}


def _wanted(body: dict[str, Any], holder: Holder) -> Wanted:
    """Every problem of form is listed; the LA is the caller's where none is named."""
    given = {"la": holder.caller.organisation, **body}
    problems = [
        Problem(f"/{name}", "unknown_field", f"an adjustment has no field {name}")
        for name in body.keys() - _FIELDS.keys()
    ]
    for name in ("la", "rule", "value", "reason"):
        if given.get(name) in (None, ""):
            problems.append(Problem(f"/{name}", "required", f"{name} is needed"))
        elif not isinstance(given[name], str) and (name != "value" or type(given[name]) is not int):
            problems.append(Problem(f"/{name}", "bad_format", f"{name} must be text"))
    if not isinstance(given.get("source", ""), str):
        problems.append(Problem("/source", "bad_format", "source must be text"))
    try:
        from_on = date.fromisoformat(given["from"]) if "from" in given else None
    except (TypeError, ValueError):
        problems.append(Problem("/from", "bad_format", "from must be a date such as 2025-03-31"))
    if problems:
        raise Refused(tuple(problems))
    return Wanted(
        la=given["la"],
        rule=given["rule"],
        value=str(given["value"]),
        from_on=from_on,
        reason=given["reason"],
        source=given.get("source"),
    )
