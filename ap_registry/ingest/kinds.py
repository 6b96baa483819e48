"""What kind of file was sent, by how it begins; what is no table is refused by its name."""

import re

from ap_registry.errors import Unreadable
from ap_registry.ingest.text_tables import encoding_of

SNIFF_BYTES = 1 << 16
_OPEN = "open it, and save it as XLSX or CSV"
_NO_TABLE = {
    b"\xd0\xcf\x11\xe0": "an old Excel workbook, or one with a password: save it as XLSX or CSV",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"II*\x00": "a picture",
    b"MM\x00*": "a picture",
    b"%PDF": "a PDF",
    b"{\\rtf": f"a text document: {_OPEN}",
    b"\x1f\x8b": "a packed file: unpack it first",
    b"7z\xbc\xaf": "a packed file: unpack it first",
    b"Rar!": "a packed file: unpack it first",
    b"BZh": "a packed file: unpack it first",
    b"\xfd7zXZ": "a packed file: unpack it first",
    b"SQLite format 3": "a database: export the table as CSV",
    b"MIME-Version:": f"a web page or an e-mail: {_OPEN}",
    b"-----BEGIN PGP": "an encrypted file: decrypt it first",
    b"PAR1": "a Parquet file: export the table as CSV",
    b"MZ\x90": "a program",
    b"\x7fELF": "a program",
}
_PARTS = {
    b"word/": "a Word document: save it as CSV or XLSX",
    b"ppt/": "a presentation: save its table as CSV or XLSX",
    b"Index/Document.iwa": f"a Numbers file: {_OPEN}",
}
_PAGE = re.compile(r"<(!doctype\s+html|html|head|body|table|meta|style|div)\b", re.IGNORECASE)


def kind_of(head: bytes) -> str:
    """csv, xlsx or jsonl; raise Unreadable for everything else that is known by its beginning."""
    if not head.strip(b" \t\r\n\x00"):
        raise Unreadable("The file is empty: its first line must name the columns.")
    refuse_no_table(head)
    if head.startswith(b"PK\x03\x04"):
        return _packed(head)
    start = head.decode(encoding_of(head), errors="ignore").lstrip("\ufeff \t\r\n")
    if start.startswith("["):
        raise Unreadable("This is a JSON array: send JSON Lines, one object on each line.")
    if start.startswith("<"):
        if "<ctfile" in start[:2000].lower():
            raise Unreadable("This is a Common Transfer File (CTF): send it as that, and no table.")
        page = _PAGE.search(start[:2000])
        what = "a web page, whatever its name ends with" if page else "an XML file"
        raise Unreadable(f"This is {what}: {_OPEN}.")
    return "jsonl" if start.startswith("{") else "csv"


def refuse_no_table(head: bytes) -> None:
    """Raise Unreadable, with its name, for a kind of file that is neither table nor text."""
    begins = head[:100].lstrip(b"\xef\xbb\xbf \t\r\n")
    for mark, words in _NO_TABLE.items():
        if begins.startswith(mark):
            raise Unreadable(f"This is {words}.")


def _packed(head: bytes) -> str:
    """A workbook is a ZIP archive, and so are other things."""
    for part, words in _PARTS.items():
        if part in head[:4096] or (part == b"word/" and part in head):
            raise Unreadable(f"This is {words}.")
    return "xlsx"
