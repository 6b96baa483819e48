"""The five outcomes as a page, now or as known earlier, and what has changed in them."""

import base64
import hashlib
import re
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from ap_registry.instants import instant
from api.deps import TheRegistry, day_of, instant_of
from api.pages.rendering import Person, text_of
from api.v1.reports import compared, narrowed, period
from reports.command import outcomes_report
from reports.restated import written
from reports.restatement import restatement

router = APIRouter()
MONTH = timedelta(days=30)
_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)
_LINK = b'<link rel="stylesheet" href="/static/header.css"></head>'


@router.get("/outcomes")
def outcomes(
    registry: TheRegistry,
    person: Person,
    year: int | None = None,
    provider: str | None = None,
    known_by: str = "",
) -> Response:
    """The academic year that begins in ``year``; default the last one that is over."""
    start, end = _year(year, registry.today())
    scope = narrowed(person.caller, provider, None)
    known_at = instant_of(known_by or None, "known_by")
    report = outcomes_report(
        registry, from_on=start, to_on=end, known_by=known_at, provider=scope[0], la=scope[1],
        format="html",
    )  # fmt: skip
    header = text_of(
        registry, "report_header.html", person, year=start.year, known_by=known_by,
        known_at=known_at and instant(known_at),
    )  # fmt: skip
    return _framed(report, header)


@router.get("/outcomes/changes")
def changes(
    registry: TheRegistry,
    person: Person,
    year: int | None = None,
    provider: str | None = None,
    from_: Annotated[str, Query(alias="from")] = "",
    to: str = "",
) -> Response:
    """What has changed in an academic year's outcomes; default over the last thirty days."""
    start, end = _year(year, registry.today())
    before = from_ or str(registry.today() - MONTH)
    asked = compared(
        instant_of(before, "from"), instant_of(to or None, "to"), start, end,
        narrowed(person.caller, provider, None),
    )  # fmt: skip
    report = written(restatement(registry, asked), "html")
    header = text_of(
        registry, "changes_header.html", person, year=start.year, before=before, after=to
    )
    return _framed(report, header)


def _year(year: int | None, today: date) -> tuple[date, date]:
    first = day_of(f"{year:04d}-09-01", "year") if year is not None else None
    return period(first, None, today)


def _framed(report: bytes, header: str) -> Response:
    """The report, which is a page of its own, under the header of ours."""
    made = report.replace(b"</head>", _LINK, 1)
    made = made.replace(b"<body>", b"<body>" + header.encode(), 1)
    return Response(made, media_type="text/html", headers=_policy(made))


def _policy(page: bytes) -> dict[str, str]:
    """A report carries its own style sheet, so that it can be saved: allowed by its digest."""
    digests = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(style).digest()).decode()}'"
        for style in _STYLE.findall(page)
    )
    return {
        "Content-Security-Policy": f"default-src 'none'; style-src 'self' {digests};"
        " img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    }
