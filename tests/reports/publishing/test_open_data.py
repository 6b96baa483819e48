"""Published outcomes as open data: the DfE's columns and symbols, a schema that they keep to."""

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import frictionless
import pytest

from ap_registry.areas import Area
from ap_registry.registry import Registry
from reports.files import file_of
from reports.kinds import KINDS, Made
from reports.publishing import open_data
from reports.publishing.published import published
from reports.publishing.symbols import SYMBOLS
from tests.reports.publishing.crowds import book, report
from tests.reports.telling import YEAR_2025, Telling
from tests.reports.test_files import Command, command  # noqa: F401 - a fixture

AREAS = {"856": Area(new_la_code="E06000016", region_code="E12000004")}
NAMES = {"LA856": "Leicester", "100001": "=Bridge PRU"}


def made(seed: int = 2) -> dict[str, Any]:
    crowd = book(seed)
    return published(report(crowd), crowd)


def rows(found: dict[str, Any]) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(open_data.as_csv(found, NAMES, AREAS).decode())))


def test_the_rows_keep_to_their_table_schema(tmp_path: Path) -> None:
    (tmp_path / "outcomes.csv").write_bytes(open_data.as_csv(made(), NAMES, AREAS))
    resource = frictionless.Resource(
        path="outcomes.csv", basepath=str(tmp_path),
        schema=frictionless.Schema.from_descriptor(open_data.schema()),
    )  # fmt: skip
    told = frictionless.validate(resource)
    assert told.valid, told.flatten(["rowNumber", "fieldName", "message"])[:5]


def test_a_number_that_is_none_is_found_by_the_schema(tmp_path: Path) -> None:
    """Else its being valid would say nothing."""
    text = open_data.as_csv(made(), NAMES, AREAS).decode().replace("National", "Nation", 1)
    (tmp_path / "outcomes.csv").write_text(text)
    resource = frictionless.Resource(
        path="outcomes.csv", basepath=str(tmp_path),
        schema=frictionless.Schema.from_descriptor(open_data.schema()),
    )  # fmt: skip
    assert not frictionless.validate(resource).valid


def test_columns_and_symbols_are_those_of_the_dfe() -> None:
    found = rows(made())
    assert list(found[0])[:11] == [
        "time_period", "time_identifier", "geographic_level", "country_code", "country_name",
        "region_code", "region_name", "new_la_code", "old_la_code", "la_name", "provider_id",
    ]  # fmt: skip
    names = ("region_code", "region_name", "new_la_code")
    areas = {row["old_la_code"]: tuple(row[name] for name in names) for row in found}
    assert areas == {
        "856": ("E12000004", "East Midlands", "E06000016"),
        "857": ("x", "x", "x"),  # nobody has loaded it
        "z": ("z", "z", "z"),
    }
    assert {row["time_period"] for row in found} == {"202425"}
    assert {row["geographic_level"] for row in found} == {
        "National", "Local authority", "Provider",
    }  # fmt: skip
    values = {value for row in found for value in row.values()}
    assert {"c", "z"} <= values
    assert not values & {"1", "2", "3", "4", "5"}
    assert {row["provider_name"] for row in found if row["provider_id"] == "100001"} == {
        "'=Bridge PRU"
    }


def test_the_dictionary_says_what_each_column_and_symbol_means() -> None:
    told = list(csv.DictReader(StringIO(open_data.dictionary().decode())))
    assert {row["name"] for row in told} == {*(one.name for one in open_data.FIELDS), *SYMBOLS}
    assert all(row["description"] for row in told)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        # numerator, denominator, unknown → the counts, the rate and the coverage as published
        ((20, 30, 0), (20, 30, 0, 66.7, 1.0)),
        ((3, 30, 0), ("c", 30, 0, "c", 1.0)),
        ((27, 30, 0), ("c", 30, 0, "c", 1.0)),  # three for whom it did not go well
        ((0, 30, 0), (0, 30, 0, 0.0, 1.0)),
        ((0, 9, 0), (0, 9, 0, "c", 1.0)),
        ((0, 0, 0), (0, 0, 0, "z", "z")),
        ((20, 30, 10), (20, 30, 10, "x", 0.75)),
    ],
)
def test_what_stands_in_place_of_a_number(
    numbers: tuple[int, int, int], expected: tuple[Any, ...]
) -> None:
    numerator, denominator, unknown = numbers
    counted = denominator + unknown
    row = {
        "provider": "100001", "measure": "outreach", "numerator": numerator,
        "denominator": denominator, "pending": 0, "unknown": unknown, "excluded": {},
        "coverage": round(denominator / counted, 3) if counted else None,
        "rate": round(100 * numerator / denominator, 1) if denominator else None,
        "low": 1.0, "high": 99.0,
    }  # fmt: skip
    crowd = book(0, 0)
    found = published({**report(crowd), "rows": [row]}, crowd)["rows"][0]
    names = ("numerator", "denominator", "unknown", "rate", "coverage")
    assert tuple(found[name] for name in names) == expected


@pytest.mark.parametrize(("pupils", "expected"), [(1, ("c", "c", "c")), (10, (150, 380, 39.5))])
def test_sessions_of_fewer_than_ten_pupils_are_kept_back(
    pupils: int, expected: tuple[Any, ...]
) -> None:
    whose = {"provider": "100001", "measure": "attendance"}
    parts = {"overall_absence": (150, 380), "authorised_absence": (0, 380),
             "unauthorised_absence": (150, 380), "persistent_absence": (pupils, pupils),
             "severe_absence": (0, pupils)}  # fmt: skip
    beside = [{**whose, "name": name, "numerator": some, "denominator": of,
               "value": round(100 * some / of, 1)}
              for name, (some, of) in parts.items()]  # fmt: skip
    crowd = book(0, 0)
    found = published({**report(crowd), "secondary": beside}, crowd)["secondary"]
    shown = [tuple(row[name] for name in ("numerator", "denominator", "value")) for row in found]
    assert shown[0] == shown[2] == expected
    assert shown[1] == (("c", "c", "c") if pupils == 1 else (0, 380, 0.0))


@pytest.fixture
def asked_for(registry: Registry) -> Made:
    for number in range(1, 4):
        Telling(registry, number).placed("2025-01-06", "2025-02-14")
    kind = KINDS["outcomes"]
    asked = {option.name: None for option in kind.options}
    period = {"from": YEAR_2025[0], "to": YEAR_2025[1]}
    return kind.read(registry, {**asked, **period, "la": "856", "publish": True})


def test_no_format_tells_a_small_number(asked_for: Made) -> None:
    told = json.loads(file_of(asked_for, "json"))
    (row,) = [r for r in told["rows"] if r["measure"] == "reintegration"]
    assert (row["denominator"], row["rate"], told["trend"]) == ("c", "c", [])
    page = file_of(asked_for, "html").decode()
    assert "This is the version for publication." in page
    assert 'data-label="Counted">c</td>' in page
    assert "/reports/behind" not in page
    assert file_of(asked_for, "pdf").startswith(b"%PDF")
    assert file_of(asked_for, "xlsx").startswith(b"PK")


def test_a_file_for_publication_brings_its_dictionary_and_schema(
    registry: Registry,
    command: Command,  # noqa: F811
) -> None:
    Telling(registry).placed("2025-01-06", "2025-02-14")
    command(
        "outcomes", "--from", "2024-09-01", "--to", "2025-08-31", "--la", "856", "--publish",
        "-o", "out.csv",
    )  # fmt: skip
    assert json.loads(Path("out.csv.schema.json").read_bytes()) == open_data.schema()
    assert Path("out.csv.dictionary.csv").read_bytes() == open_data.dictionary()
    assert json.loads(Path("out.csv.manifest.json").read_bytes())["publish"] is True
