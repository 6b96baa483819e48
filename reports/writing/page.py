"""A document as one HTML page that needs nothing else: on a phone, in print, by a screen reader."""

from datetime import datetime
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from reports.document import Document, Drawing, Facts, Part, Table
from reports.render import moment
from reports.writing.cells import NUMBERS, in_words
from reports.writing.drawings import STYLE
from reports.writing.facts import lines

STACKED = 4  # a table of so many columns or more becomes a list of cards on a phone


def as_page(document: Document, opens_at: str | None = None) -> bytes:
    """``opens_at``: the path at which numbers open; None in a file, which leads nowhere."""
    known_by = moment(datetime.fromisoformat(document.known_by))
    made = _template().render(document=document, known_by=known_by, style=STYLE, opens_at=opens_at)
    return made.encode()


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("reports"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.globals |= {"in_words": in_words, "NUMBERS": NUMBERS, "STACKED": STACKED}
    environment.filters |= {"part_kind": _kind, "lines": lines}
    return environment.get_template("document.html")


def _kind(part: Part) -> str:
    match part:
        case Table():
            return "table"
        case Drawing():
            return "drawing"
        case Facts():
            return "facts"
    return "paragraph"
