"""My pupils elsewhere today: who, where, whether they are there, when the next review is."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import Response

from ap_registry.access import Caller
from ap_registry.codes import NO_MARK
from ap_registry.notice import World
from ap_registry.store.elsewhere import Elsewhere, elsewhere
from api.deps import TheRegistry, scope_of
from api.opened import Opened
from api.pages.marks import WORDS
from api.pages.rendering import Person, in_words, page
from api.pages.tables import SHOWN, Cell, Format, Table, file_of, limit_of, pupil_cell

router = APIRouter()
TITLES = {"school": "Our pupils elsewhere today", "provider": "Pupils with us today",
          "social_care": "My children elsewhere today"}  # fmt: skip
EMPTY = (
    "No pupil has a placement today. A pupil is listed from the day on which a placement starts."
)


@router.get("/elsewhere")
def show(
    registry: TheRegistry,
    person: Person,
    opened: Opened,
    format: Format = "",
) -> Response:
    """Of a provider those placed with it, of a virtual school its own; of others all they see."""
    caller, today = person.caller, registry.today()
    own = caller.organisations if caller.role == "provider" else None
    with registry.database.connection() as connection:
        found = elsewhere(
            connection, scope_of(caller, today), today=today, providers=own,
            limit=limit_of(format),
        )  # fmt: skip
        shown = found if format else found[:SHOWN]
        opened.note(connection, caller, (one.pupil_id for one in shown))
        world = registry.worlds.fresh(connection)
    table = _table(found, world, caller, today)
    if format == "csv":
        return file_of(table)
    return page(
        registry, "elsewhere.html", person, table=table, today=today, total=len(table.shown),
        ended=sum(one.ended_on == today for one in shown),
        title=TITLES.get(caller.role, "Pupils elsewhere today"),
        school_day=today.weekday() < 5,
    )  # fmt: skip


def _table(found: Iterable[Elsewhere], world: World, caller: Caller, today: date) -> Table:
    ours = caller.role == "provider"
    return Table(
        name="pupils-elsewhere", caption="Pupils with a placement today, by name", empty=EMPTY,
        columns=("Pupil", "Placed by" if ours else "Where", "Today", "Next review", "Until"),
        rows=[_row(one, world, caller, today) for one in found],
    )  # fmt: skip


def _row(one: Elsewhere, world: World, caller: Caller, today: date) -> tuple[Cell, ...]:
    other = one.commissioner if caller.role == "provider" else one.provider
    named = world.organisation(other)
    return (
        pupil_cell(one.pupil_id, one.name, one.upn),
        Cell(text=named.name if named else other, more=f"{one.sessions_per_week} sessions a week"),
        Cell(text=_today(one.marks)),
        _review(one, today),
        replace(_until(one, today), actions=_back(one, caller), about=one.name),
    )


def _back(one: Elsewhere, caller: Caller) -> tuple[tuple[str, str], ...]:
    """The one thing that most often happens next to a pupil whom a school has placed."""
    if caller.role != "school" or one.ended_on or not one.upn:
        return ()
    if one.commissioner not in caller.organisations:
        return ()
    asked = urlencode({"upn": one.upn, "school": one.commissioner})
    return ((f"/notify/reintegration_started?{asked}", "Say that the pupil is back"),)


def _review(one: Elsewhere, today: date) -> Cell:
    """None where the placement is over before it, or the plan is."""
    if one.ended_on is not None:
        return Cell(text="none: it has ended")
    if one.review_on is None:
        return Cell(text="none due")
    if today <= one.ends_on < one.review_on:
        return Cell(text="none before it ends")
    return Cell(text=in_words(one.review_on), tag="Overdue" if one.review_on < today else "")


def _until(one: Elsewhere, today: date) -> Cell:
    if one.ended_on is not None:
        return Cell(text=f"ended on {in_words(one.ended_on)}")
    return Cell(text=in_words(one.ends_on), tag="Passed" if one.ends_on < today else "")


def _today(marks: tuple[str, str]) -> str:
    if marks == (NO_MARK, NO_MARK):
        return "No mark yet"
    words = [WORDS.get(code, "no mark yet") for code in marks]
    if words[0] == words[1]:
        return words[0]
    return f"Morning: {words[0].lower()}. Afternoon: {words[1].lower()}"
