"""A table of notices goes out, comes back changed, and only the changes are taken."""

import csv
import io
from typing import Any

import openpyxl
import pytest

from ap_registry.access import Caller
from ap_registry.ingest.changes import rows_on_record
from ap_registry.ingest.notices import import_notices
from ap_registry.ingest.results import ImportResult
from ap_registry.reading import read_pupil
from ap_registry.registry import Registry
from ap_registry.store import who
from ap_registry.templates import on_record
from tests.world import OTHER, PUPIL, SCHOOL, notify, register_pupil, upn

OFFICE = Caller(actor="test", role="school", organisations=(SCHOOL,))
STRANGER = Caller(actor="test", role="school", organisations=(OTHER,))


@pytest.fixture
def sheet(registry: Registry) -> list[dict[str, Any]]:
    """Two suspensions by Alder School, as they go out."""
    register_pupil(registry)
    for number, on in ((1, "2026-03-02"), (2, "2026-04-20")):
        notify(registry, "suspension", on, school=SCHOOL, sessions=2, ends_on=on,
               reasons=["PP", "DB"], ref=f"S{number}", by=SCHOOL)  # fmt: skip
    return [row for _, row in rows_on_record(registry, "suspension", SCHOOL)]


def send(registry: Registry, rows: list[dict[str, Any]], **options: Any) -> ImportResult:
    file = io.BytesIO(on_record("suspension", rows, options.pop("format", "csv")))
    return import_notices(registry, file, caller=options.pop("caller", OFFICE), **options)


def suspensions(registry: Registry) -> list[tuple[str, Any]]:
    with registry.database.connection() as connection:
        pupil = who.pupil_named(connection, PUPIL)
    assert pupil is not None
    return [(e["ref"], e["sessions"]) for e in read_pupil(registry, pupil)["exclusions"]]


def told(result: ImportResult) -> tuple[int, int, list[tuple[str, str]]]:
    return result.created, result.unchanged, [(e.column, e.code) for e in result.errors]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_sent_back_as_it_went_out_it_changes_nothing(
    registry: Registry, sheet: list[dict[str, Any]], format: str
) -> None:
    assert told(send(registry, sheet, format=format)) == (0, 2, [])


def test_only_what_was_changed_is_taken(registry: Registry, sheet: list[dict[str, Any]]) -> None:
    sheet[1] |= {"sessions": 1, "reasons": ["PP"]}
    out = io.StringIO()
    result = send(registry, sheet, result_file=out)
    assert told(result) == (1, 1, [])
    assert suspensions(registry) == [("S1", 2), ("S2", 1)]
    assert [row["status"] for row in csv.DictReader(io.StringIO(out.getvalue()))] == [
        "unchanged", "created",
    ]  # fmt: skip
    assert told(send(registry, sheet)) == (0, 2, [])


def test_a_workbook_comes_back_as_excel_saves_it(
    registry: Registry, sheet: list[dict[str, Any]]
) -> None:
    """Days as days, numbers as numbers, a row moved and a row left out."""
    book = openpyxl.load_workbook(io.BytesIO(on_record("suspension", sheet, "xlsx")))
    page = book["Notices"]
    names = {cell.value: cell.column for cell in page[1]}
    page.cell(3, names["sessions"]).value = 1
    page.cell(3, names["sessions"]).number_format = "General"
    page.delete_rows(2)
    saved = io.BytesIO()
    book.save(saved)
    saved.seek(0)
    assert told(import_notices(registry, saved, caller=OFFICE)) == (1, 0, [])
    assert suspensions(registry) == [("S1", 2), ("S2", 1)]


def test_what_others_changed_meanwhile_is_not_taken_back(
    registry: Registry, sheet: list[dict[str, Any]]
) -> None:
    notify(registry, "correction", "2026-04-21", of="S1", by=SCHOOL, reason="Slip",
           fields={"sessions": 1})  # fmt: skip
    assert told(send(registry, sheet)) == (0, 2, [])
    assert suspensions(registry)[0] == ("S1", 1)
    sheet[0]["sessions"] = 3
    assert told(send(registry, sheet)) == (0, 1, [("sessions", "version_conflict")])


def test_blank_erases_nothing_and_what_stays_stays(
    registry: Registry, sheet: list[dict[str, Any]]
) -> None:
    sheet[0] |= {"sessions": "", "reasons": ""}
    sheet[1] |= {"ref": "S9"}
    assert told(send(registry, sheet)) == (0, 1, [("ref", "bad_format")])


def test_a_row_that_breaks_a_rule_is_refused_as_its_notice_would_be(
    registry: Registry, sheet: list[dict[str, Any]]
) -> None:
    sheet[0] |= {"ends_on": "2026-03-01"}
    sheet[1] |= {"sessions": "many"}
    created, unchanged, errors = told(send(registry, sheet))
    assert (created, unchanged) == (0, 0)
    assert {code for _, code in errors} == {"end_before_start", "bad_format"}


def test_whose_notice_it_is_not_learns_nothing(
    registry: Registry, sheet: list[dict[str, Any]]
) -> None:
    unknown = {**sheet[0], "row_id": "00000000-0000-4000-8000-000000000000.3"}
    for rows in (
        [sheet[0]],
        [{**sheet[0], "sessions": 1}],
        [unknown],
        [{**unknown, "row_id": "x"}],
    ):
        assert told(send(registry, rows, caller=STRANGER)) == (0, 0, [("row_id", "not_found")])


def test_a_row_without_row_id_is_a_new_notice(
    registry: Registry, sheet: list[dict[str, Any]]
) -> None:
    new = {**sheet[0], "row_id": "", "ref": "S3", "occurred_on": "2026-05-05",
           "ends_on": "2026-05-05"}  # fmt: skip
    assert told(send(registry, [*sheet, new])) == (1, 2, [])


def test_a_school_changes_no_more_of_a_former_pupil_than_it_sees(registry: Registry) -> None:
    """It left between the two notices: the second is of a time that the school does not see."""
    register_pupil(registry)
    for on in ("2026-05-01", "2026-06-01"):
        notify(registry, "pupil_details_changed", on, sen_provision="E", by=SCHOOL)
    notify(registry, "left_roll", "2026-05-15", school=SCHOOL, ground="a", by=SCHOOL)
    rows = [row for _, row in rows_on_record(registry, "pupil_details_changed", SCHOOL)]
    file = io.BytesIO(on_record("pupil_details_changed", rows, "csv"))
    refused = [("row_id", "not_found")]
    assert told(import_notices(registry, file, caller=OFFICE)) == (0, 1, refused)


def test_a_row_from_before_an_adoption_leads_to_nobody(
    registry: Registry, sheet: list[dict[str, Any]]
) -> None:
    notify(registry, "upn_changed", "2026-05-01", new_upn=upn(2), reason="adopted", by=SCHOOL)
    unknown = [("row_id", "not_found")] * 2
    assert told(send(registry, [{**row, "upn": ""} for row in sheet])) == (0, 0, unknown)
    assert list(rows_on_record(registry, "suspension", SCHOOL)) == []
