"""Typst: a template is given its text as data, so that nothing in it is taken for markup."""

import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# What people paste that no font shows and PDF/UA-1 forbids: one of them would keep a whole pack
# from being printed.
_LINE_END = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")


def as_pdf(template: Path, name: str, data: Any) -> bytes:
    """PDF/UA-1; no font of the machine is used, so that the bytes are the same everywhere."""
    import typst

    made = typst.compile(
        template,
        format="pdf",
        sys_inputs={name: json.dumps(_printable(data))},
        pdf_standards=["ua-1"],
        font_paths=[_fonts()],
        ignore_system_fonts=True,
    )
    assert isinstance(made, bytes)
    return made


def _printable(data: Any) -> Any:
    """The same with texts in which each character can be shown."""
    match data:
        case str():
            return _NO_TEXT.sub("", _LINE_END.sub("\n", data).replace("\t", " "))
        case dict():
            return {name: _printable(value) for name, value in data.items()}
        case list() | tuple():
            return [_printable(value) for value in data]
    return data


def _fonts() -> Path:
    """DejaVu Sans, and what stands in for letters that it lacks, as matplotlib brings them, found
    without loading that."""
    found = find_spec("matplotlib")
    assert found is not None
    assert found.submodule_search_locations is not None
    return Path(found.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"
