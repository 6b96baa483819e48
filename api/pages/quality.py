"""The data-quality inbox of an LA: pupils who may be one, clashes, organisations amiss."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from ap_registry.matching import DECISIONS, Wanted, decide, pairs
from ap_registry.meant import SAME
from ap_registry.quality import READERS, Inbox, inbox
from ap_registry.registry import Registry
from ap_registry.store import queries
from ap_registry.store.quality import AT_MOST
from api.deps import TheRegistry, scope_of
from api.opened import Opened, Reader
from api.pages import forms, merging
from api.pages.flag_words import clashes
from api.pages.quality_tables import namer, pairs_table, tables
from api.pages.rendering import Person, check_form, page, see_other
from api.pages.tables import SHOWN as CLASHES
from api.pages.tables import Format, file_of
from api.problems import HttpProblem

router = APIRouter(prefix="/quality")
SHOWN = 25  # pairs of a page; its file has all


_OF_TWO = {SAME: merging.look, merging.MERGE: merging.merge, merging.PART: merging.part}


@router.get("")
def show(
    registry: TheRegistry,
    person: Person,
    opened: Opened,
    table: Annotated[str, Query(pattern="^(pairs|clashes|unknown|closed)?$")] = "",
    format: Format = "",
) -> Response:
    """A file is of one of its tables, whole."""
    return _show(registry, person, opened, table=table or "pairs" if format else "")


@router.get("/settled")
def settled(registry: TheRegistry, person: Person, opened: Opened) -> Response:
    """Those of whom somebody decided that they are different pupils: it can be asked again."""
    _refuse_others(person)
    scope = scope_of(person.caller, registry.today())
    with registry.database.connection() as connection:
        found = pairs(registry, connection, scope, settled=True)[:SHOWN]
        ids = [one.id for pair in found for one in (pair.kept, pair.other)]
        opened.note(connection, person.caller, ids)
        world = registry.worlds.fresh(connection)
    return page(
        registry, "settled.html", person, pairs=found, organisation=world.organisation,
        named=namer(world),
    )  # fmt: skip


@router.post("")
async def send(request: Request, registry: TheRegistry, person: Person, opened: Opened) -> Response:
    """The same: shown side by side, and merged once it is chosen how; different: not asked again;
    open: asked again."""
    form = forms.sent((await request.form()).multi_items())
    check_form(person, form.get("csrf"))
    _refuse_others(person)
    decision = form.get("decision", "")
    if decision in _OF_TWO:
        answer = _OF_TWO[decision]
        given = {**form, "reason": form.get("reason", "")[:500]}
        return await run_in_threadpool(answer, registry, person, opened, given)
    if decision not in DECISIONS:
        words = "Choose whether they are the same pupil or different pupils"
        return await run_in_threadpool(_show, registry, person, opened, words)
    kept, other = (forms.id_of(form, name) for name in merging.PAIR)
    wanted = Wanted(pupil=kept, other=other, decision=decision)
    await run_in_threadpool(decide, registry, person.caller, wanted)
    return see_other("/quality")


def _refuse_others(person: Person) -> None:
    if person.caller.role not in READERS:
        raise HttpProblem(403, "Local authorities look after the quality of their data.")


def _show(
    registry: Registry, person: Person, opened: Reader, error: str = "", table: str = ""
) -> Response:
    _refuse_others(person)
    scope = scope_of(person.caller, registry.today())
    found = inbox(registry, scope, pairs=None if table == "pairs" else SHOWN)
    with registry.database.connection() as connection:
        world = registry.worlds.fresh(connection)
        every = list(clashes(found.clashes, world))
        wrong = every[: None if table else CLASHES + 1]
        ids = {UUID(clash.pupil_id) for clash in wrong[: None if table else CLASHES]}
        names = queries.names(connection, scope, ids)
        opened.note(connection, person.caller, _shown(found, ids, table))
    if table == "pairs":
        return file_of(pairs_table(found.pairs, namer(world)))
    listed = tables(found, wrong, names, namer(world))
    if table:
        return file_of(listed[table])
    return page(
        registry, "quality.html", person, 422 if error else 200, inbox=found, error=error,
        tables=listed, organisation=world.organisation, records=len(every),
        cut=len(found.clashes) >= AT_MOST,
    )  # fmt: skip


def _shown(found: Inbox, clashing: set[UUID], table: str) -> set[UUID]:
    """Whom the page shows, or the file of one of its tables."""
    pairs = found.pairs if table in {"", "pairs"} else []
    paired = {one.id for pair in pairs for one in (pair.kept, pair.other)}
    return paired | (clashing if table in {"", "clashes"} else set())
