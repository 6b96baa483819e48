"""The words of the family pages in other languages: gettext catalogues, read as they are.

``api/words/XX.po`` is what a translator edits; ``extracting`` brings each up to date with
the pages. An entry marked fuzzy counts as not translated.
"""

import re
import struct
from collections.abc import Iterator, Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "words"
ENGLISH = "en"
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
NAMES: Mapping[str, str] = {ENGLISH: "English", "pl": "Polski"}
_LINE = re.compile(r'(msgid|msgid_plural|msgstr(?:\[\d\])?)?\s*"(.*)"$')
_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}


@cache
def translations(language: str) -> NullTranslations:
    """English is what the pages say themselves."""
    if language == ENGLISH:
        return NullTranslations()
    text = (FOLDER / f"{language}.po").read_text("utf-8")
    return GNUTranslations(BytesIO(compiled(dict(entries(text)))))


def entries(text: str) -> Iterator[tuple[str, str]]:
    """Of a catalogue: what it says in place of what; plurals with NUL between, as gettext does."""
    for block in re.split(r"\n\s*\n", text):
        if re.search(r"^#,.*\bfuzzy\b", block, re.M):
            continue
        parts: dict[str, str] = {}
        last = ""
        for line in block.splitlines():
            if line.startswith("#") or not (found := _LINE.match(line.strip())):
                continue
            last = found[1] or last
            parts[last] = parts.get(last, "") + _plain(found[2])
        said = [parts[name] for name in sorted(parts) if name.startswith("msgstr")]
        if "msgid" in parts and all(said):
            wanted = [parts[name] for name in ("msgid", "msgid_plural") if name in parts]
            yield "\0".join(wanted), "\0".join(said)


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), text)


def compiled(found: Mapping[str, str]) -> bytes:
    """As msgfmt writes it: a header, two tables of lengths and places, and the texts."""
    pairs = sorted((key.encode(), value.encode()) for key, value in found.items())
    keys, values = [key for key, _ in pairs], [value for _, value in pairs]
    start = 28 + 16 * len(pairs)
    tables, texts = b"", b""
    for text in (*keys, *values):
        tables += struct.pack("<II", len(text), start + len(texts))
        texts += text + b"\0"
    head = struct.pack(
        "<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 28 + 16 * len(pairs)
    )
    return head + tables + texts
