"""A document as one HTML page that needs nothing else: on a phone, in print, by a screen reader."""

from datetime import datetime
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from reports.document import Document, Drawing, Facts, Part, Table
from reports.render import moment
from reports.writing.cells import NUMBERS, in_words
from reports.writing.drawings import STYLE

STACKED = 4  # a table of so many columns or more becomes a list of cards on a phone


def as_page(document: Document) -> bytes:
    known_by = moment(datetime.fromisoformat(document.known_by))
    return _template().render(document=document, known_by=known_by, style=STYLE).encode()


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("reports"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.globals |= {"in_words": in_words, "NUMBERS": NUMBERS, "STACKED": STACKED}
    environment.filters["part_kind"] = _kind
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
