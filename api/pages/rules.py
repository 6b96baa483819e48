"""The rules in force, as the reader's LA has set their numbers; and setting one from a day on."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from ap_registry import adjustments
from ap_registry.adjusting import SENDERS, Wanted, adjust, read
from ap_registry.adjustments import TIME, Adjustment, Number, may_adjust, takes
from ap_registry.errors import Refused
from ap_registry.fields import BadValue
from ap_registry.identifiers import la_id
from ap_registry.notice import World
from ap_registry.organisations import Organisation
from ap_registry.registry import Registry
from ap_registry.rules import IDS, Rule, in_force, rule
from api.deps import TheRegistry
from api.pages.days import read_day
from api.pages.refusals import days_first
from api.pages.rendering import Person, check_form, in_words, page
from api.pages.table_files import Tabled
from api.pages.tables import Cell, Format, Table, file_of
from api.problems import HttpProblem

router = APIRouter(prefix="/rules", route_class=Tabled)
KEEPERS = SENDERS
FIELDS = ("value", "from", "reason", "source")
MOST = 500  # characters of an answer
EMPTY = {
    "set": "No number is set locally on this day: open a rule to set one.",
    "settable": "No rule in force on this day has a number that may be set.",
    "": "No rule is in force on this day.",
}
Of = Annotated[str, Query(max_length=20)]


@router.get("")
def listed(
    registry: TheRegistry,
    person: Person,
    on: Annotated[str, Query(max_length=20)] = "",
    show: Annotated[str, Query(pattern="^(settable|set)?$")] = "",
    la: Of = "",
    format: Format = "",
) -> Response:
    """As in force on a day (today, where none is given or it is none), as the LA has set them."""
    world, own = _world(registry, person, la)
    day, wrong = _day(on)
    day = day or registry.today()
    table = _table(_standing(world, own, day), world, own, show, day)
    if format == "csv":
        return file_of(table)
    return page(
        registry, "rules.html", person, 422 if wrong else 200, table=table, own=own, day=day,
        on=on, show=show, errors={"on": wrong} if wrong else {},
        las=[one for one in world.organisations if one.kind == "la"]
        if person.caller.sees_all else [],
    )  # fmt: skip


@router.get("/{rule_id}")
def one(registry: TheRegistry, person: Person, rule_id: str, la: Of = "") -> Response:
    return _page(registry, person, rule_id, la)


@router.post("/{rule_id}")
async def change(request: Request, registry: TheRegistry, person: Person, rule_id: str) -> Response:
    """Looked at first; set once it is confirmed (``do`` save), judged anew then."""
    form = {
        name: str(value).replace("\x00", "").strip()[:MOST]
        for name, value in (await request.form()).items()
    }
    check_form(person, form.get("csrf"))
    return await run_in_threadpool(_answer, registry, person, rule_id, form)


def _answer(registry: Registry, person: Person, rule_id: str, form: Mapping[str, str]) -> Response:
    la, do = form.get("la", ""), form.get("do", "")
    world, own = _world(registry, person, la)
    values = {name: form.get(name, "") for name in FIELDS}
    from_on, wrong = _day(values["from"])
    if own is None:
        raise HttpProblem(400, "Say of which local authority: open the page again.")
    if do == "change":
        return _page(registry, person, rule_id, la, values=values)
    errors = {"from": wrong} if wrong else {}
    wanted = Wanted(
        la=own.id, rule=rule_id, value=values["value"], from_on=from_on,
        reason=values["reason"], source=values["source"],
    )  # fmt: skip
    try:
        found = read(wanted, world, registry.today(), person.caller)
        if not errors and do == "save":
            moved = adjust(registry, wanted, person.caller)["moved"]
            return _page(registry, person, rule_id, la, done=(found, len(moved)))
    except Refused as refused:
        errors = {p.pointer.lstrip("/"): days_first(p.detail) for p in refused.problems} | errors
    if errors:
        return _page(registry, person, rule_id, la, values=values, errors=errors)
    standing = rule(rule_id, found.from_on)
    return page(
        registry, "rule_check.html", person, rule=standing, own=own, found=found, values=values,
        number=_number(standing, standing.value if found.value is None else found.value),
        before=_number(standing, world.value(rule_id, found.from_on, of=own.id)),
    )  # fmt: skip


def _world(registry: Registry, person: Person, la: str) -> tuple[World, Organisation | None]:
    """The LA is the reader's own; an administrator may name another."""
    if person.caller.role not in KEEPERS:
        raise HttpProblem(403, "Local authorities set the numbers of rules.")
    named = la_id(la.strip()) if la.strip() and person.caller.sees_all else None
    with registry.database.connection() as connection:
        world = registry.worlds.fresh(connection)
    found = world.organisation(named or person.caller.organisation or "")
    return world, found if found is not None and found.kind == "la" else None


def _day(text: str) -> tuple[date | None, str]:
    """None where nothing is given; and what is wrong with what is."""
    if not text.strip():
        return None, ""
    try:
        return read_day(text), ""
    except BadValue as bad:
        return None, days_first(bad.detail)


def _standing(
    world: World, own: Organisation | None, day: date
) -> Iterator[tuple[Rule, Adjustment | None]]:
    for rule_id in sorted(IDS):
        found = in_force(rule_id, day)
        if found is not None:
            held = adjustments.standing(world.adjustments, own.id, rule_id, day) if own else None
            yield found, held


def _table(
    found: Iterable[tuple[Rule, Adjustment | None]], world: World, own: Organisation | None,
    show: str, day: date,
) -> Table:  # fmt: skip
    kept = (
        (one, held)
        for one, held in found
        if not show or (held is not None if show == "set" else may_adjust(one))
    )
    return Table(
        name=f"rules-{day}", caption="Rules in force", empty=EMPTY[show],
        columns=("Rule", "Number", "From", "Whose it is", "Source"),
        rows=[_row(one, held, own) for one, held in kept],
    )  # fmt: skip


def _row(one: Rule, held: Adjustment | None, own: Organisation | None) -> tuple[Cell, ...]:
    address = f"/rules/{one.id}" + (f"?la={own.id}" if own else "")
    from_on = held.from_on if held else one.in_force_from
    return (
        Cell(text=one.title, link=address, more=one.id),
        Cell(
            text=_number(one, held.value if held else one.value),
            tag="Set locally" if held else "",
            more=f"instead of {_number(one, one.value)}" if held else "",
        ),
        Cell(text=in_words(from_on.isoformat()) if from_on else "the beginning"),
        Cell(text="Law or statutory guidance" if one.statutory else "Local",
             more="may be set" if may_adjust(one) else ""),
        Cell(text=one.source, more=_confirmed(one)),
    )  # fmt: skip


def _confirmed(one: Rule) -> str:
    """Whether what it says stands in its source, and when somebody looked last."""
    words = (
        "confirmed in the source" if one.status == "verified" else "to be confirmed in the source"
    )
    return f"{words}; last checked {in_words(one.checked_on.isoformat())}"


def _number(one: Rule, value: Number | None) -> str:
    if value is None:
        return "no number"
    if one.unit in {None, TIME}:
        return str(value)
    return f"{value} {one.unit.removesuffix('s') if value == 1 else one.unit}"


def _page(
    registry: Registry, person: Person, rule_id: str, la: str, *,
    values: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None,
    done: tuple[Adjustment, int] | None = None,
) -> Response:  # fmt: skip
    world, own = _world(registry, person, la)
    if rule_id not in IDS:
        raise HttpProblem(404, "There is no such rule.")
    today = registry.today()
    found = rule(rule_id, today)
    refused = adjustments.refusal(rule_id, today, None)
    set_by_la = world.adjustments.get((own.id, rule_id), ()) if own else ()
    held = adjustments.standing(world.adjustments, own.id, rule_id, today) if own else None
    return page(
        registry, "rule.html", person, 422 if errors else 200, rule=found, own=own,
        number=_number(found, held.value if held else found.value), held=held,
        registry_number=_number(found, found.value), refused=refused,
        takes="" if refused else takes(found), values=values or {}, errors=errors or {},
        done=done, confirmed=_confirmed(found), set_by_la=[
            (one, _number(found, one.value) if one.value is not None else "the registry's own")
            for one in reversed(set_by_la)
        ],
    )  # fmt: skip
