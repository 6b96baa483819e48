"""Addresses whose place another has taken: each answer says so (RFC 9745), and until when they
answer at least (RFC 8594)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime

from starlette.datastructures import MutableHeaders
from starlette.types import Scope

SAID = "superseded"  # in the state of a request
PAGE = "/docs#going"


@dataclass(frozen=True, slots=True, kw_only=True)
class Superseded:
    """``since``: the day on which it was said; ``until``: the last on which it answers for sure, at
    least a year on; ``by``: the path of what to ask instead."""

    since: date
    until: date
    by: str


def say_superseded(scope: Scope, headers: MutableHeaders) -> None:
    found: Superseded | None = scope.get("state", {}).get(SAID)
    if found is not None:
        headers["Deprecation"] = f"@{int(_instant(found.since).timestamp())}"
        headers["Sunset"] = format_datetime(_instant(found.until), usegmt=True)
        links = (
            f'<{PAGE}>; rel="deprecation"; type="text/html"',
            f'<{found.by}>; rel="successor-version"',
        )
        headers["Link"] = ", ".join((*headers.getlist("link"), *links))


def _instant(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
