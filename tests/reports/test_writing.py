"""A document in each format: typed cells, tags, nothing taken for markup or a formula."""

import re
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import openpyxl
import pytest
from markupsafe import Markup

from reports.document import Amount, Column, Document, Drawing, Fact, Facts, Part, Section, Table
from reports.writing import written
from reports.writing.columns import needed, shares

COLUMNS = (
    Column(key="name", title="Provider"),
    Column(key="urn", title="URN", kind="code"),
    Column(key="pupils", title="Pupils", kind="integer"),
    Column(key="mean", title="Mean", kind="decimal"),
    Column(key="rate", title="Rate", kind="rate"),
    Column(key="cost", title="Cost", kind="money"),
    Column(key="on", title="Begun", kind="date"),
)
ROW = {
    "name": "Bridge <PRU>", "urn": "0100007", "pupils": 1234, "mean": 2.5, "rate": 60.0,
    "cost": 1250.5, "on": date(2025, 3, 5),
}  # fmt: skip
SUPPRESSED = {"name": "=1+1", "urn": "+1", "pupils": "c", "rate": "c", "cost": None}
SVG = Markup(
    '<svg viewBox="0 0 48 30" class="plot" xmlns="http://www.w3.org/2000/svg">'
    '<circle cx="5" cy="6" r="5"/></svg>'
)
PLACES = Table(id="places", caption="Places #panic()", columns=COLUMNS, rows=(ROW, SUPPRESSED))
EMPTY = Table(id="empty", caption="Waiting", columns=COLUMNS[:3], rows=(), empty="Nobody waits.")


def document(*tables: Table, names_pupils: bool = False) -> Document:
    return Document(
        name="sample",
        title="A sample *report*",
        subtitle="March 2025",
        lead=("With #panic() and <b>.",),
        sections=(
            Section(
                id="first",
                title="First",
                parts=(
                    Drawing(title="Places", svg=SVG, words="One place."),
                    Facts(items=(("Days", "12 of 20"),)),
                    *tables,
                ),
            ),
        ),
        notes=(("Rate", "A share."),),
        known_by="2026-11-20T12:00:00.000000Z",
        ledger={"size": 3, "root": "ab"},
        names_pupils=names_pupils,
    )


SAMPLE = document(PLACES, EMPTY)


@pytest.mark.parametrize("format", ["html", "pdf", "xlsx", "csv"])
def test_the_same_document_gives_the_same_bytes(format: str) -> None:
    assert written(SAMPLE, format) == written(document(PLACES, EMPTY), format)


def test_a_workbook_is_dated_by_what_it_knows_and_its_files_by_no_clock() -> None:
    made = written(SAMPLE, "xlsx")
    book = openpyxl.load_workbook(BytesIO(made))
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC).replace(tzinfo=None)
    assert (book.properties.created, book.properties.modified) == (noon, noon)
    with openpyxl.reader.excel.ZipFile(BytesIO(made)) as files:  # type: ignore[attr-defined]
        assert {info.date_time for info in files.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_sheet_has_typed_cells() -> None:
    sheet = openpyxl.load_workbook(BytesIO(written(SAMPLE, "xlsx")))["places"]
    assert [[cell.value for cell in row] for row in sheet.rows] == [
        [column.title for column in COLUMNS],
        ["Bridge <PRU>", "0100007", 1234, 2.5, 60.0, 1250.5, datetime(2025, 3, 5)],
        ["'=1+1", "'+1", "c", None, "c", None, None],
    ]
    assert [cell.data_type for cell in sheet[2]] == ["s", "s", "n", "n", "n", "n", "d"]


def test_a_sheet_has_its_head_frozen_and_a_filter() -> None:
    sheet = openpyxl.load_workbook(BytesIO(written(SAMPLE, "xlsx")))["places"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", "A1:G3")


def test_a_workbook_begins_with_what_is_said_and_ends_with_its_notes() -> None:
    book = openpyxl.load_workbook(BytesIO(written(SAMPLE, "xlsx")))
    assert book.sheetnames == ["About", "facts", "places", "empty", "Notes"]
    assert [[cell.value for cell in row] for row in book["Notes"].rows] == [
        ["Term", "Meaning"],
        ["Rate", "A share."],
    ]


def test_sheets_whose_names_would_be_one_are_told_apart() -> None:
    long = "suspensions of pupils in each year "
    tables = [Table(id=f"{long}{end}", caption=end, columns=COLUMNS[:1], rows=()) for end in "ab"]
    book = openpyxl.load_workbook(BytesIO(written(document(*tables), "xlsx")))
    assert book.sheetnames[2:4] == [
        "suspensions of pupils in each y", "suspensions of pupils in each 2",
    ]  # fmt: skip


def test_tables_stand_under_each_other_in_csv() -> None:
    assert written(SAMPLE, "csv").decode().splitlines() == [
        "table,section,fact,of,value,unit,words,name,urn,pupils,mean,rate,cost,on",
        "facts,First,Days,,12 of 20,,,,,,,,,",
        "places,,,,,,,Bridge <PRU>,0100007,1234,2.5,60.0,1250.5,2025-03-05",
        "places,,,,,,,'=1+1,'+1,c,,c,,",
    ]


SUMMARY = Facts(
    items=(
        ("UPN", "=A1"),
        ("School days", 1049),
        ("From", date(2025, 3, 5)),
        ("Ended", None),
        Fact("Now", "3, of 2 pupils", (Amount("", 3, "placements"), Amount("", 2, "pupils"))),
    )
)


def test_what_is_said_in_short_is_a_typed_sheet_and_rows_of_csv() -> None:
    """Also where no table is; what pages say in sentences is in files for programs alone."""
    section = Section(id="first", title="First", parts=(SUMMARY,))
    made = replace(SAMPLE, sections=(section,), data=(EMPTY, replace(EMPTY, id="said")))
    book = openpyxl.load_workbook(BytesIO(written(made, "xlsx")))
    assert book.sheetnames == ["About", "facts", "empty", "said", "Notes"]
    assert [row[1:] for row in book["facts"].iter_rows(2, values_only=True)] == [
        ("UPN", None, "'=A1", None, None),
        ("School days", None, 1049, None, None),
        ("From", None, datetime(2025, 3, 5), None, None),
        ("Ended", None, None, None, None),
        ("Now", "", 3, "placements", "3, of 2 pupils"),
        ("Now", "", 2, "pupils", "3, of 2 pupils"),
    ]
    lines = written(made, "csv").decode().splitlines()
    assert lines[2] == "facts,First,School days,,1049,,,,,"
    assert lines[3] == "facts,First,From,,2025-03-05,,,,,"
    assert lines[6] == 'facts,First,Now,,2,pupils,"3, of 2 pupils",,,'
    page = written(made, "html").decode()
    for said in ("1,049", "5 March 2025", "<dd>–</dd>", "3, of 2 pupils"):
        assert said in page
    assert "Nobody waits." not in page


def test_a_lone_table_needs_no_name_in_csv() -> None:
    head, *_ = written(document(PLACES), "csv").decode().splitlines()
    assert head == "name,urn,pupils,mean,rate,cost,on"


def test_a_page_shows_cells_in_words_and_escapes_them() -> None:
    made = written(SAMPLE, "html").decode()
    for words in (
        "Bridge &lt;PRU&gt;", "1,234", "60.0 %", "£1,250.50", "5 March 2025", "Nobody waits.",
        "With #panic() and &lt;b&gt;.",
    ):  # fmt: skip
        assert words in made


@pytest.mark.parametrize("named", [True, False])
def test_a_page_that_names_pupils_says_so(named: bool) -> None:
    made = written(document(names_pupils=named), "html").decode()
    assert ("Do not pass it on." in made) is named


def streams(pdf: bytes) -> bytes:
    """All that a PDF has packed, unpacked."""
    found = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    unpacked = []
    for packed in found:
        try:
            unpacked.append(zlib.decompress(packed))
        except zlib.error:
            unpacked.append(packed)
    return pdf + b"".join(unpacked)


def test_a_pdf_is_tagged() -> None:
    made = streams(written(SAMPLE, "pdf"))
    assert made.startswith(b"%PDF-")
    assert b"pdfuaid" in made
    tags = re.findall(rb"/S/(Table|THead|TH|TD|H1|H2|Figure|P)\b", made.replace(b"/S /", b"/S/"))
    assert {tag: tags.count(tag) for tag in (b"Table", b"THead", b"TH", b"TD", b"H1", b"H2")} == {
        b"Table": 1, b"THead": 1, b"TH": 7, b"TD": 14, b"H1": 1, b"H2": 2,
    }  # fmt: skip
    assert re.search(rb"/Alt ?\(One place\.\)", made)


def printed(*parts: Part, notes: Sequence[tuple[str, str]] = SAMPLE.notes) -> bytes:
    section = Section(id="one", title="One", parts=parts)
    made = replace(SAMPLE, sections=(section,), notes=notes)
    return streams(written(made, "pdf"))


def test_what_no_font_shows_keeps_nothing_from_being_printed() -> None:
    """As it is pasted from a spreadsheet: else one pupil's words would stop a whole pack."""
    pasted = ("1.\r\n\tNo\r", "\ufeffAnn", "a\x00\x7f\x85", "\ud800", "রহিম 王芳 عمر 😀")
    table = replace(PLACES, rows=[{**ROW, "name": text} for text in pasted])
    assert b"pdfuaid" in printed(*pasted, table)


def pages(pdf: bytes) -> int:
    return max(int(count) for count in re.findall(rb"/Count (\d+)", pdf))


def test_a_drawing_that_does_not_fit_leaves_no_half_page_empty() -> None:
    """The table after it goes on where there is room."""
    tall = Drawing(title="Tall", svg=Markup(SVG.replace("0 0 48 30", "0 0 30 40")), words="Tall.")
    facts = Facts(items=(("Days", "12 of 20"),) * 18)
    table = replace(PLACES, columns=COLUMNS[:2], rows=(ROW,) * 34)
    assert pages(printed(facts, "Of each place.", tall, table)) == 2


def test_notes_of_a_wide_report_stand_side_by_side_before_they_take_a_page() -> None:
    notes = tuple((f"Word {n}", "What it means here.") for n in range(40))
    code = Column(key="a", title="A" * 40, kind="code")
    wide = replace(PLACES, columns=(code,) * 3, rows=({"a": "1"},))
    assert pages(printed(wide, notes=notes)) == 1


def test_columns_have_their_words_whole_and_long_texts_the_most_room() -> None:
    heads = (Column(key="a", title="Day", kind="date"), Column(key="b", title="Stands as"),
             Column(key="c", title="What"))  # fmt: skip
    said = "Placement at Bridge PRU started, six sessions a week, until spring"
    rows = [["5 March 2025", "effective", said]]
    assert needed(heads, rows) == 14 + 11 + 11
    day, stands, what = shares(heads, rows, 100)
    assert (day, stands, what) == (None, 11, 60)
    assert shares(heads, rows, 30) == [None, 11, 11]


def test_a_table_too_wide_for_an_upright_page_lies_across() -> None:
    long = Column(key="a", title="A" * 40, kind="code")
    for columns, across in (((long,) * 2, False), ((long,) * 3, True)):
        made = printed(replace(PLACES, columns=columns, rows=({"a": "1"},)))
        assert bool(re.search(rb"\[0 0 841\.\d+ 595\.\d+\]", made)) is across
