"""Random worlds, told the ordinary way: the report equals the oracle, object for object.

The seeds are those that once told the two apart, and some more; thousands have been run by hand.
"""

from datetime import date

import pytest

from ap_registry.registry import Registry
from tests.reports.driving import Driver
from tests.reports.oracle.report import Asked, report
from tests.reports.places import SLICES
from tests.reports.worlds import make

PERIODS = (
    (date(2024, 9, 1), date(2025, 8, 31)),
    (date(2025, 9, 1), date(2026, 8, 31)),
    (date(2025, 3, 10), date(2026, 1, 20)),
)


@pytest.mark.parametrize("seed", [9, 14, 29, 43, 123, 817, 843, 897])
def test_the_report_equals_the_oracle(empty_registry: Registry, seed: int) -> None:
    driver = Driver(empty_registry)
    facts = driver.send(make(seed))
    for first, last in PERIODS:
        for at in (SLICES[1], SLICES[3], SLICES[-1]):
            asked = Asked(first=first, last=last, known_by=at)
            expected, found = report(facts, asked), driver.report(asked)
            assert {name: found[name] for name in expected} == expected, (seed, first, at)


@pytest.mark.parametrize("narrowed", [{"la": "856"}, {"la": "857"}, {"provider": "100007"}])
def test_so_it_does_for_one_authority_or_provider(
    empty_registry: Registry, narrowed: dict[str, str]
) -> None:
    driver = Driver(empty_registry)
    facts = driver.send(make(210))
    for first, last in PERIODS:
        asked = Asked(first=first, last=last, known_by=SLICES[-1], **narrowed)
        expected, found = report(facts, asked), driver.report(asked)
        assert {name: found[name] for name in expected} == expected, (narrowed, first)
