"""The export of a pupil as a document to read: PDF (tagged, PDF/UA-1) from a Typst template."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reports.writing import typesetting

TEMPLATE = Path(__file__).parent / "templates" / "subject_access.typ"
FORMATS = ("json", "pdf")


def as_pdf(found: Mapping[str, Any]) -> bytes:
    return typesetting.as_pdf(TEMPLATE, "export", found)
