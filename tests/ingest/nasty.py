"""Files as people really send them, made: good ones in odd clothes, and bad ones of every kind."""

import io
import random
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tests.world import PERSON, SCHOOL, upn

COLUMNS = ("type", "upn", "occurred_on", "school", "sessions", "ends_on", "reasons", "note",
           *PERSON)  # fmt: skip
ROW: Mapping[str, str] = {
    "type": "suspension", "upn": upn(1), "occurred_on": "2026-03-02", "school": SCHOOL,
    "sessions": "4", "ends_on": "2026-03-03", "reasons": "PP;VP", "note": "Café – “règle”",
    **PERSON,
}  # fmt: skip


@dataclass(frozen=True)
class Odd:
    """A file that says ROW and no more, whatever it looks like."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Bad:
    """A file of which nothing may be taken, and a word of the answer that names what is wrong."""

    name: str
    content: bytes
    said: str


def text(
    row: Mapping[str, str] = ROW, columns: Sequence[str] = COLUMNS, *, by: str = ",",
    end: str = "\n",
) -> str:  # fmt: skip
    return end.join((by.join(columns), by.join(row[name] for name in columns), ""))


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def workbook(*rows: Sequence[object], hidden: bool = False) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    if hidden:
        book.active.append(["type", "upn"])
        book.active.append(["suspension", upn(9)])
        book.active.sheet_state = "hidden"
        sheet = book.create_sheet("Notices")
    else:
        sheet = book.active
    for row in rows:
        sheet.append(list(row))
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def values(**changed: object) -> list[object]:
    return [changed.get(name, ROW[name]) for name in COLUMNS]


def odd_texts() -> Iterator[Odd]:
    for encoding in ("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"):
        yield Odd(f"in {encoding}", text().encode(encoding))
    for separator, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        in_list = ROW["reasons"].replace(";", " ; ") if separator != ";" else '"PP;VP"'
        row = {**ROW, "reasons": in_list}
        yield Odd(f"with {name}", text(row, by=separator).encode())
        yield Odd(f"with sep= and {name}", f"sep={separator}\n{text(row, by=separator)}".encode())
    yield Odd("with Windows line ends", text(end="\r\n").encode())
    yield Odd("with old Macintosh line ends", text(end="\r").encode())
    shouted = text(columns=COLUMNS[::-1]).replace("occurred_on", "OCCURRED ON").replace(
        "ends_on", " Ends-On ")  # fmt: skip
    yield Odd("with shouted headers in another order", shouted.encode())
    yield Odd("with a title", ("Suspensions, Alder School, spring, 2026\n\n" + text()).encode())
    yield Odd("with a title as wide as the table", f"Suspensions{',' * 13}\n{',' * 13}\n{text()}"
              .encode())  # fmt: skip
    yield Odd("with instructions", (
        "Fill in one row a suspension; dates as 31/3/2026\nAsk the office, if in doubt\n" + text()
    ).encode())  # fmt: skip
    yield Odd("with blank rows", f"\n\n{text()}\n{',' * 13}\n\n".encode())
    yield Odd("with the header twice", (text().replace("\n", "\n" + ",".join(COLUMNS) + "\n", 1))
              .encode())  # fmt: skip
    yield Odd("with empty columns behind", text().replace("\n", ",,,\n").encode())
    yield Odd("with all cells quoted", "\n".join(
        ",".join(f'"{cell}"' for cell in line) for line in (COLUMNS, [*map(str, values())])
    ).encode())  # fmt: skip
    yield Odd("with an apostrophe before the UPN", text({**ROW, "upn": f"'{ROW['upn']}"}).encode())
    yield Odd(
        "with blanks around cells", text({k: f"  {v}\u00a0" for k, v in ROW.items()}).encode()
    )
    yield Odd("with whole numbers as 4.0", text({**ROW, "sessions": "4.0"}).encode())


def odd_dates() -> Iterator[Odd]:
    for written in ("02/03/2026", "2/3/2026", "02-03-2026", "2.3.2026", "2 Mar 2026",
                    "2nd March 2026", "Mon 2 Mar 2026", "02-Mar-26", "2026-03-02T00:00:00",
                    "02/03/2026 00:00", "46083"):  # fmt: skip
        yield Odd(f"with the day {written}", text({**ROW, "occurred_on": written}).encode())


def odd_workbooks() -> Iterator[Odd]:
    yield Odd("workbook", workbook(COLUMNS, values()))
    yield Odd("workbook with dates", workbook(
        COLUMNS, values(occurred_on=datetime(2026, 3, 2), ends_on=date(2026, 3, 3), sessions=4.0),
    ))  # fmt: skip
    yield Odd("workbook with days as numbers", workbook(COLUMNS, values(occurred_on=46083)))
    yield Odd("workbook with a title and instructions", workbook(
        ["Suspensions"], [], ["Please fill in below"], COLUMNS, values(),
    ))  # fmt: skip
    yield Odd("workbook with a hidden sheet before", workbook(COLUMNS, values(), hidden=True))
    wide = values()
    yield Odd("workbook with empty cells around", workbook([*COLUMNS, None, None], [*wide, None]))


WRONG = {
    "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "a picture": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "an old Excel workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64),
    "a packed file": b"\x1f\x8b\x08\x00", "a text document": b"{\\rtf1\\ansi hello}",
    "a database": b"SQLite format 3\x00", "a program": b"MZ\x90\x00\x03", "empty": b" \n\r\n",
    "a web page": b"<!DOCTYPE html>\n<html><body><table><tr><td>type</td></tr></table></body>",
    "an XML file": b"<?xml version='1.0'?><Workbook/>",
    "no text has": b"type,upn\nsus\x00pension,x\n",
    "JSON array": b'[{"type": "suspension"}]', "no column type": b"Dear all,\nsee attached.\n",
    "not JSON Lines": b"{not json}\n",
}  # fmt: skip
_ENTITIES = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override'
    ' PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument'
    '.spreadsheetml.sheet.main+xml"/></Types>'
)


def bad_files() -> Iterator[Bad]:
    for said, content in WRONG.items():
        yield Bad(said, content, said)
    header, row, _ = text().split("\n")
    yield Bad("a quotation mark that is not closed", f'{header}\n"{row}\n{row}\n'.encode(),
              "quotation mark")  # fmt: skip
    yield Bad("text behind a closing quotation mark", f'{header}\n"a"b{row}\n'.encode(),
              "quotation mark")  # fmt: skip
    yield Bad("one endless line", b"type," + b"x" * (2 << 20), "too long")
    yield Bad("a column of its own", text().replace("note", "remark").encode(), "column remark")
    yield Bad("a column twice", text().replace("note", "UPN").encode(), "twice")
    yield Bad("an archive of a table", zipped({"notices.csv": text()}), "an archive")
    yield Bad("OpenDocument", zipped({"content.xml": "<a/>"}), "OpenDocument")
    yield Bad("a Word document", zipped({"word/document.xml": "<a/>"}), "Word")
    yield Bad("a binary workbook", zipped({"xl/workbook.bin": b"\x83\x01"}), "binary workbook")
    yield Bad("a workbook without sheets", zipped({"xl/workbook.xml": "<workbook/>"}), "workbook")
    yield Bad("half a workbook", workbook(COLUMNS, values())[:2000], "workbook")
    yield Bad("a workbook of entities", zipped({
        "[Content_Types].xml": _ENTITIES + _TYPES, "xl/workbook.xml": f"{_ENTITIES}<a>&b;</a>",
    }), "workbook")  # fmt: skip
    yield Bad("a workbook of nothing but repetition", bomb(), "too large")
    yield Bad("a workbook that unpacks to a gigabyte", gigabyte(), "too large")


def bomb() -> bytes:
    """Less than half a megabyte, which unpacks to two hundred times as much and more."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(65):
            part.write(bytes(1 << 20))
    return made.getvalue()


def gigabyte() -> bytes:
    """As its directory has it: nothing is unpacked to find out."""
    made, name = io.BytesIO(), "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(name, random.Random(1).randbytes(5 << 20))
        archive.getinfo(name).file_size = (1 << 30) + 1
    return made.getvalue()


ODD = (*odd_texts(), *odd_dates(), *odd_workbooks())
