"""A case is decided in the meeting: an ordinary notice, in a form that knows whose turn it is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from ap_registry.errors import Problem, Refused
from ap_registry.notices import CATALOGUE
from api.deps import TheRegistry
from api.opened import Opened
from api.pages import forms, refusals
from api.pages.forms import Input
from api.pages.naming import settled
from api.pages.panel import WORDS, day, in_turn, la_of, the_case
from api.pages.rendering import Person, check_form, page
from reports.panel import fair_share
from reports.panel.cases import cases
from reports.panel.meeting import Meeting, meeting
from reports.panel.returning import capacity

router = APIRouter(prefix="/panel/cases")
DECISION = CATALOGUE["fair_access_decision"]
# In the order in which a panel says it; which pupil, case and day the page knows itself.
_ASKED = ("decision", "school", "provider", "starts_on", "reason", "present", "interests")
_OTHER = Input(
    name="other_school", label="Another school", kind="text", required=False, names="school",
    hint="Its name or URN, where the list does not have it: taken instead of one chosen there",
)  # fmt: skip


@router.get("/{case}/decide")
def form(
    case: UUID, registry: TheRegistry, person: Person, opened: Opened, on: str = ""
) -> Response:
    with meeting(registry, la_of(person), day(registry, on)) as found:
        one = the_case(found, case)
        fields = _fields(found, one)
        values = {"form": forms.new_reference(), "present": _present(found)}
    opened.at_once(person.caller, one["pupil_id"])
    return _page(registry, person, found, one, fields, values)


@router.post("/{case}/decide")
async def decide(
    case: UUID, request: Request, registry: TheRegistry, person: Person, opened: Opened
) -> Response:
    given = forms.sent((await request.form()).multi_items())
    check_form(person, given.pop("csrf", None))

    def record() -> Response:
        with meeting(registry, la_of(person), day(registry, given.get("on", ""))) as found:
            one = the_case(found, case)
            fields, values = settled(registry, _fields(found, one), given, found.owner)
            left = [c for c in cases(found) if not c["decided"] and c["case"] != one["case"]]
        opened.at_once(person.caller, one["pupil_id"])
        try:
            outcome = registry.record(
                _notice(registry, found, one, values), person.caller, from_file=True
            )
        except Refused as refused:
            return _page(registry, person, found, one, fields, values, refused=refused)
        return page(
            registry, "panel_decided.html", person, receipt=outcome.receipt, case=one,
            next=left[0] if left else None, on=found.on, values=values,
        )  # fmt: skip

    return await run_in_threadpool(record)


def _notice(
    registry: TheRegistry, found: Meeting, case: Mapping[str, Any], values: Mapping[str, str]
) -> dict[str, str]:
    told = {name: value for name, value in values.items() if name in DECISION.fields}
    if other := values.get("other_school", "").strip():
        told["school"] = other
    return {
        **told,
        "type": DECISION.name,
        "pupil_id": case["pupil_id"],
        "case": case["case"],
        "panel_on": found.on.isoformat(),
        "occurred_on": found.on.isoformat(),
        "by": found.owner,
        "ref": values.get("form") or forms.new_reference(),
    }


def _fields(found: Meeting, case: Mapping[str, Any]) -> list[Input]:
    """Schools in turn, then the area's others, and providers with their room, to choose from."""
    turn = {
        one["school"]: f"{one['school_name']}: {one['per_100']:.2f} per 100{_room(one['free'])}"
        for one in in_turn(found, case)
    }
    others = {
        one["school"]: f"{one['school_name']}: no turn is counted"
        for one in fair_share.ledger(found)["rows"]
        if one["school"] not in turn
    }
    schools = tuple({**turn, **others}.items())
    providers = tuple(
        (one["provider"], one["provider_name"] + _room(one["free"])) for one in capacity(found)
    )
    known = {one.name: one for one in forms.inputs(DECISION, found.on)}
    chosen = {"school": schools, "provider": providers}
    fields = [
        replace(known[name], kind="select", choices=chosen[name])
        if chosen.get(name)
        else known[name]
        for name in _ASKED
    ]
    if schools:
        fields.insert(_ASKED.index("school") + 1, _OTHER)
    return fields


def _room(free: int | None) -> str:
    return "" if free is None else f", {free} free" if free >= 0 else f", {-free} over its places"


def _present(found: Meeting) -> str:
    """Who was present when the last case of this meeting was decided."""
    said = [one["decided"] for one in cases(found) if one["decided"]]
    return "; ".join(said[-1]["present"]) if said else ""


def _page(
    registry: TheRegistry, person: Person, found: Meeting, case: Mapping[str, Any],
    fields: Sequence[Input], values: Mapping[str, str], *, refused: Refused | None = None,
) -> Response:  # fmt: skip
    problems = (
        refusals.shown(fields, values, _of_other(refused.problems, values)) if refused else []
    )
    return page(
        registry, "panel_decide.html", person, refused.status if refused else 200, case=case,
        fields=fields, values=values, problems=problems, errors=dict(problems), on=found.on,
        today=registry.today(), **WORDS,
    )  # fmt: skip


def _of_other(problems: Iterable[Problem], values: Mapping[str, str]) -> list[Problem]:
    """What is wrong with a school is said where it was named."""
    if not values.get("other_school"):
        return list(problems)
    return [
        replace(one, pointer="/other_school") if one.pointer == "/school" else one
        for one in problems
    ]
