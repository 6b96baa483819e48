"""The five outcomes as a page."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.deps import TheRegistry, day_of
from api.pages.rendering import Person
from api.v1.reports import narrowed, period
from reports.command import outcomes_report

router = APIRouter()


@router.get("/outcomes")
def outcomes(
    registry: TheRegistry,
    person: Person,
    year: int | None = None,
    provider: str | None = None,
) -> Response:
    """The academic year that begins in ``year``; default the last one that is over."""
    first = day_of(f"{year:04d}-09-01", "year") if year else None
    start, end = period(first, None, registry.today())
    scope = narrowed(person.caller, provider, None)
    made = outcomes_report(
        registry, from_on=start, to_on=end, known_by=None, provider=scope[0], la=scope[1],
        format="html",
    )  # fmt: skip
    return Response(made, media_type="text/html")
