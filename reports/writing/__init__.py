"""A document as page, PDF, workbook or CSV: the same document gives the same bytes."""

from collections.abc import Callable, Mapping
from typing import Final

from reports.document import Document
from reports.writing.page import as_page
from reports.writing.print import as_pdf
from reports.writing.rows import as_rows
from reports.writing.workbook import as_workbook

_WRITERS: Final[Mapping[str, Callable[[Document], bytes]]] = {
    "html": as_page,
    "pdf": as_pdf,
    "xlsx": as_workbook,
    "csv": as_rows,
}


def written(document: Document, format: str) -> bytes:
    """``format``: html, pdf, xlsx or csv."""
    return _WRITERS[format](document)
