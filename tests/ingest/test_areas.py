"""ONS codes of LAs: loaded by an operator, as they stood on a day, in published files."""

from datetime import date
from io import BytesIO

import pytest

from ap_registry.areas import Area, area_of
from ap_registry.ingest.areas import import_areas
from ap_registry.ingest.results import ImportResult
from ap_registry.registry import Registry
from ap_registry.store.arrangements import read_arrangements

HEADER = "la_code,ons_code,la_name,region,operational_from\n"


def send(registry: Registry, *rows: str) -> ImportResult:
    with registry.database.connection() as connection:
        return import_areas(
            connection, BytesIO((HEADER + "\n".join(rows)).encode()), today=registry.today()
        )


def held(registry: Registry, la: str, on: date) -> Area:
    with registry.database.connection() as connection:
        return area_of(read_arrangements(connection), la, on)


def test_codes_are_held_from_their_day_for_las_on_record(registry: Registry) -> None:
    rows = (
        "856,E06000016,Leicester,East Midlands,01/04/2010",
        "857,E06000017,Rutland,E12000004,",
        "201,E09000001,City of London,London,01/01/2009",  # is not on record
    )
    told, again = send(registry, *rows), send(registry, *rows)
    assert (told.rows, told.errors, told.created, told.unchanged) == (3, [], 2, 1)
    assert (again.created, again.unchanged) == (0, 3)
    leicester = Area(new_la_code="E06000016", region_code="E12000004")
    assert held(registry, "856", date(2010, 4, 1)) == leicester
    assert leicester.region_name == "East Midlands"
    assert held(registry, "856", date(2010, 3, 31)) == Area()
    assert held(registry, "857", date(2009, 1, 1)).new_la_code == "E06000017"
    assert held(registry, "201", date(2025, 1, 1)) == Area()


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("86,E06000016,,,", "la_code"), ("856,E6,,,", "ons_code"),
        ("856,E06000016,,Mercia,", "region"), ("856,E06000016,,,soon", "operational_from"),
    ],
)  # fmt: skip
def test_a_row_that_is_wrong_says_which_column(registry: Registry, row: str, column: str) -> None:
    assert [error.column for error in send(registry, row).errors] == [column]
