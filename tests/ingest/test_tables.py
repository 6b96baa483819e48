"""Tables in every shape that offices send: what is read, and what is refused as no table."""

import io
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from ap_registry.errors import Unreadable
from ap_registry.ingest.results import BadRow
from ap_registry.ingest.spreadsheets import read_rows

ROWS = [(1, {"name": "Zoë – Ann", "day": "01/09/2025"}), (3, {"name": "Bea", "day": ""})]
TEXT = "Name,DAY\r\nZoë – Ann,01/09/2025\r\n\r\nBea,\r\n"


def read(content: bytes | str, **options: Any) -> list[Any]:
    raw = content.encode() if isinstance(content, str) else content
    return [
        (number, (row.column, row.code) if isinstance(row, BadRow) else row)
        for number, row in read_rows(io.BytesIO(raw), **options)
    ]


def workbook(*rows: list[Any], title: str = "Sheet") -> Workbook:
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    return book


def saved(book: Workbook) -> bytes:
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


@pytest.mark.parametrize(
    "raw",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.encode("cp1252"),
        TEXT.replace("\r\n", "\n").encode(),
        TEXT.replace("\r\n", "\r").encode(),
        TEXT.replace(",", ";").encode(),
        TEXT.replace(",", "\t").encode(),
        ("\r\n" + TEXT).encode(),
        TEXT.replace("Bea", '"Bea"').replace("Zoë", ' "Zoë').replace("Ann", 'Ann"').encode(),
        TEXT.replace("Bea", "  Bea\t").encode(),
    ],
    ids=[
        "utf-8", "utf-8 with mark", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "LF", "CR",
        "semicolons", "tabs", "blank first line", "quoted", "blanks around",
    ],
)  # fmt: skip
def test_reads_any_encoding_separator_and_line_end(raw: bytes) -> None:
    assert read(raw) == ROWS


def test_one_windows_character_in_a_utf8_file_is_understood() -> None:
    raw = "name\nZoë\n".encode() + b"Jos\xe9\n"
    assert read(raw) == [(1, {"name": "Zoë"}), (2, {"name": "José"})]


def test_a_file_with_the_line_ends_of_old_macs_has_their_letters() -> None:
    raw = "name\rZoé\r".encode("mac-roman")
    assert read(raw) == [(1, {"name": "Zoé"})]


def test_headers_may_have_any_case_blanks_or_strokes() -> None:
    assert read(" Given Name ,Occurred-On,UPN\nAnn,x,y\n") == [
        (1, {"given_name": "Ann", "occurred_on": "x", "upn": "y"})
    ]


def test_a_cell_may_hold_separators_quotes_and_line_ends() -> None:
    assert read('a,b\n"x, ""y""\nz",1\n') == [(1, {"a": 'x, "y"\nz', "b": "1"})]


@pytest.mark.parametrize("cell", ["5.0", " 5.0 ", "5"])
def test_whole_numbers_lose_the_point_that_a_spreadsheet_gave_them(cell: str) -> None:
    assert read(f"a\n{cell}\n") == [(1, {"a": "5"})]


def test_a_row_shorter_than_the_header_has_blank_cells() -> None:
    assert read("a,b\n1\n") == [(1, {"a": "1", "b": ""})]


def test_a_row_longer_than_the_header_is_bad_by_itself() -> None:
    assert read("a,b\n1,2,3\n1,2,\n") == [
        (1, ("", "bad_format")),
        (2, {"a": "1", "b": "2"}),
    ]


def test_an_unknown_column_without_content_is_ignored() -> None:
    assert read("a,colour\n1,\n", known={"a"}) == [(1, {"a": "1", "colour": ""})]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("a,Colour\n1,\n1,red\n", "colour"),
        ("a,\n1,red\n", "column 2"),
        ("b\n1\n", "no column a"),
        ("a,A\n1,2\n", "column a stands in the file twice"),
        ('a\n"x\n1\n', "quotation mark"),
        ('a\n"x"y\n', "quotation mark"),
        ("a\nx\x00y\n", "no text has"),
        ("a\n" + "x" * (1 << 20), "too long"),
        ("", "empty"),
        ("\n \n", "empty"),
        (",,\n", "empty"),
        ('[{"a": 1}]', "JSON Lines"),
        ('{"a": ', "JSON Lines"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "picture"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Excel"),
        (b"PK\x03\x04nonsense", "XLSX"),
    ],
)
def test_what_is_no_such_table_is_refused_with_its_reason(text: bytes | str, named: str) -> None:
    with pytest.raises(Unreadable, match=named):
        read(text, known={"a"}, needed=("a",))


def test_a_workbook_gives_what_a_person_sees() -> None:
    book = workbook(
        ["UPN", "URN", "Day", "Sessions", "Late"],
        ["x", 100001.0, datetime(2025, 9, 1), 5.0, True],
        [None, None, None, None, None],
        ["y", 100002, date(2025, 9, 2), 2.5, None],
    )
    book.active.row_dimensions[3].hidden = True
    assert read(saved(book)) == [
        (1, {"upn": "x", "urn": "100001", "day": "2025-09-01", "sessions": "5", "late": "true"}),
        (3, {"upn": "y", "urn": "100002", "day": "2025-09-02", "sessions": "2.5", "late": ""}),
    ]


def test_the_sheet_with_a_known_column_is_read() -> None:
    book = workbook(["How to fill this in"], title="Help")
    sheet = book.create_sheet("Notices")
    sheet.append(["a"])
    sheet.append(["1"])
    book.create_sheet("Empty")
    assert read(saved(book), known={"a"}) == [(1, {"a": "1"})]


def test_an_empty_workbook_is_refused() -> None:
    with pytest.raises(Unreadable, match="empty"):
        read(saved(Workbook()))


def test_a_formula_counts_with_the_value_that_was_kept() -> None:
    raw = saved(workbook(["a", "b"], ["x", 41]))
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(kept, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, part.replace(b"<v>41</v>", b"<f>40+1</f><v>41</v>"))
    assert read(kept.getvalue()) == [(1, {"a": "x", "b": "41"})]


def test_json_lines_keep_their_values_and_a_broken_line_is_bad_by_itself() -> None:
    text = '{"a": [1, "x"]}\n\n{"a": \n[1]\n{"a": "\\ud800"}\n{"a": "x\\u0000y"}\n'
    assert read(text) == [
        (1, {"a": [1, "x"]}),
        (3, ("", "bad_format")),
        (4, ("", "bad_format")),
        (5, ("", "bad_format")),
        (6, {"a": "xy"}),
    ]
