"""Where a spreadsheet has the header, so that a row's number is the one that people see."""

from io import BytesIO

import pytest
from openpyxl import Workbook

from ap_registry.ingest.spreadsheets import header_row, read_rows

COLUMNS = ("type", "upn")


def workbook(*rows: tuple[str, ...]) -> bytes:
    book, made = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(made)
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "header"),
    [
        (b"type,upn\nvoid,X\n", 1),
        (b"\n \nOurs\ntype,upn\nvoid,X\n", 4),
        (b"sep=;\ntype;upn\nvoid;X\n", 1),  # Excel takes that line for itself
        (workbook(("Ours",), (), ("type", "upn"), ("void", "X")), 3),
        (b'{"type": "void"}\n', 0),
    ],
    ids=["csv", "after-blanks", "sep", "xlsx", "json-lines"],
)
def test_the_row_of_the_header_is_told_and_the_file_can_be_read_after(
    content: bytes, header: int
) -> None:
    file = BytesIO(content)
    assert header_row(file, known=COLUMNS, needed=("type",)) == header
    file.seek(0)
    ((number, row),) = read_rows(file, known=COLUMNS, needed=("type",))
    assert (number, isinstance(row, dict) and row["type"]) == (1, "void")
