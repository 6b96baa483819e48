"""Organisations: the real GIAS layout and the registry's own form, sent once and again."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ap_registry.errors import Unreadable
from ap_registry.ingest.organisations import import_organisations
from ap_registry.ingest.results import ImportResult
from ap_registry.organisations import Organisation
from ap_registry.registry import Registry
from ap_registry.store import reference

HEADER = (
    "URN,LA (code),LA (name),EstablishmentNumber,EstablishmentName,TypeOfEstablishment (code),"
    "EstablishmentStatus (name),OpenDate,CloseDate,Trusts (code),Trusts (name),UKPRN,Postcode\n"
)
NOW = datetime(2026, 9, 1, 9, tzinfo=UTC)


def send(registry: Registry, content: str | bytes, clock: datetime | None = None) -> ImportResult:
    raw = content.encode() if isinstance(content, str) else content
    with registry.database.connection() as connection:
        return import_organisations(
            connection, io.BytesIO(raw), today=date(2026, 9, 1), clock=clock
        )


def on_record(registry: Registry, as_at: datetime | None = None) -> dict[str, Organisation]:
    with registry.database.connection() as connection:
        return {one.id: one for one in reference.all_organisations(connection, as_at)}


def counts(result: ImportResult) -> tuple[int, ...]:
    return (result.created, result.unchanged, result.duplicate, result.refused)


def problems(result: ImportResult) -> list[tuple[int, str, str]]:
    return [(error.row, error.column, error.code) for error in result.errors]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_reads_real_rows_of_gias(empty_registry: Registry, shared: Path, encoding: str) -> None:
    text = (shared / "gias/establishments-4-real-rows.csv").read_bytes().decode("cp1252")
    result = send(empty_registry, text.encode(encoding))
    assert counts(result) == (4, 0, 0, 0)
    assert on_record(empty_registry)["100492"] == Organisation(
        id="100492",
        kind="school",
        name="St Thomas' CofE Primary School",
        la="207",
        ukprn="10079297",
        laestab="2073402",
        type_code="2",
    )


def test_sixty_rows_sent_again_change_nothing(empty_registry: Registry, shared: Path) -> None:
    raw = (shared / "gias/establishments-60-rows.csv").read_bytes()
    assert counts(send(empty_registry, raw)) == (60, 0, 0, 0)
    before = on_record(empty_registry)
    assert counts(send(empty_registry, raw)) == (0, 60, 0, 0)
    assert on_record(empty_registry) == before
    assert (before["130000"].trust, before["T-2000"].name) == ("T-2000", "trust name 1")
    assert before["130000"].opened_on == date(1993, 5, 29)


def test_every_type_of_the_real_list_is_a_school_or_a_provider(
    empty_registry: Registry, shared: Path
) -> None:
    with (shared / "gias/establishment-types-20250422.csv").open(encoding="utf-8") as file:
        types = sorted({row["type-of-establishment-code"] for row in csv.DictReader(file)})
    rows = [f"{100000 + n},856,Leicester,{n},School {n},{code},Open,,,,,,\n"
            for n, code in enumerate(types)]  # fmt: skip
    send(empty_registry, HEADER + "".join(rows))
    found = on_record(empty_registry).values()
    assert {one.type_code for one in found if one.kind == "provider"} == {"14", "38", "42", "43"}
    assert len([one for one in found if one.kind == "school"]) == len(types) - 4


def test_closed_planned_and_half_empty_rows_are_kept(empty_registry: Registry) -> None:
    result = send(
        empty_registry,
        HEADER
        + "100001,856,Leicester,7,Old School,01,Closed,01-09-1970,31-08-2019,,,,LE1\n"
        + "100002,856,Leicester,,New School,28,Proposed to open,01-09-2027,,16053,A Trust,,\n"
        + ",,,,,,,,,,,,\n"
        + "100003,000,Does not apply,1000,Far School,25,Open,,,,,,\n",
    )
    found = on_record(empty_registry)
    assert counts(result) == (3, 0, 0, 0)
    assert (found["100001"].laestab, found["100001"].closed_on) == ("8560007", date(2019, 8, 31))
    assert (found["100002"].laestab, found["100002"].trust) == (None, "T-16053")
    assert (found["100003"].la, found["LA856"].name) == (None, "Leicester")


def test_bad_rows_are_named_and_the_others_stand(empty_registry: Registry) -> None:
    result = send(
        empty_registry,
        HEADER
        + "10001,856,,1,Short,01,Open,,,,,,\n"
        + "100002,856,,1,Good,01,Open,,,,,,\n"
        + "100003,856,,1,Bad day,01,Open,31-02-2019,,,,,\n",
    )
    assert problems(result) == [(1, "urn", "bad_format"), (3, "opendate", "bad_format")]
    assert "100002" in on_record(empty_registry)


def test_a_changed_row_ends_the_old_one_and_begins_a_new_one(empty_registry: Registry) -> None:
    row = "100001,856,Leicester,7,{},01,Open,,,,,,\n"
    send(empty_registry, HEADER + row.format("Old name"), NOW)
    result = send(empty_registry, HEADER + row.format("New name"), NOW + timedelta(days=1))
    assert counts(result) == (1, 0, 0, 0)
    assert on_record(empty_registry, NOW)["100001"].name == "Old name"
    assert on_record(empty_registry)["100001"].name == "New name"


def test_a_blank_cell_of_the_small_form_erases_nothing(empty_registry: Registry) -> None:
    send(empty_registry, HEADER + "100001,856,Leicester,7,Alder,34,Open,,,5,A Trust,10000001,\n")
    small = "id,kind,name,la,email\n100001,school,Alder,,{}\n"
    send(empty_registry, small.format("office@alder.example"))
    assert counts(send(empty_registry, small.format(""))) == (0, 1, 0, 0)
    assert on_record(empty_registry)["100001"] == Organisation(
        id="100001", kind="school", name="Alder", la="856", trust="T-5", ukprn="10000001",
        laestab="8560007", type_code="34", email="office@alder.example",
    )  # fmt: skip


def test_an_extract_leaves_what_it_has_no_column_for(empty_registry: Registry) -> None:
    send(empty_registry, "id,kind,name,la,email\n100001,school,Alder,856,a@b.example\n")
    send(empty_registry, HEADER + "100001,856,Leicester,7,Alder,34,Open,,,,,,\n")
    assert on_record(empty_registry)["100001"].email == "a@b.example"


def test_the_small_form_reads_every_kind(empty_registry: Registry) -> None:
    result = send(
        empty_registry,
        "ID,Kind,Name,LA,LAs,Trust,UKPRN,Type code,Setting-type,Subcontractor of,Opened on\n"
        "LA856,LA,Leicester,,,,,,,,\n"
        "ICB-QK1,health,Nurses,,856;LA857,,,,,,\n"
        "T-16053,trust,A Trust,,,,,,,,\n"
        "100001,school,Alder,856,,t-16053,,34,,,01/09/1990\n"
        "ap-0001,provider,Garage,856,,,,,oot,,\n"
        "AP-0002,provider,Annexe,856,,,10000001,,,AP-0001,\n"
        "SVC-0001,service,Support,856,,,,,,,\n",
    )
    assert (counts(result), result.errors) == ((7, 0, 0, 0), [])
    found = on_record(empty_registry)
    assert found["ICB-QK1"].las == ("856", "857")
    assert found["AP-0001"].setting_type == "OOT"
    assert found["AP-0002"].subcontractor_of == "AP-0001"
    assert (found["100001"].trust, found["100001"].opened_on) == ("T-16053", date(1990, 9, 1))


WRONG = [
    (",school,Alder,856,,", ("id", "required")),
    ("12345,school,Alder,856,,", ("id", "bad_format")),
    ("8561234,school,Alder,856,,", ("id", "unknown_organisation")),
    ("100001,,Alder,856,,", ("kind", "required")),
    ("100001,academy,Alder,856,,", ("kind", "unknown_code")),
    ("100001,school,,856,,", ("name", "required")),
    ("100001,school,Alder,Leics,,", ("la", "unknown_code")),
    ("100001,school,Alder,856,31/02/2020,", ("opened_on", "bad_format")),
    ("100001,school,Alder,856,2020-01-02,2020-01-01", ("closed_on", "end_before_start")),
    ("100001,school,Alder,856,01/09/20245,", ("opened_on", "bad_format")),
    ("100001,school,Alder,856,01-09-24,", ("opened_on", "bad_format")),
    ("100001,school,#N/A,856,,", ("name", "required")),
]


def test_the_small_form_names_what_is_wrong(empty_registry: Registry) -> None:
    rows = "".join(f"{row}\n" for row, _ in WRONG)
    result = send(empty_registry, f"id,kind,name,la,opened_on,closed_on\n{rows}")
    assert problems(result) == [(n, *p) for n, (_, p) in enumerate(WRONG, start=1)]
    assert on_record(empty_registry) == {}


@pytest.mark.parametrize("day", ["1 Sep 2024", "45536", "01-09-2024", "1/9/24"])
def test_a_day_is_read_as_in_any_file(empty_registry: Registry, day: str) -> None:
    send(empty_registry, f"id,kind,name,la,opened_on,laestab\n100001,school,A,856,{day},856/4001\n")
    found = on_record(empty_registry)["100001"]
    assert (found.opened_on, found.laestab) == (date(2024, 9, 1), "8564001")


def test_numbers_of_another_kind_and_json_are_refused(empty_registry: Registry) -> None:
    head = "id,kind,name,la,ukprn,laestab,type_code\n100001,school,A,856,"
    for cells, column in (("abc,,", "ukprn"), (",4001,", "laestab"), (",,Academy", "type_code")):
        assert problems(send(empty_registry, f"{head}{cells}\n")) == [(1, column, "bad_format")]
    made = '{"id": "100001", "kind": "school", "name": "A", "la": "856", "ukprn": {"a": 1}}\n'
    assert problems(send(empty_registry, made)) == [(1, "ukprn", "bad_format")]


def test_a_laestab_stands_for_the_urn(empty_registry: Registry) -> None:
    send(empty_registry, HEADER + "100001,856,Leicester,7,Alder,34,Open,,,,,,\n")
    send(empty_registry, "id,kind,name,la\n856/0007,school,Alder High,856\n")
    assert on_record(empty_registry)["100001"].name == "Alder High"


def test_the_same_twice_is_a_duplicate_and_another_content_a_conflict(
    empty_registry: Registry,
) -> None:
    result = send(
        empty_registry,
        "id,kind,name,la\n100001,school,Alder,856\n100001,school,Alder,856\n"
        "100001,school,Brook,856\n",
    )
    assert counts(result) == (1, 0, 1, 1)
    assert problems(result) == [(3, "id", "ref_conflict")]


def test_another_kind_of_file_is_refused_and_nothing_is_written(empty_registry: Registry) -> None:
    good = "100001,school,Alder,"
    for text, words in (
        ("a,b\n1,2\n", "neither"),
        ("URN,LinkURN\n100001,100002\n", "neither"),
        (f"id,kind,name,colour\n{good}\n{good}red\n", "column colour"),
    ):
        with pytest.raises(Unreadable, match=words):
            send(empty_registry, text)
    assert on_record(empty_registry) == {}
