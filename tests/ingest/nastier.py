"""More files as people really send them: what becomes of each, in every odd form that was met."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.ingest.nasty import COLUMNS, ROW, text, values, workbook, zipped
from tests.world import upn

SAME, NEW, ROWS, FILE = "same", "new", "rows", "file"


@dataclass(frozen=True)
class Nasty:
    """``then``: the SAME notice as ROW; a NEW one; ROWS refused; or the whole FILE.

    ``said``: of ROWS the columns and codes, each once; of FILE words of the answer.
    """

    name: str
    content: bytes
    then: str = SAME
    said: str = ""


def refused(name: str, said: str, **changed: str) -> Nasty:
    return Nasty(name, text({**ROW, **changed}).encode(), ROWS, said)


def whole(name: str, content: bytes | str, said: str) -> Nasty:
    made = content.encode() if isinstance(content, str) else content
    return Nasty(name, made, FILE, said)


def encodings() -> Iterator[Nasty]:
    good = text()
    yield Nasty("two byte order marks", b"\xef\xbb\xbf\xef\xbb\xbf" + good.encode())
    yield Nasty("a mark and sep=", b"\xef\xbb\xbfsep=,\r\n" + good.encode())
    yield Nasty("UTF-16 cut in the last character", good.encode("utf-16")[:-1], ROWS,
                "sen_provision:unknown_code")  # fmt: skip
    yield whole("UTF-7", good.encode("utf-7").replace(b",", b"+ACw-"), "no column type")
    yield Nasty("UTF-32", good.encode("utf-32"))
    mac = {**ROW, "note": "", "upn": upn(8), "given_name": "Zoé", "family_name": "Muñoz"}
    yield Nasty("in Mac Roman, with its line ends", text(mac, end="\r").encode("mac-roman"), NEW)
    yield whole("EBCDIC", good.encode("cp500", "replace"), "")
    yield whole("NUL between cells", good.replace(",", "\x00,", 1), "no text has")
    yield whole("NUL at the end", good + "\x00" * 512, "no text has")
    yield Nasty("a lone surrogate", good.encode().replace("–".encode(), b"\xed\xa0\x80"), NEW)
    yield Nasty(
        "in Mac Roman", good.replace("“règle”", "").replace("–", "-").encode("mac-roman"), NEW
    )
    mixed = good.encode("utf-8").replace("Café".encode(), "Café".encode("cp1252"))
    yield Nasty("half UTF-8, half Windows", mixed)


def lines() -> Iterator[Nasty]:
    header, row, _ = text().split("\n")
    yield Nasty("ends of three systems", f"{header}\r{row}\r\n\n".encode())
    yield Nasty("no end on the last line", f"{header}\n{row}".encode())
    yield Nasty("only the separator on a line", f"{header}\n{',' * 13}\n{row}\n,,,\n".encode())
    quoted = row.replace("Café – “règle”", '"Café – “règle”"')
    yield Nasty("a quoted cell", f"{header}\n{quoted}\n".encode())
    for name, note in (
        ("a line end in a cell", '"went\nhome"'), ("a quotation in a cell", '"said ""no"""'),
        ("a quotation mark in the middle", 'a 5" ruler'), ("a separator in a cell", '"a, b; c"'),
        ("a tab in a cell", "a\tb"), ("U+2028 in a cell", "a\u2028b"), ("a bell", "a\x07b"),
        ("right to left marks", "\u202ea\u202c"), ("20 kB in a cell", "x" * 19_999),
        ("19 kB of blanks in a cell", f"a{' ' * 19_000}b"),
    ):  # fmt: skip
        made = row.replace("Café – “règle”", note)
        yield Nasty(name, f"{header}\n{made}\n".encode(), NEW)
    yield refused("a cell of 300 kB", "note:bad_format", note="x" * 300_000)
    yield Nasty("more cells than columns", f"{header}\n{row},more\n".encode(), ROWS,
                ":bad_format")  # fmt: skip
    yield Nasty("fewer cells than columns", f"{header}\nsuspension,{upn(1)}\n".encode(), ROWS,
                "ends_on:required occurred_on:required reasons:required school:required"
                " sessions:required")  # fmt: skip
    yield whole("an open quotation mark", f'{header}\n{row}\n"{row}\n' * 3, "quotation mark")
    yield whole("text behind a quotation mark", f'{header}\n"a" b,{row}\n', "quotation mark")
    yield Nasty("header by commas, rows by semicolons",
                f"{header}\n{row.replace(',', ';')}\n".encode(), ROWS,
                "type:unknown_type")  # fmt: skip


def put_together() -> Iterator[Nasty]:
    header, row, _ = text().split("\n")
    other = {**ROW, "upn": upn(6)}
    swapped = [*COLUMNS[:8], "family_name", "given_name", *COLUMNS[10:]]
    yield whole(
        "two files, the second in another order", text() + text(other, swapped), "Row 2 after"
    )
    yield whole("two files of other columns", text() + text(other, COLUMNS[:7]), "another header")
    yield Nasty("two files, a mark between", (text() + "\ufeff" + text(other)).encode(), NEW)
    cut = f"{header}\n{row}\nsuspension,{upn(6)},2026-03-0"
    yield Nasty("cut off in a row", cut.encode(), ROWS, ":bad_format")
    left = "type,upn,occurred_on,school,ground,destination\n"
    for name, encoding in (("", "utf-8"), (" in UTF-16", "utf-16")):
        yield Nasty(f"cut off before what may be blank{name}",
                    f"{left}left_roll,{upn(1)},2026-03-06,100001,a".encode(encoding), ROWS,
                    ":bad_format")  # fmt: skip
    months_first = {**other, "occurred_on": "3/9/2026", "ends_on": "3/13/2026"}
    yield whole("days with the month first", text() + text(months_first).split("\n")[1] + "\n",
                "with the month before it")  # fmt: skip
    numbered = {**ROW, "occurred_on": "2/3/2026", "ref": "04/26/0017",
                "note": "12/13/25 is its number"}  # fmt: skip
    yield Nasty("a reference and a note like days with the month first",
                text(numbered, (*COLUMNS, "ref")).encode(), NEW)  # fmt: skip


def headers() -> Iterator[Nasty]:
    header, row, _ = text().split("\n")

    def named(**names: str) -> bytes:
        found = [names.get(name, name) for name in COLUMNS]
        return f"{','.join(found)}\n{row}\n".encode()

    yield Nasty("units in headers", named(sessions="Sessions (half days)",
                                          occurred_on="Occurred on (dd/mm/yyyy)"))  # fmt: skip
    yield whole("months first by the header", named(occurred_on="Occurred on (mm/dd/yyyy)"),
                "occurred_on_(mm/dd/yyyy) is not known here")  # fmt: skip
    yield whole("another unit", named(sessions="Sessions (days)"), "sessions_(days)")
    yield Nasty("stars at required headers", named(upn="UPN *", type="type*", school="School*"))
    yield Nasty("a star and a bracket", named(upn="UPN * (required)", school="School*:"))
    yield Nasty("colons behind headers", named(upn="UPN:", school="School :"))
    yield Nasty("non-breaking spaces in headers", named(occurred_on="Occurred\u00a0on\u00a0"))
    yield Nasty("a header over two lines", named(occurred_on='"Occurred\non"'))
    yield whole("camel case", named(occurred_on="OccurredOn"), "did you mean occurred_on")
    yield whole("dots", named(occurred_on="occurred.on"), "did you mean occurred_on")
    yield whole("a header twice", named(note="school"), "twice")
    yield whole("a header that is blank over content", named(note=""), "no name")
    yield whole("a header that is a number", named(note="2025"), "2025")
    yield Nasty("a header of another notice", named(note="reason"), ROWS, "reason:unknown_field")
    yield whole("an unknown header", named(note="Year 9"), "year_9")
    yield whole("header only in a note", "Please see attached\nregards\n", "no column type")
    many = "\n".join(f"Instruction {n}" for n in range(100))
    yield whole("a hundred lines of instructions", f"{many}\n{text()}", "no column type")
    yield Nasty("twenty lines of instructions", f"{many[:270]}\n{text()}".encode())
    yield Nasty("header only", f"{header}\n".encode(), NEW)
    yield whole("one column", "upn\n" + f"{upn(1)}\n" * 3, "no column type")
    wide = ",".join(["type", *(f"c{n}" for n in range(999))])
    yield whole("a thousand columns", f"{wide}\nsuspension{',x' * 999}\n", "column c0")
    yield whole("a hundred thousand columns", f"{wide}{',x' * 100_000}\n", "16,384 cells")
    blank = ",".join([header, *[""] * 986])
    yield Nasty("a thousand columns, most empty", f"{blank}\n{row}{',' * 986}\n".encode())
    yield Nasty("footer with total and date", (
        text() + ",,,,,,,,,,,,,\nTotal,,,,4,,,,,,,,,\nPrinted 02/03/2026\n"
    ).encode(), ROWS, "type:unknown_type")  # fmt: skip


def days() -> Iterator[Nasty]:
    for written in (
        "2nd of March 2026", "2nd March 2026", "Monday 2nd March 2026",
        "02.03.2026", "2026/03/02", "20260302", "02/03/2026 00:00:00", "2026-03-02T00:00:00Z",
        "2026-03-02 00:00:00.000", "46083.0", "02\u201103\u20112026", " 02/03/2026\u00a0",
        "2/3/2026 ", "02 / 03 / 2026", "2-Mar-2026", "2 MAR 26", "Mar 2 2026", "March 2 2026",
        "46083", "02/03/2026 14:30", "2/3/26", "2.3.26", "Mar  2 2026 12:00AM",
        "02/03/2026 9.30am", "2026-03-02 9:30 AM", "2026-03-02T00:00:00+01:00",
    ):  # fmt: skip
        yield Nasty(f"the day {written!r}", text({**ROW, "occurred_on": written}).encode())
    for written in (
        "02-03-26", "13/13/2026", "30/02/2026", "29/02/2025", "1900-01-00", "60",
        "#######", "next Monday", "02/03", "March 2026", "2026", "02/03/2026 25:00", "0",
        "2/3-26", "02/03/2026 23:00:00",
        "Tue 2 March 2026", "Tue 02/03/2026", "02/03/2026 12:00:00 AM", "2 Mar 2026 11:00 PM",
        "0026-03-02", "02/03/0026", f"2{' ' * 20_000}March 2026", "mon" * 7_000,
        "-46083", "4.6083E+04", "99999", "1/9/2O25", "٢/٣/٢٠٢٦", "2026-03-02/2026-03-03",
    ):  # fmt: skip
        yield refused(f"the day {written[:25]!r}", "occurred_on:bad_format", occurred_on=written)
    yield refused("a type with more behind it", "type:unknown_type",
                  type="Permanent exclusion (withdrawn)")  # fmt: skip
    yield refused("a day to come", "ends_on:end_before_start occurred_on:future_date",
                  occurred_on="2027-03-02")  # fmt: skip


def identifiers() -> Iterator[Nasty]:
    one = upn(1)
    for name, written in (
        ("in small letters", one.lower()), ("with an apostrophe", f"'{one}"),
        ("with a non-breaking space behind", f"{one}\u00a0"), ("with blanks", f" {one} "),
        ("with a non-breaking space within", f"{one[:4]}\u00a0{one[4:]}"),
        ("with blanks within", f"{one[:4]} {one[4:8]} {one[8:]}"),
        ("with zero-width marks", f"\u200b{one}\ufeff"), ("with direction marks", f"\u200e{one}"),
        ("in quotation marks", f'"{one}"'), ("as a formula of text", f'"=""{one}"""'),
        ("in wide letters", "".join(chr(ord(c) + 0xFEE0) for c in one)),
    ):  # fmt: skip
        yield Nasty(f"UPN {name}", text({**ROW, "upn": written}).encode())
    for name, written, said in (
        ("in scientific notation", "8.56400E+11", "upn:bad_format"),
        ("with a letter lost", one[1:], "upn:bad_format"),
        ("with O for 0", one.replace("0", "O", 1), "upn:bad_format"),
        ("with a wrong check letter", ("A" if one[0] != "A" else "B") + one[1:],
         "upn:bad_check_letter"),
        ("that is #N/A", "#N/A", "upn:bad_format"), ("that is a name", "Ann Example",
                                                     "upn:bad_format"),
        ("twice", f"{one} {one}", "upn:bad_format"), ("of only stars", "*" * 13, "upn:bad_format"),
    ):  # fmt: skip
        yield refused(f"UPN {name}", said, upn=written)
    for name, written in (
        ("LAESTAB with a slash", "856/4001"), ("LAESTAB with a stroke", "856-4001"),
        ("LAESTAB with a blank", "856 4001"), ("LAESTAB as a number", "8564001.0"),
        ("URN with .0", "100001.0"),
        ("URN with an apostrophe", "'100001"),
    ):  # fmt: skip
        yield Nasty(name, text({**ROW, "school": written}).encode())
    for name, written in (
        ("a URN with a word", "URN 100001"), ("estab number without its LA", "4001"),
        ("a name for a school", "Alder School"),
        ("a LAESTAB that lost its zeros", "85641"), ("a URN in scientific notation", "1.00001E+05"),
        ("#REF! for a school", "#REF!"), ("no school", "n/a"),
    ):  # fmt: skip
        yield refused(name, "school:unknown_organisation", school=written)


def names() -> Iterator[Nasty]:
    for name, given in (
        ("a formula's error", "#N/A"), ("not said", "N/A"), ("to come", "tbc"), ("a stroke", "-"),
        ("a ditto mark", '""""'), ("as above", "See above"), ("a program's nothing", "NULL"),
        ("a number", "12345"), ("Excel's day", "01-Apr"), ("with a lost letter", "Zo?"),
        ("with another lost letter", "Zo\ufffd"), ("in an old code page", "Zo‚"),
        ("in a Polish code page", "£ukasz"),
    ):  # fmt: skip
        yield refused(f"name {name}", "given_name:bad_format", given_name=given)
    for name, given in (
        ("O’Brien", "O’Brien"), ("O`Brien", "O`Brien"), ("Gal·la", "Gal·la"), ("王", "王"),
        ("محمد", "محمد"), ("Nguyễn", "Nguyễn"), ("D'Arcy-Smith", "D'Arcy-Smith"), ("Null", "Null"),
        ("Bea (Bob)", "Bea (Bob)"), ("May", "May"), ("Pupil 1", "Pupil 1"), ("नेहा", "नेहा"),
    ):  # fmt: skip
        yield Nasty(f"name {name}", text({**ROW, "given_name": given}).encode(), NEW)
    columns = (*COLUMNS[:7], "ref", *COLUMNS[8:])
    for said in ("-", "#N/A"):
        yield Nasty(f"ref {said}", text({**ROW, "ref": said}, columns).encode(), ROWS,
                    "ref:bad_format")  # fmt: skip
    left = (
        f"type,upn,occurred_on,school,ground,destination\nleft_roll,{upn(1)},2026-03-06,100001,a,"
    )
    for said in ("N/A", "#REF!", "TBC", "–"):
        yield Nasty(f"destination {said}", f"{left}{said}\n".encode(), ROWS,
                    "destination:bad_format")  # fmt: skip
    yield Nasty("destination in words", f"{left}A school in Leeds\n".encode(), NEW)


def cells() -> Iterator[Nasty]:
    for name, field, written, said in (
        ("sessions in words", "sessions", "four", "bad_format"),
        ("sessions with a unit", "sessions", "4 sessions", "bad_format"),
        ("half a session", "sessions", "2.5", "bad_format"),
        ("sessions below nothing", "sessions", "-1", "bad_format"),
        ("sessions as 1e3", "sessions", "1e3", "bad_format"),
        ("sessions of 30 digits", "sessions", "9" * 30, "bad_format"),
        ("sessions #DIV/0!", "sessions", "#DIV/0!", "bad_format"),
        ("sessions ٤", "sessions", "½", "bad_format"),
        ("reasons unknown", "reasons", "XX", "unknown_code"),
        ("reasons four", "reasons", "PP;VP;BU;DM", "bad_format"),
        ("reasons in words", "reasons", "Fighting", "unknown_code"),
        ("an end before the start", "ends_on", "2026-03-01", "end_before_start"),
        ("an end #VALUE!", "ends_on", "#VALUE!", "bad_format"),
        ("a type in words", "type", "Fixed term exclusion", "unknown_type"),
        ("a type of the past", "type", "exclusion", "unknown_type"),
        ("sex in other words", "sex", "lady", "unknown_code"),
        ("an LA by name", "home_la", "Leicester", "unknown_code"),
        ("birth to come", "date_of_birth", "2031-02-03", "future_date"),
        ("SEN of before 2014", "sen_provision", "Statement", "unknown_code"),
    ):  # fmt: skip
        yield refused(name, f"{field}:{said}", **{field: written})
    yield refused("birth as a program's nothing", "date_of_birth:bad_format",
                  date_of_birth="01/01/1900", upn=upn(3))  # fmt: skip
    for name, field, written in (
        ("a type as a title", "type", "Suspension"), ("a type in capitals", "type", "SUSPENSION "),
        ("reasons by blanks", "reasons", "PP; VP ;"), ("reasons small", "reasons", "pp;vp"),
        ("reasons by commas", "reasons", '"PP, VP"'), ("reasons by slash", "reasons", "PP/VP"),
        ("sex in words", "sex", "Female"), ("an LA with its word", "home_la", "LA856"),
        ("an LA as a number", "home_la", "856.0"), ("sessions 4.00", "sessions", "4.00"),
        ("sessions with a blank behind", "sessions", "4\u00a0"),
    ):  # fmt: skip
        yield Nasty(name, text({**ROW, field: written}).encode())


def json_lines() -> Iterator[Nasty]:
    one = json.dumps({**ROW, "reasons": ["PP", "VP"]})
    yield Nasty("JSON Lines with a mark", b"\xef\xbb\xbf" + one.encode())
    yield Nasty("JSON Lines in UTF-16", one.encode("utf-16"))
    yield Nasty("JSON Lines with blank lines", f"\n\n{one}\n\n".encode())
    yield Nasty("JSON Lines with a broken line", f"{one}\n{one[:-5]}\n".encode(), ROWS,
                ":bad_format")  # fmt: skip
    for name, line in (
        ("NaN", '{"type": "suspension", "sessions": NaN}'), ("a number", "{}\n42\n"),
        ("a huge number", '{"sessions": 1e999}'),
        ("lists for texts", '{"type": ["suspension"]}'),
        ("objects for texts", '{"type": {"a": 1}, "upn": {"b": 2}}'), ("nothing", "{}"),
    ):  # fmt: skip
        yield Nasty(f"JSON Lines with {name}", f"{line}\n".encode(), ROWS, "*")
    twice = one.replace('"upn"', f'"upn": "{upn(9)}", "upn"')
    yield whole("JSON Lines with a field twice", twice, "field twice")
    yield whole("JSON over many lines", json.dumps(dict(ROW), indent=2), "JSON")
    yield whole("depth in JSON", '{"a":' * 5000 + "1" + "}" * 5000, "JSON")
    yield whole("half a surrogate in JSON", '{"type": "\\ud800"}', "JSON")
    yield whole("a JSON array", f"[{one}]", "array")
    yield Nasty("a JSON text", b'"type"', NEW)


def with_part(name: str, change: Callable[[str], str]) -> bytes:
    """The good workbook with one of its parts changed."""
    made: dict[str, str | bytes] = {}
    with zipfile.ZipFile(io.BytesIO(workbook(COLUMNS, values()))) as archive:
        for part in archive.namelist():
            content = archive.read(part)
            made[part] = change(content.decode()) if part == name else content
    return zipped(made)


def with_parts(more: Mapping[str, str | bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(workbook(COLUMNS, values()))) as archive:
        return zipped({**{part: archive.read(part) for part in archive.namelist()}, **more})


def book(fill: Callable[[Any], None]) -> bytes:
    from openpyxl import Workbook

    made, out = Workbook(), io.BytesIO()
    fill(made)
    made.save(out)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
DTD = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


def workbooks() -> Iterator[Nasty]:
    def merged(made: Any) -> None:
        made.active.append(["Suspensions of the spring term"])
        made.active.merge_cells("A1:N1")
        made.active.append(list(COLUMNS))
        made.active.append(values())

    def third(made: Any) -> None:
        made.active.append(["Read me first"])
        made.create_sheet("Codes").append(["PP", "Physical assault against a pupil"])
        sheet = made.create_sheet("Data")
        sheet.append(list(COLUMNS))
        sheet.append(values())

    def of_1904(made: Any) -> None:
        from openpyxl.utils.datetime import CALENDAR_MAC_1904

        made.epoch = CALENDAR_MAC_1904
        made.active.append(list(COLUMNS))
        made.active.append(values(occurred_on=datetime(2026, 3, 2)))

    def protected(made: Any) -> None:
        made.active.append(list(COLUMNS))
        made.active.append(values())
        made.active.protection.sheet = True
        made.active.auto_filter.ref = "A1:N2"
        made.active.column_dimensions["C"].hidden = True
        made.active.freeze_panes = "A2"

    def times(made: Any) -> None:
        made.active.append(list(COLUMNS))
        made.active.append(values(occurred_on=datetime(2026, 3, 2, 0, 0), sex=" F "))
        made.active["C2"].number_format = "dddd d mmmm yy"

    for name, fill in (
        ("merged title", merged), ("the table on the third sheet", third), ("of 1904", of_1904),
        ("protected, filtered, hidden columns", protected), ("days in long form", times),
    ):  # fmt: skip
        yield Nasty(f"workbook: {name}", book(fill))


def parts_of_workbooks() -> Iterator[Nasty]:
    for error in ("#N/A", "#REF!", "#NAME?"):
        yield Nasty(f"workbook: {error} in a cell", workbook(COLUMNS, values(ends_on=error)), ROWS,
                    "ends_on:bad_format")  # fmt: skip
    yield Nasty("workbook: true and false", workbook(COLUMNS, values(sex=True)), ROWS,
                "sex:unknown_code")  # fmt: skip
    yield Nasty("workbook: macros", with_parts({"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"}))
    link = '<externalLink xmlns="x"><externalBook r:id="1"/></externalLink>'
    yield Nasty(
        "workbook: external links", with_parts({"xl/externalLinks/externalLink1.xml": link})
    )
    yield Nasty(
        "workbook: an archive in it", with_parts({"xl/embeddings/a.zip": zipped({"a": "b"})})
    )
    yield Nasty("workbook: its size is a lie", with_part(SHEET, lambda xml: xml.replace(
        '<dimension ref="A1:N2" />', '<dimension ref="A1:XFD1048576" />')))  # fmt: skip
    yield whole("workbook: entities in its sheet", with_part(
        SHEET, lambda xml: DTD + xml.replace("suspension", "&b;")), "workbook")  # fmt: skip
    yield whole("workbook: half a sheet", with_part(SHEET, lambda xml: xml[: len(xml) // 2]),
                "workbook")  # fmt: skip
    yield whole("workbook: a sheet that is a picture", with_parts({SHEET: b"\x89PNG\r\n"}),
                "workbook")  # fmt: skip


def no_tables() -> Iterator[Nasty]:
    yield whole("workbook: empty", book(lambda made: None), "empty")
    yield whole("workbook: of another thing", workbook(["Name", "Class"], ["Ann", "9B"]),
                "no column type")  # fmt: skip
    yield whole("workbook: with a password", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"E\x00n\x00c"
                + bytes(2000), "password")  # fmt: skip
    yield whole("workbook: encrypted parts", encrypted(), "workbook")
    yield whole("an archive in an archive", zipped({"a.zip": zipped({"b.csv": text()})}), "archive")
    yield whole("Excel 2003 XML", '<?xml version="1.0"?>'
                '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
                "XML")  # fmt: skip
    yield whole("a PDF behind blank lines", b"\xef\xbb\xbf\r\n%PDF-1.4\n", "PDF")
    yield whole("a transfer file", '<?xml version="1.0"?>\n<CTfile><Header/></CTfile>', "CTF")
    yield whole("a page of one file", "MIME-Version: 1.0\nX-Document-Type: Workbook\n", "page")
    yield whole("a page saved as .xls", "\ufeff<html><table><tr><td>type</td></tr></table>", "page")
    yield whole("an e-mail with a page", "MIME-Version: 1.0\nContent-Type: multipart/related\n", "")
    yield whole("a calendar", "BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n", "no column type")


def sheets() -> Iterator[Nasty]:
    def down(made: Any) -> None:
        made.active.append(["Suspensions"])
        made.active.append(list(COLUMNS[:8]))
        made.active.append(values()[:8])
        made.active.append(values(upn=None, occurred_on="2026-03-09", ends_on="2026-03-09")[:8])
        made.active.merge_cells("B3:B4")
        made.active.merge_cells("A1:H1")

    def terms(made: Any) -> None:
        for name in ("Autumn", "Spring"):
            made.create_sheet(name).append(list(COLUMNS))

    def american(made: Any) -> None:
        made.active.append(list(COLUMNS))
        made.active.append(values(occurred_on=datetime(2026, 9, 3)))
        made.active.append(values(occurred_on="13/03/2026"))

    yield Nasty("workbook: one UPN merged over two rows", book(down), NEW)
    yield whole("workbook: a table a term", book(terms), "Autumn, Spring")
    yield whole("workbook: half the days are text", book(american), "up to the 12th")
    yield whole("workbook: a formula without its value", workbook(
        COLUMNS, values(note="=A1")), "formula in cell H2")  # fmt: skip
    yield whole("workbook: a format to the bottom", with_part(SHEET, lambda xml: xml.replace(
        "</sheetData>", "<row><c/></row>" * 60_000 + "</sheetData>")), "blank rows")  # fmt: skip
    yield whole("workbook: cells at the right edge", with_part(SHEET, lambda xml: xml.replace(
        "</sheetData>", '<row><c r="XFD3"/></row>' * 150 + "</sheetData>")),
        "column 16,384")  # fmt: skip
    yield whole("workbook: tags without an end", with_part(SHEET, lambda xml: xml + "<c " * 90_000
                + 'r="A1" ' * 90_000), "workbook")  # fmt: skip
    yield whole("workbook: strict", with_part("xl/workbook.xml", lambda xml: xml.replace(
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main")), "Strict")  # fmt: skip


def encrypted() -> bytes:
    """The mark of a password on each part, in both places."""
    made = bytearray(workbook(COLUMNS, values()))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = made.find(mark)
        while at >= 0:
            made[at + place] |= 1
            at = made.find(mark, at + 4)
    return bytes(made)


NASTIER = (
    *encodings(), *lines(), *put_together(), *headers(), *days(), *identifiers(), *names(),
    *cells(), *json_lines(), *workbooks(), *parts_of_workbooks(), *no_tables(), *sheets(),
)  # fmt: skip
