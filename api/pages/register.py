"""An AP provider's register: the whole group on one page for a day, and a grid for a week."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from ap_registry import codes
from ap_registry.calendar import SchoolCalendar
from ap_registry.ingest.registers import WEEKLY
from ap_registry.ingest.results import safe
from ap_registry.registry import Registry
from ap_registry.store.attending import Attending, attending, monday_of
from api.deps import TheRegistry, day_of
from api.edge import SCRIPTED
from api.opened import Opened, Reader
from api.pages import late, marks
from api.pages.refusals import days_first
from api.pages.rendering import Person, check_form, page
from api.pages.table_files import Tabled
from api.problems import HttpProblem
from api.v1.attendance import take_register

router = APIRouter(prefix="/register", route_class=Tabled)
SESSIONS = ("AM", "PM")
SHOWN_BEFORE = 5  # school days whose marks stand beside those of the day
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Who is on a provider's register on some days; ``days``: those that can be marked."""

    provider: str
    calendar: SchoolCalendar
    today: date
    days: tuple[date, ...]
    before: tuple[date, ...]
    pupils: Sequence[Attending]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What a form brought: cells by name, of these the wrong ones and why, and what was taken."""

    cells: Mapping[str, str]
    errors: Mapping[str, str]
    taken: Mapping[str, Any] | None = None


@router.get("")
def day(registry: TheRegistry, person: Person, opened: Opened, on: str = "") -> Response:
    """Today's register, or that of an earlier day; the marks on record are chosen."""
    return _day(registry, person, _group(registry, person, [_asked(registry, on)], opened))


@router.post("")
async def save_day(
    request: Request, registry: TheRegistry, person: Person, opened: Opened
) -> Response:
    """Only what differs from the record is sent; ``do=present`` fills what is empty first."""
    given = await _form(request, person)
    days = [_asked(registry, given.get("on", ""))]

    def save() -> Response:
        group = _group(registry, person, days, opened)
        if given.get("do") == "present":
            return _day(registry, person, group, Entered(cells=_rest(group, given), errors={}))
        entered = _send(registry, person, group, given)
        return _day(registry, person, _group(registry, person, days), entered)

    return await run_in_threadpool(save)


@router.get("/week")
def week(
    registry: TheRegistry, person: Person, opened: Opened, on: str = "", format: str = ""
) -> Response:
    """Monday to Friday of the week of a day; as CSV in the form in which weeks are uploaded."""
    group = _group(registry, person, _week_of(_asked(registry, on)), opened)
    if format == "csv":
        return _as_csv(group)
    return _week(registry, person, group)


@router.post("/week")
async def save_week(
    request: Request, registry: TheRegistry, person: Person, opened: Opened
) -> Response:
    given = await _form(request, person)
    days = _week_of(_asked(registry, given.get("on", "")))

    def save() -> Response:
        entered = _send(registry, person, _group(registry, person, days, opened), given)
        return _week(registry, person, _group(registry, person, days), entered)

    return await run_in_threadpool(save)


async def _form(request: Request, person: Person) -> dict[str, str]:
    sent = await request.form(max_fields=late.MOST_FIELDS)
    given = {name: value.strip() for name, value in sent.items() if isinstance(value, str)}
    check_form(person, given.get("csrf"))
    return given


def _asked(registry: Registry, on: str) -> date:
    found = day_of(on or None, "on") or registry.today()
    if found > registry.today():
        raise HttpProblem(422, "A register cannot be filled in before its day.")
    return found


def _week_of(day: date) -> list[date]:
    return [monday_of(day) + n * DAY for n in range(5)]


def _group(
    registry: Registry, person: Person, days: Sequence[date], opened: Reader | None = None
) -> Group:
    """403 for whoever is no AP provider: schools send theirs as files."""
    own, today = person.caller.organisation, registry.today()
    with registry.database.connection() as connection:
        world = registry.worlds.fresh(connection)
        found = world.organisation(own) if own else None
        if found is None or not found.is_ap_provider or person.caller.role != "provider":
            raise HttpProblem(403, "AP providers fill in this register.")
        calendar = world.calendars.of(found.id)
        first = calendar.nth_before(days[0], SHOWN_BEFORE) or days[0] - 7 * DAY
        pupils = attending(
            connection, found.id, from_on=days[0], to_on=days[-1], today=today, marks_from=first
        )
        if opened:
            opened.note(connection, person.caller, (pupil.id for pupil in pupils))
    stretch = (first + n * DAY for n in range((days[0] - first).days))
    return Group(
        provider=found.id, calendar=calendar, today=today, pupils=pupils,
        days=tuple(d for d in days if d <= today and d.weekday() < 5),
        before=tuple(d for d in stretch if calendar.counts(d)[0])[-SHOWN_BEFORE:],
    )  # fmt: skip


def cell(on: date, session: int, pupil: str) -> str:
    """The name of a field, short: a week of sixty pupils has six hundred."""
    return f"{on.weekday()}{SESSIONS[session]}.{pupil}"


def _cells(group: Group) -> Iterable[tuple[str, Attending, date, int]]:
    for pupil in group.pupils:
        for on in filter(pupil.there, group.days):
            for session in (0, 1):
                yield cell(on, session, pupil.id), pupil, on, session


def _expected(pupil: Attending, on: date) -> bool:
    return pupil.upn is not None and not pupil.full(on)


def _rest(group: Group, given: Mapping[str, str]) -> dict[str, str]:
    """What is empty becomes present, except of pupils whose marks cannot be sent, and of those
    who have had all their sessions of the week."""
    return {
        name: given.get(name) or (marks.present(session) if _expected(pupil, on) else "")
        for name, pupil, on, session in _cells(group)
    }


def _send(registry: Registry, person: Person, group: Group, given: Mapping[str, str]) -> Entered:
    """Through the door of every register; what it refuses comes back by the field's name."""
    cells: dict[str, str] = {}
    errors: dict[str, str] = {}
    rows: list[tuple[str, dict[str, str]]] = []
    for name, pupil, on, session in _cells(group):
        code = _code(given.get(name, ""), session)
        held = pupil.mark(on, session)
        cells[name] = code
        if code == held or (not code and held == codes.NO_MARK):
            continue
        if not code:
            errors[name] = "a mark on record is not erased: choose Z to take it back"
        elif not pupil.upn:
            errors[name] = "has no UPN yet, so that marks cannot be sent"
        else:
            rows.append((name, _row(pupil, group.provider, on, session, code)))
    taken = take_register(registry, person.caller, [row for _, row in rows], dry_run=False)
    errors |= {rows[one["row"] - 1][0]: days_first(one["detail"]) for one in taken["errors"]}
    return Entered(cells=cells, errors=errors, taken=taken)


def _row(pupil: Attending, provider: str, on: date, session: int, code: str) -> dict[str, str]:
    return {
        "upn": pupil.upn or "", "organisation": provider, "date": on.isoformat(),
        "session": SESSIONS[session], "code": code,
    }  # fmt: skip


def _code(text: str, session: int) -> str:
    """Either slash is present, in whichever half of the day; ``-`` is no mark."""
    code = text.upper()
    if code in {"/", "\\"}:
        return marks.present(session)
    return "" if code == codes.NO_MARK else code


def _shown(group: Group, entered: Entered | None) -> dict[str, str]:
    """The code in each cell: what was entered where it was refused, else what is on record."""
    found: dict[str, str] = {}
    for name, pupil, on, session in _cells(group):
        held = pupil.mark(on, session)
        found[name] = "" if held == codes.NO_MARK else held
        if entered and (entered.taken is None or name in entered.errors):
            found[name] = entered.cells.get(name, "")
    return found


def _said(group: Group, entered: Entered | None, started: str) -> dict[str, Any]:
    errors = dict(entered.errors) if entered else {}
    told = [
        (name, f"{pupil.name}, {on:%A} {'afternoon' if session else 'morning'}: {errors[name]}")
        for name, pupil, on, session in _cells(group)
        if name in errors
    ]
    shown = _shown(group, entered)
    unmarked = [
        name for name, pupil, on, _ in _cells(group) if not shown[name] and _expected(pupil, on)
    ]
    return {
        "group": group, "cell": cell, "shown": shown, "errors": errors, "told": told,
        "taken": entered.taken if entered else None, "action": started,
        "left": len(unmarked),
        "first": min(unmarked, key=lambda name: name[:3], default=""),
    }  # fmt: skip


def _day(
    registry: Registry, person: Person, group: Group, entered: Entered | None = None
) -> Response:
    on = group.days[0] if group.days else group.today
    open_, _, why = group.calendar.counts(on)
    return _page(
        registry, "register.html", person, _said(group, entered, "/register"), on=on,
        options=marks.options, words=marks.meant(on), why=None if open_ else why or "a weekend",
        before=group.calendar.nth_before(on, 1), after=_after(group, on),
    )  # fmt: skip


def _after(group: Group, on: date) -> date | None:
    found = group.calendar.nth_after(on, 1)
    return found if found and found <= group.today else None


def _week(
    registry: Registry, person: Person, group: Group, entered: Entered | None = None
) -> Response:
    first = group.days[0]
    return _page(
        registry, "register_week.html", person, _said(group, entered, "/register/week"),
        on=first, why=None, before=first - 7 * DAY,
        after=first + 7 * DAY if first + 7 * DAY <= group.today else None,
        words=marks.meant(group.days[-1]),
    )  # fmt: skip


def _page(
    registry: Registry, template: str, person: Person, said: Mapping[str, Any], **more: Any
) -> Response:
    made = page(registry, template, person, 422 if said["told"] else 200, **said, **more)
    made.headers["Content-Security-Policy"] = SCRIPTED
    return made


def _as_csv(group: Group) -> Response:
    """upn, organisation, week, marks: as it is sent in again."""
    made = StringIO()
    lines = csv.writer(made, lineterminator="\r\n")
    lines.writerow(WEEKLY)
    monday = monday_of(group.days[0])
    for pupil in group.pupils:
        held = " ".join(pupil.mark(monday + n // 2 * DAY, n % 2) for n in range(10))
        lines.writerow((pupil.upn or "", group.provider, monday.isoformat(), safe(held)))
    name = f"register-{group.provider}-{monday}.csv"
    return Response(
        "\ufeff" + made.getvalue(), media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip
