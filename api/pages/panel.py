"""The fair access panel at work: its agenda, a case, whose turn it is, and what is overdue."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from ap_registry.errors import NotFound, Problem
from api.deps import TheRegistry, day_of
from api.opened import Opened
from api.pages import panel_tables
from api.pages.rendering import Person, page
from api.pages.table_files import Tabled
from api.pages.tables import Format, file_of
from api.problems import HttpProblem
from reports.panel import duties, fair_share
from reports.panel.cases import cases
from reports.panel.meeting import Meeting, meeting
from reports.panel.pupils import names
from reports.panel.words import decision_words, need_words, used_words

router = APIRouter(prefix="/panel", route_class=Tabled)
ROLES = frozenset({"panel", "la", "admin"})
WORDS: Mapping[str, Any] = {
    "decision_words": decision_words, "need_words": need_words, "used_words": used_words,
}  # fmt: skip


def la_of(person: Person) -> str:
    """Three digits of the LA whose panel it is: 403 for whoever belongs to none."""
    las = [name for name in person.caller.organisations if name.startswith("LA")]
    if person.caller.role not in ROLES or not las:
        raise HttpProblem(403, "The panel's pages are for a local authority and its panel.")
    return las[0].removeprefix("LA")


def day(registry: TheRegistry, on: str) -> date:
    """Of the meeting; today where none is named."""
    return day_of(on or None, "on") or registry.today()


def the_case(found: Meeting, case: UUID) -> dict[str, Any]:
    """One before this meeting: 404 for any other."""
    one = next(iter(cases(found, only=case)), None)
    if one is None:
        words = "no such case is before this meeting"
        raise NotFound((Problem("", "not_found", words),))
    return one


def in_turn(found: Meeting, case: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Schools that teach the year group, the one whose turn it is first."""
    places = fair_share.places(found)
    return fair_share.turns(fair_share.ledger(found), places, case["year_group"])


@router.get("")
def agenda(
    registry: TheRegistry, person: Person, opened: Opened, on: str = "", format: Format = ""
) -> Response:
    with meeting(registry, la_of(person), day(registry, on)) as found:
        listed = cases(found)
        last = duties.last_meeting(found)
    opened.at_once(person.caller, *(one["pupil_id"] for one in listed))
    if format == "csv":
        return file_of(panel_tables.agenda(listed))
    return page(
        registry, "panel.html", person, cases=listed, on=found.on, last=last, la=found.la,
        today=registry.today(), **WORDS,
    )  # fmt: skip


@router.get("/cases/{case}")
def one_case(
    case: UUID, registry: TheRegistry, person: Person, opened: Opened, on: str = ""
) -> Response:
    with meeting(registry, la_of(person), day(registry, on)) as found:
        one = the_case(found, case)
        schools = in_turn(found, one)
    opened.at_once(person.caller, one["pupil_id"])
    return page(
        registry, "panel_case.html", person, case=one, turns=schools, on=found.on, **WORDS
    )  # fmt: skip


@router.get("/fair-share")
def share(registry: TheRegistry, person: Person, on: str = "", format: Format = "") -> Response:
    with meeting(registry, la_of(person), day(registry, on)) as found:
        ledger, places = fair_share.ledger(found), fair_share.places(found)
    years = sorted({one["year_group"] for one in places})
    free = {(one["school"], one["year_group"]): one["free"] for one in places}
    if format == "csv":
        return file_of(panel_tables.fair_share(ledger["rows"], years, free))
    return page(
        registry, "panel_fair_share.html", person, share=ledger, years=years, free=free,
        on=found.on,
    )  # fmt: skip


@router.get("/overdue")
def overdue(
    registry: TheRegistry, person: Person, opened: Opened, on: str = "", format: Format = ""
) -> Response:
    with meeting(registry, la_of(person), day(registry, on)) as found:
        shown = duties.overdue(found) if format else duties.first_overdue(found, duties.SHOWN)
        late = None if format else duties.counted(found)
        named = names(found, {one["pupil_id"] for one in shown})
    opened.at_once(person.caller, *named)
    if late is None:
        return file_of(panel_tables.overdue(shown, named))
    return page(
        registry, "panel_overdue.html", person, items=shown, names=named, on=found.on,
        kinds=late.kinds, more=late.seen_to - len(shown), number=late.seen_to, late=late.overdue,
        owed=late.own,
    )  # fmt: skip
