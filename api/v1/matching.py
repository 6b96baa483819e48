"""Pupils who may be one: shown with reasons, decided by a person; and the data-quality inbox."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool

from ap_registry.access import Caller
from ap_registry.errors import Problem, Refused
from ap_registry.likeness import Details
from ap_registry.matching import DECISIONS, Wanted, decide, pairs
from ap_registry.quality import READERS, inbox
from api.deps import Holder, TheRegistry, scope_of
from api.opened import Opened
from api.problems import HttpProblem, responses
from api.v1.bodies import body_of, read_json
from api.v1.cursors import Cursor, Limit, after
from api.v1.cursors import page as cut
from api.v1.schemas import DAY, ID, INSTANT, TEXT, WHOLE, answers, array, maybe, record
from api.v1.schemas import page as pages

router = APIRouter(tags=["matching"])
_PERSON = record(
    id=ID, upn=maybe(TEXT), given_name=maybe(TEXT), family_name=maybe(TEXT),
    date_of_birth=maybe(DAY), sex=maybe(TEXT), schools=array(TEXT),
)  # fmt: skip
_PAIR = record(
    pupil=_PERSON, other=_PERSON, score=WHOLE, reasons=array(TEXT),
    decision=maybe(record(decision=TEXT, at=INSTANT, by=maybe(TEXT), actor=TEXT)),
)  # fmt: skip
_INBOX = record(
    pairs=array(_PAIR),
    clashes=array(record(pupil_id=ID, upn=maybe(TEXT), rule=TEXT, detail=TEXT)),
    unknown_organisations=array(
        record(name=TEXT, by=TEXT, times=WHOLE, first_at=INSTANT, last_at=INSTANT)
    ),
    closed_organisations=array(
        record(organisation=TEXT, name=TEXT, closed_on=DAY, pupils=WHOLE, successors=array(TEXT))
    ),
)
_SENT = {"upn", "given_name", "family_name", "date_of_birth"}
_FIELDS = {"pupil_id", "other_pupil_id", "decision", "reason", "organisation", "sent"}
_BODY = body_of(
    {
        "type": "object",
        "required": ["pupil_id", "decision"],
        "properties": {
            "pupil_id": ID, "other_pupil_id": ID, "decision": {"enum": list(DECISIONS)},
            "reason": TEXT, "organisation": TEXT,
            "sent": {
                "type": "object", "additionalProperties": False,
                "properties": {**dict.fromkeys(sorted(_SENT - {"date_of_birth"}), TEXT),
                               "date_of_birth": DAY},
            },
        },
        "additionalProperties": False,
    }
)  # fmt: skip
_DECIDED = record(pupil_id=ID, other_pupil_id=maybe(ID), decision=TEXT)  # and a merge's receipt


def _refuse_others(caller: Caller) -> None:
    if caller.role not in READERS:
        raise HttpProblem(403, f"The role {caller.role} may not look through the pupils of an LA.")


@router.get(
    "/matching",
    operation_id="list_matching",
    responses={**answers(pages(_PAIR)), **responses(401, 403, 422, 503)},
)
def list_matching(
    registry: TheRegistry,
    holder: Holder,
    opened: Opened,
    settled: Annotated[bool, Query(description="Those decided to be different instead.")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Two pupils on record who may be one, the likeliest first; LAs and administrators."""
    _refuse_others(holder.caller)
    mark = after(cursor, 1)
    start = int(mark[0]) if mark and mark[0].isdecimal() else 0
    with registry.database.connection() as connection:
        found = pairs(
            registry, connection, scope_of(holder.caller, registry.today()), settled=settled
        )
        shown = found[start : start + limit + 1]
        ids = (one.id for pair in shown[:limit] for one in (pair.kept, pair.other))
        opened.note(connection, holder.caller, ids)
    items = [{**pair.as_json(), "n": start + n} for n, pair in enumerate(shown, start=1)]
    return cut(items, limit, "n")


@router.post(
    "/matching",
    operation_id="post_matching",
    status_code=201,
    openapi_extra=_BODY,
    responses={**answers(_DECIDED, 201), **responses(400, 401, 403, 404, 409, 415, 422, 503)},
)
async def post_matching(request: Request, registry: TheRegistry, holder: Holder) -> dict[str, Any]:
    """Remember what a person decided: of two pupils (same merges them), or of what is sent."""
    body = await read_json(request)
    if not isinstance(body, dict):
        raise HttpProblem(400, "Send one JSON object.")
    wanted = _read(body)
    return await run_in_threadpool(decide, registry, holder.caller, wanted)


@router.get(
    "/data-quality",
    operation_id="get_data_quality",
    responses={**answers(_INBOX), **responses(401, 403, 503)},
)
def get_data_quality(registry: TheRegistry, holder: Holder, opened: Opened) -> dict[str, Any]:
    """What in the record wants looking at, as far as an LA sees it."""
    _refuse_others(holder.caller)
    found = inbox(registry, scope_of(holder.caller, registry.today()))
    opened.at_once(holder.caller, *found.pupils())
    return found.as_json()


def _read(body: dict[str, Any]) -> Wanted:
    """Raise Refused with every problem of the form."""
    problems = [
        Problem(f"/{name}", "unknown_field", f"a decision has no field {name}")
        for name in sorted(body.keys() - _FIELDS)
    ]
    sent = body.get("sent") or {}
    if not isinstance(sent, dict) or sent.keys() - _SENT:
        problems.append(Problem("/sent", "bad_format", "sent has " + ", ".join(sorted(_SENT))))
        sent = {}
    pupil = _id(body, "pupil_id", problems, needed=True)
    other = _id(body, "other_pupil_id", problems)
    texts = {
        name: _text(where, name, problems)
        for where, names in (
            (body, ("decision", "reason", "organisation")),
            (sent, ("upn", "given_name", "family_name")),
        )
        for name in names
    }
    born = _day(sent.get("date_of_birth"), problems)
    if problems or pupil is None:
        raise Refused(tuple(problems))
    return Wanted(
        pupil=pupil, other=other, decision=texts["decision"] or "", reason=texts["reason"],
        organisation=texts["organisation"], sent_upn=texts["upn"] or "",
        sent=Details(given_name=texts["given_name"], family_name=texts["family_name"],
                     date_of_birth=born),
    )  # fmt: skip


def _id(
    body: dict[str, Any], name: str, problems: list[Problem], *, needed: bool = False
) -> UUID | None:
    if body.get(name) in (None, ""):
        if needed:
            problems.append(Problem(f"/{name}", "required", f"{name} is needed"))
        return None
    try:
        return UUID(str(body[name]))
    except ValueError:
        problems.append(Problem(f"/{name}", "bad_format", f"{name} must be an id"))
        return None


def _text(body: dict[str, Any], name: str, problems: list[Problem]) -> str | None:
    value = body.get(name)
    if value is None or (isinstance(value, str) and len(value) <= 500):
        return value
    problems.append(Problem(f"/{name}", "bad_format", f"{name} must be text of fair length"))
    return None


def _day(value: object, problems: list[Problem]) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        words = "date_of_birth must be a date such as 2011-02-03"
        problems.append(Problem("/sent/date_of_birth", "bad_format", words))
        return None
