"""The five outcomes as a page, now or as known earlier, and what has changed in them."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from ap_registry.access import Caller
from ap_registry.instants import instant
from ap_registry.registry import Registry
from api.counted import Counted
from api.deps import TheRegistry, day_of, instant_of
from api.opened import Opened, Reader
from api.pages.framing import framed
from api.pages.rendering import Person
from api.v1.reports import read
from reports.asking import asked_of, narrowed
from reports.files import file_of, page_of
from reports.kinds import KINDS, Kind
from reports.scope import period_of

router = APIRouter()
MONTH = timedelta(days=30)


@router.get("/outcomes")
def outcomes(
    request: Request,
    registry: TheRegistry,
    person: Person,
    opened: Opened,
    year: int | None = None,
    provider: str | None = None,
    known_by: str = "",
) -> Response:
    """The academic year that begins in ``year``; default the last one that is over."""
    start, end = _year(year, registry.today())
    kind = KINDS["outcomes"]
    given = {"from": str(start), "to": str(end), "known_by": known_by, "provider": provider}
    report = _counted(request, registry, person.caller, kind, given, opened)
    known_at = instant_of(known_by or None, "known_by")
    return framed(
        registry, person, report, "report_header.html", year=start.year, known_by=known_by,
        known_at=known_at and instant(known_at),
    )  # fmt: skip


@router.get("/outcomes/changes")
def changes(
    registry: TheRegistry,
    person: Person,
    opened: Opened,
    year: int | None = None,
    provider: str | None = None,
    from_: Annotated[str, Query(alias="from")] = "",
    to: str = "",
) -> Response:
    """What has changed in an academic year's outcomes; default over the last thirty days."""
    start, end = _year(year, registry.today())
    before = from_ or str(registry.today() - MONTH)
    given = {
        "from": before, "to": to, "period_from": str(start), "period_to": str(end),
        "provider": provider,
    }  # fmt: skip
    made = read(registry, person.caller, KINDS["restatement"], given, opened)
    return framed(
        registry, person, file_of(made, "html"), "changes_header.html", year=start.year,
        before=before, after=to,
    )  # fmt: skip


def _counted(
    request: Request, registry: Registry, caller: Caller, kind: Kind,
    given: Mapping[str, str | None], opened: Reader,
) -> bytes:  # fmt: skip
    """The report as a page, by what the caller may have of it; it shows figures alone."""
    asked = narrowed(kind, caller, asked_of(kind, given, caller))
    key = (kind.name, *sorted(asked.items()), caller.role, caller.organisations)
    counted: Counted = request.app.state.counted
    return counted.of(key, lambda: page_of(read(registry, caller, kind, given, opened)))


def _year(year: int | None, today: date) -> tuple[date, date]:
    first = day_of(f"{year:04d}-09-01", "year") if year is not None else None
    return period_of(first, None, today)
