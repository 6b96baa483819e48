"""Names as they arrive in files: what came with them is left off, what cannot be one is said."""

import html
import re
import unicodedata

# Direction marks, blanks of no width, soft hyphens; not the joiners that names of Asia need.
_UNSEEN = dict.fromkeys(
    (0xAD, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
)
ERROR = re.compile(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!)")
_NOTHING = frozenset({
    "n/a", "n\\a", "n/k", "n.a.", "tbc", "tba", "tbd", "t.b.c.", "nil", "see above", "as above",
    "ditto", "do.", "not known", "not applicable", "not available", "undefined",
})  # fmt: skip
_ALSO_NAMES = frozenset({"Nil", "Ditto"})  # Nil is given in Catalonia and Turkey
_PROGRAMS = frozenset({"null", "NULL", "None", "NaN", "nan"})  # Null is a surname: in no such form
_OF_A_DATE = re.compile(r"\d{1,2}[-/ ][A-Z][a-z]{2}([-/ ]\d\d)?|[A-Z][a-z]{2}-\d\d")
_AS_APOSTROPHE = frozenset("‘’′·´`")
_DAMAGED = frozenset({"Sc", "Sm", "So", "Ps", "Pe", "Pi", "Pf", "Po", "Cc", "Co", "Cn", "No"})


def says_nothing(text: str) -> bool:
    """A formula's error, or what people write into a cell of which they know nothing."""
    found = text.strip()
    if ERROR.fullmatch(found) or found.casefold() in _NOTHING:
        return True
    return not any(map(str.isalnum, found))


def name_in_file(text: str) -> str:
    """With one blank between its parts, and letters that two programs mistook put right."""
    if "&" in text and ";" in text:
        text = html.unescape(text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", _once_decoded(text).translate(_UNSEEN))
    return " ".join(text.split())


def why_no_name(text: str) -> str | None:
    """Words for what cannot be anybody's name; None for what may be."""
    if text in _PROGRAMS or (says_nothing(text) and text not in _ALSO_NAMES):
        return "must be a name: of a pupil whose name is not known leave it out"
    if not any(map(str.isalpha, text)) or _OF_A_DATE.fullmatch(text):
        return "must be a name, and has become a number or a date: write the name as text"
    odd = next((c for c in text if c == "?" or (ord(c) > 127 and _is_damage(c))), None)
    if odd is None:
        return None
    return (
        f"has {odd!r} in it, which stands for a letter that was lost or mistaken: write the name"
        " anew, and save the file as XLSX, or as CSV in UTF-8"
    )


def _is_damage(character: str) -> bool:
    """Signs that stand in no name of Europe, up to where the scripts of Asia begin."""
    if character == "\ufffd":
        return True
    if character in _AS_APOSTROPHE or ord(character) > 0x2BFF:
        return False
    category = unicodedata.category(character)
    return category in _DAMAGED and (ord(character) < 0x300 or ord(character) > 0x1FFF)


def _once_decoded(text: str) -> str:
    """UTF-8 that was read as Windows text, as it was: ZoÃ« is Zoë. No name looks so by chance."""
    try:
        return b"".join(map(_byte, text)).decode()
    except UnicodeError:
        return text


def _byte(character: str) -> bytes:
    try:
        return character.encode("cp1252")
    except UnicodeEncodeError:
        return character.encode("latin-1")
