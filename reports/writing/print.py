"""A document as PDF: tagged (PDF/UA-1) from a Typst template that is given all text as data."""

import json
from collections.abc import Mapping
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ap_registry.calendar import LONDON
from reports.document import Document, Drawing, Facts, Part, Section, Table
from reports.render import moment
from reports.writing.cells import NUMBERS, in_words
from reports.writing.drawings import standing_alone

NARROW = NUMBERS | {"code", "date"}  # columns as wide as what stands in them
TEMPLATE = Path(__file__).parents[1] / "templates" / "document.typ"


def as_pdf(document: Document) -> bytes:
    """Dated by ``known_by``; no font of the machine is used, so that the bytes are the same."""
    import typst

    made = typst.compile(
        TEMPLATE,
        format="pdf",
        sys_inputs={"document": json.dumps(_as_data(document))},
        pdf_standards=["ua-1"],
        font_paths=[_fonts()],
        ignore_system_fonts=True,
    )
    assert isinstance(made, bytes)
    return made


def _fonts() -> Path:
    """DejaVu Sans as matplotlib brings it, found without loading that."""
    found = find_spec("matplotlib")
    assert found is not None
    assert found.submodule_search_locations is not None
    return Path(found.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"


def _as_data(document: Document) -> Mapping[str, Any]:
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
                "parts": [_part(part) for part in section.parts if not _is_detail(part)],
            }
            for section in document.sections
        ],
        "notes": [list(note) for note in document.notes],
        "widest": max(map(_width, document.sections), default=0),
    }


def _width(section: Section) -> int:
    tables = [one for one in section.parts if isinstance(one, Table) and not one.detail]
    return max((len(table.columns) for table in tables), default=0)


def _is_detail(part: Part) -> bool:
    return isinstance(part, Table) and part.detail


def _part(part: Part) -> Mapping[str, Any]:
    match part:
        case Table():
            return {
                "kind": "table",
                "caption": part.caption,
                "empty": part.empty,
                "heads": [column.title for column in part.columns],
                "numbers": [column.kind in NUMBERS for column in part.columns],
                "narrow": [column.kind in NARROW for column in part.columns],
                "rows": [
                    [in_words(row.get(column.key), column) for column in part.columns]
                    for row in part.rows
                ],
            }
        case Drawing():
            return {
                "kind": "drawing",
                "words": part.words,
                "svg": standing_alone(part.svg),
            }
        case Facts():
            return {"kind": "facts", "items": [list(item) for item in part.items]}
    return {"kind": "paragraph", "text": part}
