"""Undo by correction: put a notice right or take it back, with the reason; both stay in view."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from ap_registry.access import Caller
from ap_registry.disclosure import disclosed
from ap_registry.errors import NotFound, Problem, Refused
from ap_registry.fields import FieldsOf, Reference
from ap_registry.notices import CATALOGUE
from ap_registry.reading import read_pupil
from ap_registry.registry import Registry
from ap_registry.store.sessions import SignedIn
from api.deps import TheRegistry, find_pupil
from api.opened import Opened, Reader
from api.pages import forms, refusals
from api.pages.rendering import Person, check_form, page

router = APIRouter(prefix="/pupils/{pupil}/notices/{event}")
ACTS = frozenset({"correction", "void"})
_WHY = ("reason", "evidence")
WAS = "was."
"""Before a field's name: what the field held on the page that the person was looking at."""
_CHANGED_SINCE = "Somebody has changed this record since: look again, and then continue"
_NONE = NotFound((Problem("", "not_found", "there is no such notice that you may put right"),))


def may_put_right(item: Mapping[str, Any], caller: Caller) -> bool:
    """Their own; an LA and the administrator also others'."""
    mine = item["by"] in caller.organisations or caller.role in {"la", "admin"}
    return mine and item["type"] not in ACTS and item["status"] != "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A notice as it stands, of a pupil whom the person sees. ``version``: of the whole record."""

    registry: Registry
    person: SignedIn
    pupil: Mapping[str, Any]
    item: Mapping[str, Any]
    fields: Sequence[forms.Input]

    @property
    def now(self) -> dict[str, str]:
        """What its fields hold, as a form writes them."""
        held = {**self.item["data"], "occurred_on": self.item["occurred_on"]}
        return {
            one.name: _written(held.get(one.name), day=one.is_day)
            for one in self.fields
            if one.name not in _WHY
        }


def _written(value: object, *, day: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ";".join(str(part) for part in value)
    return refusals.day_first(str(value)) if day else str(value)


def _find(registry: Registry, person: SignedIn, opened: Reader, pupil: str, event: str) -> Standing:
    pupil_id, seen = find_pupil(registry, person.caller, pupil)
    told = disclosed(read_pupil(registry, pupil_id, on=seen.until_on, timeline=True), person.caller)
    item = next((one for one in told["timeline"] if one["id"] == event), None)
    if item is None or not may_put_right(item, person.caller):
        raise _NONE
    opened.at_once(person.caller, told["id"])
    kind, act = CATALOGUE[item["type"]], forms.inputs(CATALOGUE["void"], registry.today())
    plain = {
        name
        for name, spec in kind.fields.items()
        if not isinstance(spec.kind, Reference | FieldsOf)
    }
    fields = [
        one for one in forms.inputs(kind, registry.today()) if one.name in plain | {"occurred_on"}
    ]
    fields += [replace(one, law="") for one in act if one.name in _WHY and one.name not in plain]
    return Standing(registry=registry, person=person, pupil=told, item=item, fields=fields)


@router.get("/correct")
def correct(
    pupil: str, event: str, registry: TheRegistry, person: Person, opened: Opened
) -> Response:
    """Every field as it stands, and why it is changed."""
    found = _find(registry, person, opened, pupil, event)
    return _form(found, {**found.now, "form": forms.new_reference()})


@router.post("/correct")
async def put_right(
    request: Request, pupil: str, event: str, registry: TheRegistry, person: Person,
    opened: Opened,
) -> Response:  # fmt: skip
    """What was changed, old beside new; recorded once that has been looked at."""
    values = forms.sent((await request.form()).multi_items())
    check_form(person, values.get("csrf"))

    def answer() -> Response:
        found = _find(registry, person, opened, pupil, event)
        changes = _changes(found, values)
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
            anew = _looked_at_anew(found, values, changes) if _is_stale(refused) else values
            return _form(found, anew, told)
        if sent:
            return page(registry, "recorded.html", person, receipt=outcome.receipt)
        return _check(found, values, changes, outcome.receipt)

    return await run_in_threadpool(answer)


def _version(values: Mapping[str, str]) -> int | None:
    """Of the record that the person was looking at: what others have changed since is not lost."""
    text = values.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 9 else None


def _shown(found: Standing, values: Mapping[str, str]) -> dict[str, str]:
    """What the fields held on the page that was sent; without one, what they hold."""
    if "version" not in values:
        return found.now
    return {name: values.get(WAS + name, "") for name in found.now}


def _changes(found: Standing, values: Mapping[str, str]) -> dict[str, str]:
    """What the person has edited, not what others have since."""
    shown = _shown(found, values)
    return {n: values.get(n, "") for n, held in shown.items() if values.get(n, "") != held}


def _is_stale(refused: Refused) -> bool:
    return any(one.code == "stale_version" for one in refused.problems)


def _looked_at_anew(
    found: Standing, values: Mapping[str, str], changes: Mapping[str, str]
) -> dict[str, str]:
    """The record as it is now with what the person has edited: sent again, it is taken."""
    kept = {n: v for n, v in values.items() if n != "version" and not n.startswith(WAS)}
    return {**kept, **found.now, **changes}


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
        was={WAS + name: held for name, held in _shown(found, values).items()},
    )  # fmt: skip


def _check(
    found: Standing, values: Mapping[str, str], changes: Mapping[str, str],
    receipt: Mapping[str, Any] | None,
) -> Response:  # fmt: skip
    fields = {one.name: one for one in found.fields}
    return page(
        found.registry, "correct_check.html", found.person, pupil=found.pupil, item=found.item,
        values=values, receipt=receipt,
        kept={k: v for k, v in values.items() if k not in {"csrf", "do"}},
        changes=[
            (fields[n].label, fields[n].in_words(found.now[n]), fields[n].in_words(new))
            for n, new in changes.items()
        ],
    )  # fmt: skip


@router.get("/void")
def take_back(
    pupil: str, event: str, registry: TheRegistry, person: Person, opened: Opened
) -> Response:
    """Why it is taken back; the notice stays in view, struck through."""
    found = _find(registry, person, opened, pupil, event)
    return _void(found, {"form": forms.new_reference()})


@router.post("/void")
async def void(
    request: Request, pupil: str, event: str, registry: TheRegistry, person: Person,
    opened: Opened,
) -> Response:  # fmt: skip
    values = forms.sent((await request.form()).multi_items())
    check_form(person, values.get("csrf"))

    def record() -> Response:
        found = _find(registry, person, opened, pupil, event)
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
        return page(registry, "recorded.html", person, receipt=outcome.receipt)

    return await run_in_threadpool(record)


def _void(
    found: Standing, values: Mapping[str, str], problems: Sequence[tuple[str, str]] = ()
) -> Response:
    return page(
        found.registry, "void.html", found.person, 422 if problems else 200, pupil=found.pupil,
        item=found.item, values=values, problems=problems, errors=dict(problems),
    )  # fmt: skip
