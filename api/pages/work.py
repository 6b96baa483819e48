"""A role's work: short lists of what is owed, each with the form filled in."""

from collections.abc import Iterator, Mapping
from datetime import date
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import Response

from ap_registry.access import FAMILY
from ap_registry.notice import World
from ap_registry.store import worklists
from api.deps import TheRegistry, scope_of
from api.opened import Opened
from api.pages.provider_lists import ANSWERS, Work
from api.pages.rendering import Person, capfirst, in_words, page
from api.pages.role_lists import OF_ROLE, WORK
from api.pages.tables import SHOWN, Cell, Format, Table, file_of, limit_of, pupil_cell
from api.pages.words import code_words
from api.problems import HttpProblem

router = APIRouter(prefix="/tasks")


@router.get("/{name}")
def show(
    name: str,
    registry: TheRegistry,
    person: Person,
    opened: Opened,
    format: Format = "",
) -> Response:
    """One list, soonest first; what is not on it is not owed."""
    caller, today = person.caller, registry.today()
    work = WORK.get(name)
    if work is None:
        raise HttpProblem(404, "There is no such list.")
    if caller.role != work.role or not caller.organisation:
        raise HttpProblem(403, "This list is another role's work.")
    with registry.database.connection() as connection:
        rows = worklists.owed(
            connection, scope_of(caller, today), name, today=today, limit=limit_of(format)
        )
        shown = rows if format else rows[:SHOWN]
        opened.note(connection, caller, (row["pupil_id"] for row in shown))
        world = registry.worlds.fresh(connection)
    table = Table(
        name=name, caption=work.title, columns=work.columns, empty=work.empty,
        rows=list(_rows(work, rows, world, caller.organisation, today)),
    )  # fmt: skip
    if format == "csv":
        return file_of(table)
    lists = [(f"/tasks/{key}", WORK[key].title) for key in OF_ROLE[caller.role]]
    return page(
        registry, "work.html", person, work=work, table=table, lists=lists, here=f"/tasks/{name}"
    )


def _rows(
    work: Work, rows: worklists.Found, world: World, own: str, today: date
) -> Iterator[tuple[Cell, ...]]:
    for row in rows:
        other = world.organisation(row["other"])
        actions = tuple(
            (_form(kind, row["upn"], filled, today), words)
            for kind, words, filled in work.forms(row, own)
            if row["upn"]
        )
        yield (
            pupil_cell(row["pupil_id"], row["name"], row["upn"]),
            Cell(text=other.name if other else _said(row["other"] or "")),
            Cell(
                text=in_words(row["on"]),
                tag="Overdue" if work.due and row["on"] and row["on"] < today else "",
            ),
            Cell(text=work.what(row), actions=actions, about=row["name"]),
        )


def _form(kind: str, upn: str, filled: Mapping[str, str], today: date) -> str:
    given = {"occurred_on": f"{today:%d/%m/%Y}"} if kind in ANSWERS else {}
    return f"/notify/{kind}?{urlencode({'upn': upn, **given, **filled})}"


def _said(other: str) -> str:
    """A qualification, or who of a family wrote."""
    return capfirst(FAMILY[other]) if other in FAMILY else code_words("qualification", other)


def waiting(counts: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """Name, title and length of the lists that hold something."""
    return [(n, WORK[n].title, count) for n, count in counts.items() if count]
