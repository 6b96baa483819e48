"""XML from anybody: any usual encoding, no DTD, no entities, bounded in size and depth."""

import codecs
import io
import re
from collections.abc import Collection, Iterator
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from ap_registry.errors import Unreadable
from ap_registry.ingest.kinds import refuse_no_table
from ap_registry.ingest.text_tables import encoding_of

LARGEST = 1 << 26  # bytes: some ten thousand pupils with all their assessments
DEEPEST = 40
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_DECLARED = re.compile(rb"""<\?xml[^>]{0,100}encoding\s*=\s*["']([\w.-]{1,40})["']""")
_ONE_BYTE = re.compile(r"iso8859-\d+|cp125\d|mac-roman|cp850")


def elements(file: BinaryIO, taken: Collection[str]) -> Iterator[Element]:
    """The root as it opens; then, once whole, what is ``taken`` by name and each child of the root.

    An element is emptied after it was given.

    Raise Unreadable for what is no well-formed XML, or is made to harm whoever reads it.
    """
    open_: list[Element] = []
    try:
        for event, element in iterparse(
            io.BytesIO(_utf8(file)), events=("start", "end"), forbid_dtd=True
        ):
            if event == "start":
                open_.append(element)
                if len(open_) == 1:
                    yield element
                if len(open_) > DEEPEST:
                    raise Unreadable("The file nests its elements too deeply to be taken.")
                continue
            open_.pop()
            if tag(element) in taken or (open_ and tag(open_[-1]) == tag(open_[0])):
                yield element
                element.clear()
                if open_:
                    open_[-1].remove(element)
    except DefusedXmlException as error:
        raise Unreadable(
            "The file declares a document type or entities (<!DOCTYPE …>), which are not taken:"
            " ask its sender for a plain file."
        ) from error
    except ParseError as error:
        raise Unreadable(f"The file is not well-formed XML: {error}.") from error


def tag(element: Element) -> str:
    """The name in small letters, without a namespace: some programs add one."""
    return str(element.tag).rpartition("}")[2].lower()


def _utf8(file: BinaryIO) -> bytes:
    """The document as UTF-8 without declaration, whatever it was written in, or claims to be."""
    raw = file.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise Unreadable(f"The file is larger than {LARGEST >> 20} MB: split it.")
    if not raw.strip():
        raise Unreadable("The file is empty.")
    refuse_no_table(raw)
    if raw.startswith(b"PK\x03\x04"):
        raise Unreadable("This is a ZIP archive: unpack it, and send the XML file in it.")
    text = _decoded(raw)
    if not text.lstrip().startswith("<"):
        raise Unreadable("This is no XML file.")
    declaration = _DECLARATION.match(text)
    return text[declaration.end() if declaration else 0 :].lstrip().encode(errors="replace")


def _decoded(raw: bytes) -> str:
    encoding = encoding_of(raw[:8])
    if encoding.startswith("utf-16"):
        return raw.decode(encoding, errors="replace").lstrip("\ufeff")
    try:
        return raw.decode(encoding)  # other bytes than UTF-8 come out as such by no chance
    except UnicodeDecodeError:
        return raw.decode(_declared(raw) or encoding, errors="as-cp1252")


def _declared(raw: bytes) -> str | None:
    """A code page of a byte a letter; of Latin-1 its Windows form, which is what programs mean."""
    found = _DECLARED.search(raw[:400])
    try:
        name = codecs.lookup(found[1].decode("ascii")).name if found else ""
    except LookupError:
        return None
    if not _ONE_BYTE.fullmatch(name):
        return None
    return "cp1252" if name == "iso8859-1" else name


def child(element: Element | None, *path: str) -> Element | None:
    """The first descendant along a path of names."""
    for name in path:
        if element is None:
            return None
        element = next((one for one in element if tag(one) == name.lower()), None)
    return element


def children(element: Element | None, *path: str) -> list[Element]:
    """Those of the last name, under the first descendant along the names before."""
    within = child(element, *path[:-1])
    return [] if within is None else [one for one in within if tag(one) == path[-1].lower()]


def text_of(element: Element | None, *path: str) -> str | None:
    """Trimmed; None where the element is missing or empty."""
    found: Any = child(element, *path)
    text = "" if found is None else (found.text or "").strip()
    return text or None
