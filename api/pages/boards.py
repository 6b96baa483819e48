"""Boards of an LA: education owed from the sixth day of an exclusion, and under section 19."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from ap_registry.notice import World
from ap_registry.store.boards import board, waiting_on
from ap_registry.store.database import Connection
from ap_registry.store.queries import Scope
from api.deps import TheRegistry, scope_of
from api.opened import Opened
from api.pages.rendering import Person, in_words, live, page
from api.pages.tables import MOST_IN_FILE, Cell, Format, Table, file_of, pupil_cell
from api.problems import HttpProblem

router = APIRouter(prefix="/boards")
ROLES = frozenset({"la", "panel", "admin"})
SINCE = timedelta(days=30)
SHOWN = 200
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    title: str
    about: str
    kinds: tuple[str, ...]
    empty: str


BOARDS: Mapping[str, Board] = {
    "sixth-day": Board(
        title="Education from the sixth day",
        about="Full-time education is owed from the sixth school day of an exclusion: by the school"
        " for a suspension, by the home local authority for a permanent exclusion. A looked-after"
        " child should have it from the first day.",
        kinds=("sixth_day_provision", "day_one_provision"),
        empty="Nobody waits for education from the sixth day.",
    ),
    "section-19": Board(
        title="Section 19: suitable education",
        about="The home local authority arranges suitable education for a child who would not"
        " receive any by reason of illness, exclusion or otherwise (Education Act 1996, section"
        " 19).",
        kinds=("section_19",),
        empty="Nobody waits for the local authority to arrange education.",
    ),
}


@router.get("/{name}")
def show(
    name: str, registry: TheRegistry, person: Person, opened: Opened, format: Format = ""
) -> Response:
    """What is owed, soonest due first, and what was arranged in the last thirty days."""
    found = BOARDS.get(name)
    if found is None:
        raise HttpProblem(404, "There is no such board.")
    today = registry.today()
    scope = scope_of(person.caller, today)
    with registry.database.connection() as connection:
        rows = board(
            connection, scope, found.kinds, on=today,
            since=today - SINCE, limit=MOST_IN_FILE if format else SHOWN + 1,
        )  # fmt: skip
        shown = rows if format else rows[:SHOWN]
        opened.note(connection, person.caller, (row["pupil_id"] for row in shown))
        seen = seen_on(connection, scope, found, today)
        world = registry.worlds.fresh(connection)
    items = [_shown(row, world, today) for row in shown]
    if format == "csv":
        return file_of(_table(name, found, items))
    return live(page(
        registry, "board.html", person, board=found, boards=BOARDS, name=name,
        owed=[one for one in items if not one["done"]], done=[one for one in items if one["done"]],
        more=len(rows) > SHOWN, mine=person.caller.organisations, seen=seen,
    ))  # fmt: skip


def seen_on(connection: Connection, scope: Scope, found: Board, today: date) -> dict[str, int]:
    """How many pupils wait, and for how many duties: one may stand on a board twice."""
    waiting, duties = waiting_on(connection, scope, found.kinds, on=today)
    return {"waiting": waiting, "duties": duties}


def _table(name: str, found: Board, items: Sequence[Mapping[str, Any]]) -> Table:
    return Table(
        name=name, caption=found.title, empty=found.empty,
        columns=("Due", "Arranged", "School days late", "School days waited", "Pupil",
                 "What led to it", "Since", "On roll", "Placed", "Who owes it"),
        rows=[
            (
                Cell(text=in_words(one["due_on"])),
                Cell(text=in_words(one["closed_on"]) if one["done"] else ""),
                Cell(text=str(one["late"])),
                Cell(text=str(one["waited"])),
                pupil_cell(one["pupil_id"], one["name"], one["upn"]),
                Cell(text=in_words(one["excluded"] or one["route"] or "")),
                Cell(text=in_words(one["excluded_on"] or one["opened_on"])),
                Cell(text=one["school_name"] or "no school"),
                Cell(text=one["placed_at_name"] or ""),
                Cell(text=one["owner_name"]),
            )
            for one in items
        ],
    )  # fmt: skip


def _shown(row: Mapping[str, Any], world: World, today: date) -> dict[str, Any]:
    """``waited``: school days from the first of the exclusion, else from the day after the duty
    began, to today or the day before education was arranged."""
    calendar = world.calendars.of(row["calendar"] or row["owner"])
    done = row["closed_on"] is not None and row["closed_on"] <= today
    until = row["closed_on"] if done else today
    since = row["excluded_on"] or row["opened_on"] + DAY
    last = until - DAY if done else until
    return {
        **row,
        "done": done,
        "late": calendar.known_days(row["due_on"] + DAY, until) if until > row["due_on"] else 0,
        "waited": calendar.known_days(since, last) if last >= since else 0,
        "left": calendar.known_days(today + DAY, row["due_on"]) if row["due_on"] > today else 0,
        **{
            f"{name}_name": one.name if (one := world.organisation(row[name] or "")) else row[name]
            for name in ("owner", "school", "excluded_by", "said_by", "placed_at")
        },
    }
