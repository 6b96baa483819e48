"""Activities after Year 11 from an LA's client database."""

import io
from datetime import date

import pytest

from ap_registry.errors import Unreadable
from ap_registry.ingest.nccis import import_nccis
from ap_registry.ingest.results import ImportResult
from ap_registry.reading import read_pupil
from ap_registry.registry import Registry
from ap_registry.store import who
from tests.world import OTHER, PUPIL, register_pupil, take_organisations, upn

FILE = f"""UPN;Surname;Current Activity Code;Activity Start Date;Establishment
{PUPIL};Example;210 School sixth form;01/09/2026;{OTHER}
{upn(2)};Example;310;2026-09-07;A garage
"""


@pytest.fixture(autouse=True)
def pupils(registry: Registry) -> None:
    for number in (1, 2):
        register_pupil(registry, upn=upn(number))


def take(registry: Registry, text: str, on: date | None = None) -> ImportResult:
    return import_nccis(registry, io.BytesIO(text.encode()), on=on)


def activities(registry: Registry, name: str) -> list[dict[str, str]]:
    with registry.database.connection() as connection:
        pupil_id = who.pupil_named(connection, name)
    assert pupil_id is not None
    timeline = read_pupil(registry, pupil_id, timeline=True)["timeline"]
    return [
        {"on": item["occurred_on"], "by": item["by"], **item["data"]}
        for item in timeline
        if item["type"] == "destination_recorded"
    ]


def test_each_row_is_a_destination_of_the_pupil(registry: Registry) -> None:
    told = take(registry, FILE)
    assert (told.created, told.errors) == (2, [])
    assert activities(registry, PUPIL) == [
        {"on": "2026-09-01", "by": "LA856", "activity": "210", "organisation": OTHER}
    ]
    assert activities(registry, upn(2)) == [
        {"on": "2026-09-07", "by": "LA856", "activity": "310", "organisation": "A garage"}
    ]


def test_the_file_again_creates_nothing(registry: Registry) -> None:
    take(registry, FILE)
    again = take(registry, FILE)
    assert (again.created, again.unchanged) == (0, 2)


def test_a_code_that_is_none_is_refused_and_the_others_stand(registry: Registry) -> None:
    told = take(registry, FILE.replace("310", "999"))
    (error,) = told.errors
    assert (told.created, error.row, error.column, error.code) == (1, 2, "activity", "unknown_code")


def test_words_behind_a_code_may_be_long(registry: Registry) -> None:
    told = take(registry, FILE.replace("310", f'"310{" " * 9_000}x\ny"'))
    assert (told.created, told.errors) == (2, [])


def test_a_ukprn_names_the_establishment_that_has_it(registry: Registry) -> None:
    take_organisations(
        registry, f"id,kind,name,la,ukprn\n{OTHER},school,Brook School,856,10012345\n"
    )
    take(registry, f"upn,activity,date,ukprn,la\n{PUPIL},210,1/9/2026,10012345,857\n")
    (found,) = activities(registry, PUPIL)
    assert (found["organisation"], found["by"]) == (OTHER, "LA857")


def test_a_file_without_days_is_of_the_day_that_is_named(registry: Registry) -> None:
    text = f"upn,activity\n{PUPIL},530\n"
    assert [error.code for error in take(registry, text).errors] == ["required"]
    assert take(registry, text, on=date(2026, 11, 1)).created == 1


def test_another_file_is_refused_with_the_columns_that_it_would_need(registry: Registry) -> None:
    with pytest.raises(Unreadable, match="no column activity: it may be called activity or"):
        take(registry, f"upn,marks\n{PUPIL},/\n")
