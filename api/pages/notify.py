"""Notify a movement: a form made from the catalogue, refused in the same words as the API."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from ap_registry.access import may_send
from ap_registry.errors import NotFound, Problem, Refused
from ap_registry.notice import NoticeType
from ap_registry.notices import CATALOGUE
from ap_registry.store import queries
from api.deps import TheRegistry, scope_of
from api.opened import Opened, Reader
from api.pages import forms, refusals
from api.pages.rendering import Person, check_form, page
from api.pages.words import GROUPS, TITLES

router = APIRouter(prefix="/notify")
MOST = 200


def _kind(name: str) -> NoticeType[Any]:
    kind = CATALOGUE.get(name)
    if kind is None:
        raise NotFound((Problem("", "not_found", "there is no such notice"),))
    return kind


@router.get("")
def what_happened(registry: TheRegistry, person: Person, upn: str = "") -> Response:
    """Only what the person may notify, in groups; what has no words yet comes last."""
    mine = [kind.name for kind in CATALOGUE.values() if may_send(person.caller, kind)]
    groups = [
        (title, [(name, *words) for name, words in group.items() if name in mine])
        for title, group in GROUPS.items()
    ]
    others = [(n, n.replace("_", " ").capitalize(), "") for n in mine if n not in TITLES]
    shown = [(title, items) for title, items in [*groups, ("Other", others)] if items]
    return page(registry, "what_happened.html", person, groups=shown, upn=upn[:MOST])


@router.get("/{name}")
def form(name: str, request: Request, registry: TheRegistry, person: Person) -> Response:
    """What the address says of the form's fields is filled in."""
    kind = _kind(name)
    fields = {field.name for field in forms.inputs(kind)}
    asked = {k: v[:MOST] for k, v in request.query_params.items() if k in fields}
    values = {**asked, "form": forms.new_reference()}
    if person.caller.role in {"school", "provider"} and person.caller.organisation:
        values[person.caller.role] = person.caller.organisation
    return _form(registry, person, kind, values)


def _form(
    registry: TheRegistry,
    person: Person,
    kind: NoticeType[Any],
    values: dict[str, str],
    *,
    refused: Refused | None = None,
    opened: Reader | None = None,
) -> Response:
    fields = forms.inputs(kind)
    problems = refusals.shown(fields, values, refused.problems) if refused else []
    near = _near(registry, person, refused)
    if opened is not None:
        opened.at_once(person.caller, *near)
    return page(
        registry, "notify.html", person, refused.status if refused else 200,
        near=near, register=_registers(person, refused),
        name=kind.name,
        title=TITLES.get(kind.name, (kind.name.replace("_", " "), ""))[0],
        fields=fields, values=values, problems=problems, errors=dict(problems),
    )  # fmt: skip


def _registers(person: Person, refused: Refused | None) -> bool:
    """Is the pupil unknown, and may the person register it?"""
    unknown = any(one.code == "unknown_pupil" for one in (refused.problems if refused else ()))
    return unknown and may_send(person.caller, CATALOGUE["pupil_registered"])


def _near(
    registry: TheRegistry, person: Person, refused: Refused | None
) -> dict[str, tuple[str, str]]:
    """Pupils who may be meant, by id: name and why; all are such as the person sees anyway."""
    found = [one for problem in (refused.problems if refused else ()) for one in problem.near]
    if not found:
        return {}
    with registry.database.connection() as connection:
        scope = scope_of(person.caller, registry.today())
        names = queries.names(connection, scope, {one.pupil_id for one in found})
    return {
        id_: (names[id_], "; ".join(one.reasons))
        for one in found
        if (id_ := str(one.pupil_id)) in names
    }


@router.post("/{name}")
async def send(
    name: str, request: Request, registry: TheRegistry, person: Person, opened: Opened
) -> Response:
    kind = _kind(name)
    values = forms.sent((await request.form()).multi_items())
    check_form(person, values.get("csrf"))
    notice = forms.notice_of(name, values)

    def record() -> Response:
        try:
            outcome = registry.record(notice, person.caller, from_file=True)
        except Refused as refused:
            return _form(registry, person, kind, values, refused=refused, opened=opened)
        return page(registry, "recorded.html", person, receipt=outcome.receipt)

    return await run_in_threadpool(record)
