"""Undo by correction: put a notice right or take it back, with the reason; both stay in view."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from ap_registry.errors import Refused
from api.deps import TheRegistry
from api.opened import Opened
from api.pages import forms, refusals
from api.pages.answers import said
from api.pages.naming import settled
from api.pages.recorded import confirmed
from api.pages.rendering import Person, check_form, page
from api.pages.standing import WAS, Standing, changed, find, looked_at_anew, shown

router = APIRouter(prefix="/pupils/{pupil}/notices/{event}")
_CHANGED_SINCE = "Somebody has changed this record since: look again, and then continue"


@router.get("/correct")
def correct(
    pupil: str, event: str, registry: TheRegistry, person: Person, opened: Opened
) -> Response:
    """Every field as it stands, and why it is changed."""
    found = find(registry, person, opened, pupil, event)
    return _form(found, {**found.now, "form": forms.new_reference()})


@router.post("/correct")
async def put_right(
    request: Request, pupil: str, event: str, registry: TheRegistry, person: Person,
    opened: Opened,
) -> Response:  # fmt: skip
    """What was changed, old beside new; recorded once that has been looked at."""
    given = forms.sent((await request.form()).multi_items())
    check_form(person, given.get("csrf"))

    def answer() -> Response:
        found = find(registry, person, opened, pupil, event)
        fields, values = settled(registry, found.fields, given, person.caller.organisation)
        found = replace(found, fields=fields)
        changes = changed(found, values)
        if values.get("do") == "back":
            return _form(found, values)
        wrong = _missing(found, values, changes)
        if wrong:
            return _form(found, values, wrong)
        notice = _correction(found, values, changes)
        sent = values.get("do") == "send"
        try:
            outcome = registry.record(
                notice, person.caller, from_file=True, dry_run=not sent,
                if_match=_version(values),
            )  # fmt: skip
        except Refused as refused:
            told = _told(found, values, refused)
            anew = looked_at_anew(found, values, changes) if _is_stale(refused) else values
            return _form(found, anew, told)
        if sent:
            return confirmed(registry, person, opened, outcome.receipt or {})
        return _check(found, values, changes, outcome.receipt)

    return await run_in_threadpool(answer)


def _version(values: Mapping[str, str]) -> int | None:
    """Of the record that the person was looking at: what others have changed since is not lost."""
    text = values.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 9 else None


def _is_stale(refused: Refused) -> bool:
    return any(one.code == "stale_version" for one in refused.problems)


def _missing(
    found: Standing, values: Mapping[str, str], changes: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Said here, as the registry would speak of the fields of a correction."""
    wrong = []
    if not changes:
        wrong.append((found.fields[0].name, "Change at least one answer"))
    if not values.get("reason"):
        wrong.append(("reason", "Enter “Why is it changed?”"))
    return wrong


def _correction(
    found: Standing, values: Mapping[str, str], changes: Mapping[str, str]
) -> dict[str, Any]:
    """An answer that was taken away is None: a blank never erases."""
    return {
        "type": "correction", "pupil_id": found.pupil["id"], "of": found.item["id"],
        "occurred_on": str(found.registry.today()), "reason": values["reason"],
        "fields": {name: value or None for name, value in changes.items()},
        "ref": values.get("form") or forms.new_reference(), **_proof(values),
    }  # fmt: skip


def _proof(values: Mapping[str, str]) -> dict[str, str]:
    return {"evidence": values["evidence"]} if values.get("evidence") else {}


def _told(found: Standing, values: Mapping[str, str], refused: Refused) -> list[tuple[str, str]]:
    if _is_stale(refused):
        return [("", _CHANGED_SINCE)]
    problems = [
        replace(one, pointer=one.pointer.removeprefix("/fields")) for one in refused.problems
    ]
    return refusals.shown(found.fields, values, problems)


def _form(
    found: Standing, values: Mapping[str, str], problems: Sequence[tuple[str, str]] = ()
) -> Response:
    return page(
        found.registry, "correct.html", found.person, 422 if problems else 200,
        pupil=found.pupil, item=found.item, fields=found.fields, values=values,
        problems=problems, errors=dict(problems),
        was={WAS + name: held for name, held in shown(found, values).items()},
    )  # fmt: skip


def _check(
    found: Standing, values: Mapping[str, str], changes: Mapping[str, str],
    receipt: Mapping[str, Any] | None,
) -> Response:  # fmt: skip
    fields = {one.name: one for one in found.fields}
    with found.registry.database.connection() as connection:
        world = found.registry.worlds.fresh(connection)
    return page(
        found.registry, "correct_check.html", found.person, pupil=found.pupil, item=found.item,
        values=values, receipt=receipt,
        kept={k: v for k, v in values.items() if k not in {"csrf", "do"}},
        changes=[
            (fields[n].label, said(fields[n], found.now[n], world), said(fields[n], new, world))
            for n, new in changes.items()
        ],
    )  # fmt: skip


@router.get("/void")
def take_back(
    pupil: str, event: str, registry: TheRegistry, person: Person, opened: Opened
) -> Response:
    """Why it is taken back; the notice stays in view, struck through."""
    found = find(registry, person, opened, pupil, event)
    return _void(found, {"form": forms.new_reference()})


@router.post("/void")
async def void(
    request: Request, pupil: str, event: str, registry: TheRegistry, person: Person,
    opened: Opened,
) -> Response:  # fmt: skip
    values = forms.sent((await request.form()).multi_items())
    check_form(person, values.get("csrf"))

    def record() -> Response:
        found = find(registry, person, opened, pupil, event)
        if not values.get("reason"):
            return _void(found, values, [("reason", "Enter “Why is it taken back?”")])
        notice = {
            "type": "void", "pupil_id": found.pupil["id"], "of": event,
            "occurred_on": str(registry.today()), "reason": values["reason"],
            "ref": values.get("form") or forms.new_reference(), **_proof(values),
        }  # fmt: skip
        try:
            outcome = registry.record(notice, person.caller, if_match=_version(values))
        except Refused as refused:
            if _is_stale(refused):
                values.pop("version")
            return _void(found, values, _told(found, values, refused))
        return confirmed(registry, person, opened, outcome.receipt or {})

    return await run_in_threadpool(record)


def _void(
    found: Standing, values: Mapping[str, str], problems: Sequence[tuple[str, str]] = ()
) -> Response:
    return page(
        found.registry, "void.html", found.person, 422 if problems else 200, pupil=found.pupil,
        item=found.item, values=values, problems=problems, errors=dict(problems),
    )  # fmt: skip
