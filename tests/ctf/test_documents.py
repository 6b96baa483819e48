"""A Common Transfer File that we write reads back equal; those of others are read too."""

import io
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ap_registry.ctf.document import (
    AttendanceYear,
    Ctf,
    CtfPupil,
    Header,
    MealSpell,
    Place,
    SchoolSpell,
    SenSpell,
    file_name,
)
from ap_registry.ctf.reading import read_ctf
from ap_registry.ctf.writing import write_ctf
from ap_registry.errors import Unreadable
from ap_registry.ingest.results import BadRow

DAYS = st.dates(date(1990, 1, 1), date(2030, 12, 31))
# Words as they stand in a cell: no blank at either end, nothing that XML cannot carry.
WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp", "Cn")), min_size=1, max_size=12
)
CODES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=2, max_size=4)
PLACES = st.builds(
    Place, la=st.from_regex(r"[0-9]{3}", fullmatch=True),
    estab=st.from_regex(r"[0-9]{4}", fullmatch=True), name=st.none() | WORDS,
)  # fmt: skip
COUNTS = st.none() | st.integers(0, 500)
YEARS = st.builds(
    AttendanceYear, school=PLACES, year=st.none() | st.integers(1990, 2040), possible=COUNTS,
    authorised=COUNTS, attended=COUNTS, unauthorised=COUNTS, starts_on=st.none() | DAYS,
    marks=st.text("/\\BCDINOU#-", max_size=30),
)  # fmt: skip
PUPILS = st.builds(
    CtfPupil, surname=WORDS, forename=WORDS, born_on=DAYS, sex=st.sampled_from("MFU"),
    upn=st.none() | CODES, former_upn=st.none() | CODES,
    nc_year=st.none() | st.sampled_from(["N1", "R", "1", "11", "X"]), ethnicity=st.none() | CODES,
    first_language=st.none() | CODES, enrolment=st.none() | st.sampled_from("CMS"),
    sen=st.lists(
        st.builds(SenSpell, starts_on=st.none() | DAYS, provision=st.sampled_from("NKE")),
        max_size=3,
    ).map(tuple),
    sen_needs=st.lists(st.sampled_from(["SEMH", "SPLD", "ASD"]), max_size=3).map(tuple),
    in_care=st.none() | st.booleans(), meals=st.lists(
        st.builds(MealSpell, starts_on=DAYS, ends_on=st.none() | DAYS), max_size=2).map(tuple),
    schools=st.lists(
        st.builds(SchoolSpell, school=PLACES, entered_on=st.none() | DAYS,
                  left_on=st.none() | DAYS, leaving_reason=st.none() | CODES),
        max_size=3).map(tuple),
    attendance=st.lists(YEARS, max_size=2).map(tuple),
)  # fmt: skip
HEADERS = st.builds(
    Header, written_at=st.none() | st.datetimes(datetime(1990, 1, 1)).map(
        lambda at: at.replace(microsecond=0)),
    source=PLACES, destination=PLACES | st.just(Place()), supplier=WORDS,
    academic_year=st.none() | st.integers(1990, 2040),
)  # fmt: skip


@settings(max_examples=150)
@given(st.builds(Ctf, header=HEADERS, pupils=st.lists(PUPILS, max_size=3).map(tuple)))
def test_what_we_write_reads_back_equal(ctf: Ctf) -> None:
    assert read_ctf(io.BytesIO(write_ctf(ctf))) == ctf


PUPIL = CtfPupil(surname="Example", forename="Zoë", born_on=date(2011, 2, 3), sex="F")
OLD = """<?xml version="1.0" encoding="{declared}"?>
<CTfile>
  <Header><DocumentName>Common Transfer File</DocumentName><CTFversion>7.0</CTFversion>
    <DateTime>2026-03-01T10:00:00</DateTime><DocumentQualifier>partial</DocumentQualifier>
    <SupplierID>Some MIS</SupplierID>
    <SourceSchool><LEA>856</LEA><Estab>4001</Estab><AcademicYear>2026</AcademicYear></SourceSchool>
    <DestSchool><LEA>XXX</LEA><Estab>XXXX</Estab></DestSchool></Header>
  <CTFpupilData><Pupil><Surname>Example</Surname><Forename>Zoë</Forename>
    <DOB>2011-02-03</DOB><Gender>F</Gender></Pupil></CTFpupilData>
</CTfile>
"""


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ("UTF-8", "utf-8"), ("UTF-8", "utf-8-sig"), ("UTF-16", "utf-16"), ("utf-16", "utf-8"),
        ("ISO-8859-1", "latin-1"), ("windows-1252", "cp1252"), ("UTF-8", "cp1252"),
        ("nonsense", "utf-8"), ("UTF-16LE", "utf-16-le"), ("ISO-8859-1", "utf-8"),
        ("windows-1250", "cp1250"), ("windows-1252", "utf-8"),
    ],
)  # fmt: skip
def test_an_old_file_is_read_in_any_encoding_whatever_it_claims(
    declared: str, written: str
) -> None:
    found = read_ctf(io.BytesIO(OLD.format(declared=declared).encode(written)))
    assert found == Ctf(
        header=Header(
            written_at=datetime(2026, 3, 1, 10), source=Place(la="856", estab="4001"),
            version="7.0", qualifier="partial", supplier="Some MIS", academic_year=2026,
        ),
        pupils=(PUPIL,),
    )  # fmt: skip


def test_letters_of_another_code_page_are_read_by_it() -> None:
    text = OLD.format(declared="windows-1250").replace("Zoë", "Łukasz")
    (found,) = read_ctf(io.BytesIO(text.encode("cp1250"))).pupils
    assert found.forename == "Łukasz"


def test_a_namespace_and_parts_without_a_place_here_do_no_harm() -> None:
    text = OLD.format(declared="UTF-8").replace("<CTfile>", '<CTfile xmlns="urn:some">')
    more = (
        "<UniqueLearnerNumber>1000000043</UniqueLearnerNumber><BasicDetails><MiddleNames>May"
        "</MiddleNames><MedicalFlag/></BasicDetails><StageAssessments><KeyStage><Stage>KS2</Stage>"
        "</KeyStage></StageAssessments></Pupil>"
    )
    (found,) = read_ctf(io.BytesIO(text.replace("</Pupil>", more).encode())).pupils
    assert (found, found.not_read) == (
        PUPIL, ("UniqueLearnerNumber", "StageAssessments", "MiddleNames"),
    )  # fmt: skip


def test_provisions_of_before_2018_are_those_of_today() -> None:
    sen = "".join(
        f"<SEN><StartDate>2016-09-0{n}</StartDate><SENprovision>{code}</SENprovision></SEN>"
        for n, code in enumerate("NAPSKE", start=1)
    )
    text = OLD.format(declared="UTF-8").replace(
        "</Pupil>", f"<SENhistory>{sen}</SENhistory></Pupil>"
    )
    (found,) = read_ctf(io.BytesIO(text.encode())).pupils
    assert [spell.provision for spell in found.sen] == ["N", "K", "K", "E", "K", "E"]


@pytest.mark.parametrize(
    ("taken", "given", "column"),
    [
        ("<DOB>2011-02-03</DOB>", "", "DOB"),
        ("2011-02-03", "2011-02-30", "DOB"),
        ("<Gender>F</Gender>", "<Gender/>", "Gender"),
        ("<Surname>Example</Surname>", "", "Surname"),
    ],
)
def test_a_pupil_that_cannot_be_read_says_which_element(
    taken: str, given: str, column: str
) -> None:
    with pytest.raises(BadRow) as refused:
        read_ctf(io.BytesIO(OLD.format(declared="UTF-8").replace(taken, given).encode()))
    assert refused.value.column == column


BOMB = (
    '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><CTfile><Header>&b;</Header>'
    "</CTfile>"
)
STEAL = (
    '<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><CTfile><Header>&f;</Header></CTfile>'
)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (BOMB, "document type"),
        (STEAL, "document type"),
        ("<CTfile><Header>" + "<a>" * 50, "too deeply"),
        ("<CTfile><Header>", "well-formed"),
        ("<html><body>Not found</body></html>", "no Common Transfer File"),
        ("<CTfile><CTFpupilData/></CTfile>", "no Header"),
        ("<CTfile>\x01</CTfile>", "well-formed"),
        ("upn,name\n1,2\n", "no XML"),
        ("", "empty"),
        ("%PDF-1.4", "a PDF"),
        ("PK\x03\x04", "ZIP archive"),
    ],
)
def test_what_is_no_ctf_or_would_do_harm_is_refused_in_words(sent: str, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read_ctf(io.BytesIO(sent.encode()))


def test_the_name_of_a_file_says_from_whom_to_whom_and_which() -> None:
    header = Header(written_at=None, source=Place(la="856", estab="4001"))
    to = replace(header, destination=Place(la="856", estab="4002"))
    assert (file_name(header, 1), file_name(to, 12)) == (
        "8564001_CTF_XXXXXXX_001.xml", "8564001_CTF_8564002_012.xml",
    )  # fmt: skip
