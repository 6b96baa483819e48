"""The AP census: whom it has, by which placement, what is wrong, and the files."""

from collections.abc import Iterator
from io import BytesIO
from xml.etree.ElementTree import fromstring

import pytest

from ap_registry import embedded
from ap_registry.ingest.census_codes import import_codes
from ap_registry.ingest.results import ImportResult
from ap_registry.registry import Registry
from ap_registry.store.database import Database
from ap_registry.templates import template
from reports.asking import asked_of
from reports.extracts.census_files import postcode
from reports.files import file_of
from reports.kind import Made
from reports.kinds import KINDS
from tests.conftest import fresh_database
from tests.extracts.area import MORE, TUTOR, dan, eve, gus, hal, prepare
from tests.extracts.conftest import KeyOf
from tests.reports.cells import cells_of
from tests.reports.telling import Telling
from tests.world import GARAGE, take_organisations, upn

CODES = """organisation,field,word,dfe_code,from_on
LA856,reason,permanent_exclusion,PEX,2025-09-01
LA856,reason,no_school_place,NSP,2025-09-01
LA856,attendance,full_time,F,2025-09-01
LA856,attendance,part_time,P,2025-09-01
"""


def send(registry: Registry, text: str) -> ImportResult:
    with registry.database.connection() as connection:
        return import_codes(
            connection, BytesIO(text.encode()), today=registry.today(), clock=registry.clock
        )


def census(registry: Registry, **given: str) -> Made:
    kind = KINDS["census"]
    return kind.read(registry, asked_of(kind, {"la": "856", "year": "2026", **given}))


@pytest.fixture(scope="module")
def coded(servers: embedded.Servers) -> Iterator[Registry]:
    """Those of the area whom the LA placed in the census year, and a table that lacks one code."""
    with fresh_database(servers) as urls:
        database = Database(urls.database_url)
        registry = Registry(database)
        prepare(registry)
        for story in (dan, eve, gus, hal):
            story(registry)
        assert send(registry, CODES).created == 4
        yield registry
        database.close()


@pytest.fixture(scope="module")
def made(coded: Registry) -> Made:
    return census(coded)


def test_it_has_the_current_placement_or_the_last_of_the_year(made: Made) -> None:
    found = made.object
    assert found["period"] == {"from": "2025-01-17", "to": "2026-01-15"}  # third Thursdays
    rows = {
        child["forename"]: (
            child["urn"] or child["ukprn"] or child["setting_type"], child["entry_date"],
            child["leaving_date"], child["reason_code"], child["attendance_code"],
            child["sessions_per_week"],
        )
        for child in found["children"]
    }  # fmt: skip
    assert rows == {
        "Dan": ("OTH", "2025-11-24", None, "PEX", "P", 6),
        "Eve": ("OOT", "2025-12-08", None, None, "P", 5),  # not the school that she left before
        "Hal": ("100020", "2025-02-03", "2025-05-23", "NSP", "F", 10),
    }


def test_a_state_ap_school_returns_its_own(made: Made) -> None:
    assert [(r["name"], r["provider"]) for r in made.object["left_out"]] == [
        ("Example, Gus", "100007")
    ]


def test_what_is_wrong_is_named_with_its_severity(made: Made) -> None:
    found = {(f["name"], f["rule"], f["severity"]) for f in made.object["findings"]}
    told = {"census.ethnicity", "census.address"}
    expected = {(f"Example, {n}", rule, "query") for n in ("Dan", "Eve") for rule in told}
    expected |= {
        ("Example, Eve", "census.sen-need", "query"),
        ("Example, Eve", "census.reason-code", "error"),
    }
    assert (found, made.findings) == (expected, 1)


def test_a_table_says_which_code_is_missing(made: Made) -> None:
    missing = {(c["field"], c["word"]) for c in made.object["codes"] if c["dfe_code"] is None}
    assert missing == {
        ("reason", word)
        for word in ("behaviour", "suspension", "mental_health", "physical_health", "pregnancy",
                     "ehc_plan", "other")
    }  # fmt: skip


def test_xml_has_each_item_once_and_no_empty_one(made: Made) -> None:
    content = file_of(made, "xml")
    message = fromstring(content)
    assert message.findtext("Header/CollectionDetails/ReferenceDate") == "2026-01-15"
    assert message.findtext("Header/Source/LEA") == "856"
    hal_ = next(p for p in message.iter("Pupil") if p.findtext(".//Forename") == "Hal")
    texts = {element.tag: element.text for element in hal_.iter() if len(element) == 0}
    assert texts == {
        "UPN": upn(8), "Surname": "O'Neill & Son", "Forename": "Hal",
        "DOB": "2011-02-03", "Sex": "M", "Ethnicity": "WBRI", "FSMstartDate": "2024-09-02",
        "SENprovision": "K", "SENtypeRank": "1", "SENtype": "SLCN",
        "AddressLine1": "3 High Street", "AddressLine2": "Leicester", "PostCode": "LE1 1AA",
        "EntryDate": "2025-02-03", "LeavingDate": "2025-05-23", "URN": "100020",
        "PrimaryReason": "NSP", "AttendancePattern": "F", "SessionsPerWeek": "10",
    }  # fmt: skip
    assert [e.tag for e in message.iter() if len(e) == 0 and not e.text] == []
    assert content == file_of(made, "xml")


def test_csv_has_a_line_for_each_child(made: Made) -> None:
    head, dan_, *_ = file_of(made, "csv").decode().splitlines()
    cells = dict(zip(head.split(","), dan_.split(","), strict=True))
    assert (cells["Forename"], cells["SettingType"], cells["URN"]) == ("Dan", "OTH", "")


def test_an_officer_reads_it(made: Made) -> None:
    for format in ("html", "xlsx"):
        rows = cells_of(file_of(made, format), format)
        assert any(cells >= {"Example, Dan", "6"} for cells in rows), format
    assert file_of(made, "pdf").startswith(b"%PDF")


def test_a_placement_that_ends_on_census_day_is_current(registry: Registry) -> None:
    """An end is inclusive: of two current ones it is the last begun that counts."""
    take_organisations(registry, MORE)
    told = Telling(registry)
    by_la = {"commissioner": "LA856", "reason": "no_school_place"}
    told.placed("2025-09-08", provider=GARAGE, **by_la)
    told.placed("2025-12-01", "2026-01-15", provider=TUTOR, setting_type="OOT", **by_la)
    assert [child["entry_date"] for child in census(registry).object["children"]] == ["2025-12-01"]


def test_only_whom_it_shows_are_noted_as_read(made: Made) -> None:
    """Gus was placed by a school and is in neither list."""
    shown = [row["pupil_id"] for row in (*made.object["children"], *made.object["left_out"])]
    assert [str(one) for one in made.pupils] == shown
    assert len(shown) > 0


def test_census_day_to_come_is_said(coded: Registry) -> None:
    page = file_of(census(coded, year="2027"), "html").decode()
    assert "Census day is yet to come: this is how things stand on 20 November 2026." in page


def test_of_another_la_there_is_nothing(key_of: KeyOf) -> None:
    asked = {"year": "2026"}
    own = key_of("la", "LA857").get("/reports/census", params=asked)
    assert (own.json()["la"], own.json()["children"]) == ("857", [])
    other = key_of("la", "LA857").get("/reports/census", params={**asked, "la": "856"})
    assert other.status_code == 403


def test_a_year_that_never_was_is_refused(key_of: KeyOf) -> None:
    answer = key_of("la", "LA856").get("/reports/census", params={"year": "99999"})
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [("/year", "bad_format")]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("100001,reason,other,OTH,", "organisation"),
        ("LA856,colour,other,OTH,", "field"),
        ("LA856,reason,boredom,OTH,", "word"),
        ("LA856,reason,other,not a code,", "dfe_code"),
        ("LA856,reason,other,OTH,soon", "from_on"),
    ],
)
def test_a_row_that_is_no_code_is_refused(registry: Registry, row: str, column: str) -> None:
    told = send(registry, CODES.splitlines()[0] + f"\n{row}\n")
    assert [error.column for error in told.errors] == [column]


def test_the_same_table_again_changes_nothing(coded: Registry) -> None:
    told = send(coded, CODES)
    assert (told.created, told.unchanged) == (0, 4)


def test_the_template_has_a_row_for_each_word(coded: Registry) -> None:
    text = template("codes", "csv").decode("utf-8-sig")
    told = send(coded, text)
    assert (told.rows, told.errors, told.created) == (11, [], 0)  # blank codes say nothing


@pytest.mark.parametrize(
    ("address", "found"),
    [("1 Mill Lane, Leicester LE1 1AA", "LE1 1AA"), ("W1A0AX", "W1A 0AX"), ("Nowhere", None)],
)
def test_a_postcode_is_found_in_an_address(address: str, found: str | None) -> None:
    assert postcode(address) == found
