"""Notify a movement: a form made from the catalogue, refused in the same words as the API."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from ap_registry.access import may_send
from ap_registry.errors import NotFound, Problem, Refused
from ap_registry.fields import Code, YesNo
from ap_registry.notice import NoticeType
from ap_registry.notices import CATALOGUE
from api.deps import TheRegistry
from api.pages.rendering import Person, check_form, page

router = APIRouter(prefix="/notify")
MOST_CHOICES = 20


def _kind(name: str) -> NoticeType[Any]:
    kind = CATALOGUE.get(name)
    if kind is None:
        raise NotFound((Problem("", "not_found", "there is no such notice"),))
    return kind


def _fields(kind: NoticeType[Any]) -> list[dict[str, Any]]:
    """Envelope first; choices where there are few, text else."""
    found: list[dict[str, Any]] = [
        _field("upn", "Unique pupil number (UPN)", required=True),
        _field("occurred_on", "When did it happen?", required=True, hint="For example 31/3/2026"),
    ]
    for name, spec in kind.fields.items():
        choices: tuple[str, ...] = ()
        if isinstance(spec.kind, Code) and len(spec.kind.codes) <= MOST_CHOICES:
            choices = tuple(spec.kind.codes)
        elif isinstance(spec.kind, YesNo):
            choices = ("true", "false")
        label = name.replace("_", " ").capitalize()
        found.append(_field(name, label, required=spec.required, choices=choices))
    return [*found, _field("ref", "Your own reference", required=False)]


def _field(
    name: str, label: str, *, required: bool, hint: str = "", choices: tuple[str, ...] = ()
) -> dict[str, Any]:
    return {
        "name": name, "label": label, "required": required, "hint": hint, "choices": choices,
    }  # fmt: skip


@router.get("")
def what_happened(person: Person) -> Response:
    kinds = [kind.name for kind in CATALOGUE.values() if may_send(person.caller, kind)]
    return page("what_happened.html", person, kinds=kinds)


@router.get("/{name}")
def form(name: str, person: Person) -> Response:
    kind = _kind(name)
    return page(
        "notify.html", person, name=name, fields=_fields(kind), values={}, problems=(), errors={}
    )


@router.post("/{name}")
async def send(name: str, request: Request, registry: TheRegistry, person: Person) -> Response:
    kind = _kind(name)
    sent = {key: str(value) for key, value in (await request.form()).items()}
    check_form(person, sent.pop("csrf", None))
    notice = {key: value.strip() for key, value in sent.items() if value.strip()}

    def record() -> Any:
        return registry.record({**notice, "type": name}, person.caller, from_file=True)

    try:
        outcome = await run_in_threadpool(record)
    except Refused as refused:
        problems = [(p.pointer.lstrip("/").split("/")[0], p.detail) for p in refused.problems]
        return page(
            "notify.html", person, refused.status, name=name, fields=_fields(kind), values=sent,
            problems=problems, errors=dict(problems),
        )  # fmt: skip
    return page("recorded.html", person, receipt=outcome.receipt)
