"""The share of lists confirmed stands on every report, in each format."""

import csv
from datetime import date
from io import StringIO

import pytest

from ap_registry.confirming import confirm
from ap_registry.registry import Registry
from reports.files import file_of
from reports.kinds import KINDS
from tests.reports.telling import YEAR_2025, Telling, report
from tests.world import GARAGE, OTHER, PRU

SINCE = "2025-05-31"  # three months before the end of August


@pytest.fixture
def placed(registry: Registry) -> Registry:
    """A pupil of LA 856, in which lie three schools and two providers."""
    Telling(registry, 1).placed("2025-01-06", "2025-02-14", provider=PRU)
    return registry


@pytest.mark.parametrize(("day", "number"), [(date(2025, 5, 30), 0), (date(2025, 5, 31), 1)])
def test_a_list_confirmed_in_the_last_months_or_later_counts(
    placed: Registry, day: date, number: int
) -> None:
    confirm(placed, OTHER, day)
    assert report(placed)["confirmed"] == {"confirmed": number, "asked": 5, "since": SINCE}


def test_of_one_provider_its_own_list_is_meant(placed: Registry) -> None:
    confirm(placed, PRU, date(2025, 7, 11))
    confirm(placed, GARAGE, date(2025, 7, 11))
    told = report(placed, provider=PRU)["confirmed"]
    assert told == {"confirmed": 1, "asked": 1, "since": SINCE}


def test_what_was_not_known_yet_is_not_counted(placed: Registry) -> None:
    with placed.database.connection() as connection:
        before = placed.closed(connection)
    confirm(placed, PRU, date(2025, 7, 11))
    shares = [report(placed, known_by=at)["confirmed"]["confirmed"] for at in (before, None)]
    assert shares == [0, 1]


def made(registry: Registry, format: str) -> str:
    confirm(registry, PRU, date(2025, 7, 11))
    kind = KINDS["outcomes"]
    asked = {option.name: None for option in kind.options}
    told = kind.read(registry, {**asked, "from": YEAR_2025[0], "to": YEAR_2025[1]})
    return file_of(told, format).decode()


def test_the_table_says_it_in_its_last_row(placed: Registry) -> None:
    row = list(csv.DictReader(StringIO(made(placed, "csv"))))[-1]
    assert {name: value for name, value in row.items() if value} == {
        "table": "confirmed", "numerator": "1", "denominator": "5",
    }  # fmt: skip


def test_the_page_says_it_in_words(placed: Registry) -> None:
    assert "1 of 5 schools and providers have confirmed since 31 May 2025" in made(placed, "html")
