"""Reports that a job makes, as pages: ask for one, see how far each is, get its file, cancel."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from ap_registry.errors import Refused
from ap_registry.notice import World
from ap_registry.store import report_runs
from ap_registry.store.report_runs import ASKER, COLLEAGUES, EVERY, NOBODY, TELL
from api.deps import TheRegistry
from api.opened import Opened
from api.pages import reports
from api.pages.forms import Input
from api.pages.naming import settled
from api.pages.rendering import Person, check_form, page, see_other
from api.pages.report_forms import inputs, label_of, wrong
from api.pages.reports import FORMAT_NAMES, kind_for
from api.pages.table_files import Tabled
from api.problems import HttpProblem
from api.v1.report_runs import ask_for, file_answer
from reports.kinds import KINDS, Kind
from reports.render import as_json

router = APIRouter(prefix="/reports", route_class=Tabled)
SHOWN = 100
EVERY_WORDS: Mapping[str, str] = {
    "": "Once", "week": "Each week", "half_term": "After each half-term", "month": "Each month",
}  # fmt: skip
TELL_WORDS: Mapping[str, str] = {
    ASKER: "Me", COLLEAGUES: "Everybody at my organisation with my role", NOBODY: "Nobody",
}  # fmt: skip


@router.get("/files")
def listed(registry: TheRegistry, person: Person) -> Response:
    """The latest of those that somebody at the organisation asked for in the same role."""
    with registry.database.connection() as connection:
        runs = report_runs.listed(connection, person, limit=SHOWN)
        world = registry.worlds.fresh(connection)
    return page(
        registry, "report_files.html", person, runs=runs, most=SHOWN, kinds=KINDS, only=None,
        every_words=EVERY_WORDS, format_names=FORMAT_NAMES, said_of=_teller(world), again=_again,
    )  # fmt: skip


@router.get("/files/{report}")
def one(report: UUID, registry: TheRegistry, person: Person) -> Response:
    """Where a letter leads."""
    run = _run(registry, person, report)
    with registry.database.connection() as connection:
        world = registry.worlds.fresh(connection)
    return page(
        registry, "report_files.html", person, runs=[run], most=SHOWN, kinds=KINDS, only=run,
        every_words=EVERY_WORDS, format_names=FORMAT_NAMES, said_of=_teller(world), again=_again,
    )  # fmt: skip


@router.get("/files/{report}/file")
def file(report: UUID, registry: TheRegistry, person: Person, opened: Opened) -> Response:
    return file_answer(registry, person, report, opened)


@router.get("/files/{report}/manifest")
def manifest(report: UUID, registry: TheRegistry, person: Person) -> Response:
    """What the file was made of, and its digest."""
    run = _run(registry, person, report)
    if run["manifest"] is None:
        raise HttpProblem(404, "This report has not been made yet.")
    name = f'attachment; filename="{run["report"]}.{run["format"]}.manifest.json"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    return Response(as_json(run["manifest"]), media_type="application/json", headers=headers)


@router.post("/files/{report}")
async def cancel(
    report: UUID, request: Request, registry: TheRegistry, person: Person
) -> Response:  # fmt: skip
    """It is not made, nor made anew, and its file is deleted."""
    check_form(person, (await request.form()).get("csrf"))
    await run_in_threadpool(_cancel, registry, person, report)
    return see_other("/reports/files")


def _cancel(registry: TheRegistry, person: Person, report: UUID) -> None:
    with registry.database.connection() as connection:
        if not report_runs.cancel(connection, person, report):
            raise HttpProblem(404, "There is no such report.")


def _run(registry: TheRegistry, person: Person, report: UUID) -> dict[str, Any]:
    with registry.database.connection() as connection:
        found = report_runs.listed(connection, person, id=report, limit=1)
    if not found:
        raise HttpProblem(404, "There is no such report.")
    return found[0]


@router.get("/{name}/later")
def later(request: Request, registry: TheRegistry, person: Person, name: str) -> Response:
    """What is asked, and how the file is to be made."""
    kind = kind_for(name, person.caller)
    fields, sent = settled(
        registry, inputs(registry, kind, person.caller), dict(request.query_params),
        person.caller.organisation,
    )  # fmt: skip
    if problems := wrong(kind, fields, sent):
        return reports.form(registry, person, kind, fields, sent, problems)
    return _form(registry, person, kind, sent, ())


@router.post("/{name}/later")
async def ask(request: Request, registry: TheRegistry, person: Person, name: str) -> Response:
    kind = kind_for(name, person.caller)
    sent = {key: value for key, value in (await request.form()).items() if isinstance(value, str)}
    check_form(person, sent.get("csrf"))
    return await run_in_threadpool(_ask, registry, person, kind, sent)


def _ask(registry: TheRegistry, person: Person, kind: Kind, sent: Mapping[str, str]) -> Response:
    every, tell, format = sent.get("every", ""), sent.get("tell", ""), sent.get("file", "")
    problems = _problems(kind, format, every, tell)
    if not problems:
        given = {"report": kind.name, "format": format, "options": _options(kind, sent),
                 "every": every or None, "tell": tell}  # fmt: skip
        try:
            ask_for(registry, person, given)
            return see_other("/reports/files")
        except Refused as refused:
            if refused.status != 422:
                raise
            problems = [("", one.detail) for one in refused.problems]
    return _form(registry, person, kind, sent, problems)


def _problems(kind: Kind, format: str, every: str, tell: str) -> list[tuple[str, str]]:
    known = (
        ("file", format in kind.formats, "choose what the file is to be"),
        ("every", every in {"", *EVERY}, "choose how often it is to be made"),
        ("tell", tell in TELL, "choose who is to be told"),
    )
    return [(name, words) for name, right, words in known if not right]


def _form(
    registry: TheRegistry, person: Person, kind: Kind, sent: Mapping[str, str], problems: Any
) -> Response:
    options = _options(kind, sent)
    with registry.database.connection() as connection:
        world = registry.worlds.fresh(connection)
    values = {"file": kind.formats[0], "every": "", "tell": ASKER, **sent}
    return page(
        registry, "report_later.html", person, 422 if problems else 200, kind=kind,
        options=options, asked=list(_said(kind, options, world)), problems=problems,
        again=urlencode({**options, "format": "html"}), errors=dict(problems),
        fields=_fields(kind), values=values,
    )  # fmt: skip


def _fields(kind: Kind) -> list[Input]:
    formats = tuple((one, FORMAT_NAMES.get(one, one.upper())) for one in kind.formats)
    made = (
        ("file", "What is the file to be?", "", formats),
        ("every", "How often?", "Leave the days empty where each is to be of its own time.",
         tuple(EVERY_WORDS.items())),
        ("tell", "Who is told by letter when it is ready?", "A link, which asks them to sign in.",
         tuple(TELL_WORDS.items())),
    )  # fmt: skip
    return [
        Input(name=name, label=label, hint=hint, kind="choice", required=True, choices=choices)
        for name, label, hint, choices in made
    ]


def _options(kind: Kind, sent: Mapping[str, str]) -> dict[str, str]:
    names = {option.name for option in kind.options}
    return {name: value for name, value in sent.items() if name in names and value}


def _said(kind: Kind, options: Mapping[str, str], world: World) -> Iterator[tuple[str, str]]:
    """What was asked and answered; an organisation by its name."""
    for option in kind.options:
        if option.name in options:
            value = options[option.name]
            la = option.kind == "la" and f"LA{value.upper().removeprefix('LA')}"
            named = world.organisation(la or value) if la or option.kind == "organisation" else None
            yield label_of(option), named.name if named else value


def _again(run: Mapping[str, Any]) -> str:
    """Where it is asked for anew, with the same answers."""
    answers = {"file": run["format"], "every": run["every"] or "", "tell": run["tell"]}
    return f"/reports/{run['report']}/later?{urlencode({**run['options'], **answers})}"


def _teller(world: World) -> Callable[[Mapping[str, Any]], str]:
    def said_of(run: Mapping[str, Any]) -> str:
        """What was asked of one, in a line."""
        found = _said(KINDS[run["report"]], run["options"], world)
        return "; ".join(f"{words}: {value}" for words, value in found)

    return said_of
