"""The export of a pupil as a document to read: PDF (tagged, PDF/UA-1) from a Typst template."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TEMPLATE = Path(__file__).parent / "templates" / "subject_access.typ"
FORMATS = ("json", "pdf")


def as_pdf(found: Mapping[str, Any]) -> bytes:
    """The values go to the template as data, so that no text of theirs is taken for markup."""
    import typst

    made = typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        sys_inputs={"export": json.dumps(found)},
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
    )
    assert isinstance(made, bytes)
    return made
