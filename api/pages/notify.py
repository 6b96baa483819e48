"""Notify a movement: one thing on a page, or all on one; checked before it is sent.

A form is made from the catalogue, and refused in the same words as the API.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from ap_registry.access import may_send
from ap_registry.answering import Outcome
from ap_registry.errors import Refused
from ap_registry.notices import CATALOGUE
from ap_registry.registry import After
from ap_registry.store import matching
from ap_registry.store.database import Connection
from api.deps import TheRegistry
from api.opened import Opened
from api.pages import forms, refusals, steps
from api.pages.answers import answered
from api.pages.asking import (
    Asking,
    begin,
    exclusions_of,
    kind_of,
    near,
    note_unknown,
    pupil,
    registers,
    stranger,
    tried,
)
from api.pages.heeding import already, backwards, heeded, suggested
from api.pages.recorded import confirmed
from api.pages.rendering import Person, check_form, page
from api.pages.words import GROUPS

router = APIRouter(prefix="/notify")
MOST = 200
Told = Sequence[tuple[str, str]]
Near = Mapping[str, tuple[str, str]]
"""Name and why, by id."""


@router.get("")
def what_happened(registry: TheRegistry, person: Person, upn: str = "") -> Response:
    """Only what the person may notify, in groups."""
    mine = [kind.name for kind in CATALOGUE.values() if may_send(person.caller, kind)]
    groups = [
        (title, [(name, *words) for name, words in group.items() if name in mine])
        for title, group in GROUPS.items()
    ]
    shown = [(title, items) for title, items in groups if items]
    return page(registry, "what_happened.html", person, groups=shown, upn=upn[:MOST])


@router.get("/{name}")
def form(
    name: str, request: Request, registry: TheRegistry, person: Person, opened: Opened,
    whole: bool = False,
) -> Response:  # fmt: skip
    """What the address says of the form's fields is filled in; ``whole``: all on one page."""
    fields = {field.name for field in forms.inputs(kind_of(name), registry.today())}
    asked = {k: v[:MOST] for k, v in request.query_params.items() if k in fields}
    if person.caller.role in fields and person.caller.organisation:
        asked.setdefault(person.caller.role, person.caller.organisation)
    asking = begin(registry, person, opened, name, {**asked, "form": forms.new_reference()})
    first = None if whole else steps.after(asking.steps, None, asking.values)
    if first is not None and steps.says_all(name, asking.values, first):
        return _check(asking)
    return _whole(asking) if first is None else _step(asking, first)


@router.post("/{name}")
async def send(
    name: str, request: Request, registry: TheRegistry, person: Person, opened: Opened
) -> Response:
    """On to the next thing, back, to the check, or (``do=send``, or nothing said) recorded."""
    values = forms.sent((await request.form()).multi_items())
    check_form(person, values.get("csrf"))
    asking = begin(registry, person, opened, name, values)
    do, _, which = values.get("do", "").partition(":")
    at = steps.named(asking.steps, values["at"]) if "at" in values else None

    def answer() -> Response:
        if do == "next" and at is not None:
            return _next(asking, at)
        if do == "back":
            return _step(asking, steps.before(asking.steps, at) or asking.steps[0])
        if do == "change":
            return _step(asking, steps.named(asking.steps, which), checking=True)
        if do == "check":
            return _check(asking)
        return _record(asking, at_check=do == "send")

    return await run_in_threadpool(answer)


def _next(asking: Asking, at: steps.Step) -> Response:
    """What is wrong on this page is said on it, as far as it can be told yet."""
    refused = stranger(asking) if at.name == "pupil" else tried(asking)
    problems = _wrong_here(asking, at, refused)
    checking = bool(asking.values.get("checking"))
    if at.name == "pupil" and any(one.choices for one in at.fields):
        return _step(asking, at, checking=checking)  # a name: the next question, and no error
    if problems:
        if refused:
            note_unknown(asking, refused)
        return _step(
            asking, at, problems=problems, near=near(asking, refused), checking=checking,
            register=registers(asking, refused),
        )  # fmt: skip
    follows = None if checking else steps.after(asking.steps, at, asking.values)
    if follows is None or steps.says_all(asking.kind.name, asking.values, follows):
        return _check(asking)
    return _step(asking, follows)


def _wrong_here(asking: Asking, at: steps.Step, refused: Refused | None) -> Told:
    here = {field.name for field in at.fields}
    known = refused.problems if refused else ()
    told = {(one.pointer, one.code) for one in known}
    early = [
        one for one in backwards(asking.kind, asking.values)
        if (one.pointer, one.code) not in told
    ]  # fmt: skip
    problems = refusals.shown(asking.fields, asking.values, (*known, *early))
    return [(name, words) for name, words in problems if name in here]


def _step(
    asking: Asking, at: steps.Step, *, problems: Told = (), near: Near | None = None,
    checking: bool = False, register: bool = False,
) -> Response:  # fmt: skip
    shown = {field.name for field in at.fields} | {"csrf", "do", "at", "checking"}
    filled = asking.values if problems else {**_suggested(asking), **asking.values}
    kept = {name: value for name, value in asking.values.items() if name not in shown}
    return page(
        asking.registry, "notify_step.html", asking.person, 422 if problems else 200,
        name=asking.kind.name, title=asking.title, step=at, values=filled, kept=kept,
        problems=problems, errors=dict(problems), near=near or {}, checking=checking,
        first=at == asking.steps[0], pupil="" if at.name == "pupil" else pupil(asking),
        register=register,
    )  # fmt: skip


def _suggested(asking: Asking) -> dict[str, str]:
    """What is filled in on the page that asks for it, and seen there before it is sent."""
    today = asking.registry.today()
    said = {"occurred_on": f"{today:%-d/%-m/%Y}"} if asking.kind.name in steps.OF_TODAY else {}
    if asking.kind.name != "suspension":
        return said
    with asking.registry.database.connection() as connection:
        world = asking.registry.worlds.fresh(connection)
    return {**said, **suggested(asking.values, world)}


def _check(asking: Asking) -> Response:
    """Every answer, what would follow, and what is in the way; nothing is saved yet."""
    notice = forms.notice_of(asking.kind.name, asking.values)
    receipt, refused = None, None
    try:
        receipt = asking.registry.record(
            notice, asking.person.caller, from_file=True, dry_run=True
        ).receipt
    except Refused as found:
        refused = found
        note_unknown(asking, refused)
    return _checked(asking, receipt, refused)


def _checked(
    asking: Asking, receipt: Mapping[str, Any] | None, refused: Refused | None
) -> Response:
    problems = refusals.shown(asking.fields, asking.values, refused.problems) if refused else []
    for field in asking.fields:
        if field.names is not None and field.choices and field.name in dict(problems):
            here = [one for one in problems if one[0] == field.name]
            return _step(asking, steps.alone(field), problems=here, checking=True)
    with asking.registry.database.connection() as connection:
        world = asking.registry.worlds.fresh(connection)
    return page(
        asking.registry, "notify_check.html", asking.person, 422 if refused else 200,
        name=asking.kind.name, title=asking.title, pupil=pupil(asking),
        answers=answered(asking.fields, asking.values, world), receipt=receipt,
        heed=[*heeded(asking.kind.name, asking.values, world), *_again(asking, receipt)],
        kept={k: v for k, v in asking.values.items() if k not in {"csrf", "do", "at", "checking"}},
        problems=problems, errors=dict(problems), near=near(asking, refused),
        register=registers(asking, refused), values=asking.values,
    )  # fmt: skip


def _again(asking: Asking, receipt: Mapping[str, Any] | None) -> Iterator[str]:
    if receipt and asking.kind.name == "suspension":
        yield from already(asking.values, exclusions_of(asking))


def _whole(asking: Asking, refused: Refused | None = None) -> Response:
    problems = refusals.shown(asking.fields, asking.values, refused.problems) if refused else []
    return page(
        asking.registry, "notify.html", asking.person, refused.status if refused else 200,
        near=near(asking, refused), register=registers(asking, refused), name=asking.kind.name,
        title=asking.title, fields=asking.fields, values=asking.values, problems=problems,
        errors=dict(problems),
    )  # fmt: skip


def _remembered(asking: Asking) -> After | None:
    """Two who were parted are different pupils from now on."""
    if asking.kind.name != "merge_undone":
        return None

    def remember(connection: Connection, outcomes: Sequence[Outcome]) -> None:
        caller, at = asking.person.caller, asking.registry.now()
        for one in outcomes:
            if one.status == "created" and one.event_id is not None:
                matching.remember_parted(connection, caller, one.event_id, at=at)

    return remember


def _record(asking: Asking, *, at_check: bool) -> Response:
    notice = forms.notice_of(asking.kind.name, asking.values)
    try:
        outcome = asking.registry.record(
            notice, asking.person.caller, from_file=True, after=_remembered(asking)
        )
    except Refused as refused:
        return _checked(asking, None, refused) if at_check else _whole(asking, refused)
    return confirmed(
        asking.registry, asking.person, asking.opened, outcome.receipt or {}, asking.values
    )
