"""A document as PDF: tagged (PDF/UA-1) from a Typst template that is given all text as data."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from ap_registry.calendar import LONDON
from reports.document import Document, Drawing, Facts, Part, Section, Table
from reports.render import moment
from reports.writing import typesetting
from reports.writing.cells import NUMBERS, in_words
from reports.writing.columns import needed, shares
from reports.writing.drawings import standing_alone
from reports.writing.facts import lines

MOST_LARGE, MOST_UPRIGHT = 7, 9  # columns in large print, and on an upright page
UPRIGHT, ACROSS = (100, 113), (148, 168)  # characters on a line of A4, in large and small print
FULL = 0.95  # of a line: tables that need more lie across
TEMPLATE = Path(__file__).parents[1] / "templates" / "document.typ"


def as_pdf(document: Document) -> bytes:
    """Dated by ``known_by``."""
    return typesetting.as_pdf(TEMPLATE, "document", _as_data(document))


def _as_data(document: Document) -> Mapping[str, Any]:
    widest = max(map(_width, document.sections), default=0)
    small = widest > MOST_LARGE
    most = max(map(_needed, document.sections), default=0)
    wide = widest > MOST_UPRIGHT or most > FULL * UPRIGHT[small]
    line = (ACROSS if wide else UPRIGHT)[small]
    known_by = datetime.fromisoformat(document.known_by)
    on = known_by.astimezone(LONDON)
    return {
        "title": document.title,
        "subtitle": document.subtitle,
        "lead": list(document.lead),
        "on": [on.year, on.month, on.day],
        "known_by": moment(known_by),
        "names_pupils": document.names_pupils,
        "ledger": f"{document.ledger['size']} entries, root {document.ledger['root']}",
        "sections": [
            {
                "title": section.title,
                "new_page": section.new_page,
                "parts": [_part(part, line) for part in section.parts if not _is_detail(part)],
            }
            for section in document.sections
        ],
        "notes": [list(note) for note in document.notes],
        "small": small,
        "wide": wide,
    }


def _width(section: Section) -> int:
    return max((len(table.columns) for table in _tables(section)), default=0)


def _needed(section: Section) -> int:
    return max((needed(one.columns, _rows(one)) for one in _tables(section)), default=0)


def _tables(section: Section) -> list[Table]:
    return [one for one in section.parts if isinstance(one, Table) and not one.detail]


def _rows(table: Table) -> list[list[str]]:
    return [[in_words(row.get(one.key), one) for one in table.columns] for row in table.rows]


def _is_detail(part: Part) -> bool:
    return isinstance(part, Table) and part.detail


def _part(part: Part, line: int) -> Mapping[str, Any]:
    """``line``: characters that stand on one."""
    match part:
        case Table():
            rows = _rows(part)
            return {
                "kind": "table",
                "caption": part.caption,
                "empty": part.empty,
                "heads": [column.title for column in part.columns],
                "numbers": [column.kind in NUMBERS for column in part.columns],
                "shares": shares(part.columns, rows, line),
                "rows": rows,
            }
        case Drawing():
            return {
                "kind": "drawing",
                "title": part.title,
                "words": part.words,
                "svg": standing_alone(part.svg),
            }
        case Facts():
            return {"kind": "facts", "items": [list(item) for item in lines(part)]}
    return {"kind": "paragraph", "text": part}
