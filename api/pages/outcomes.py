"""The five outcomes as a page."""

import base64
import hashlib
import re

from fastapi import APIRouter
from fastapi.responses import Response

from api.deps import TheRegistry, day_of
from api.pages.rendering import Person, text_of
from api.v1.reports import narrowed, period
from reports.command import outcomes_report

router = APIRouter()
_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)


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
    report = outcomes_report(
        registry, from_on=start, to_on=end, known_by=None, provider=scope[0], la=scope[1],
        format="html",
    )  # fmt: skip
    header = text_of(registry, "report_header.html", person, year=start.year).encode()
    link = b'<link rel="stylesheet" href="/static/header.css"></head>'
    made = report.replace(b"</head>", link, 1).replace(b"<body>", b"<body>" + header, 1)
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
