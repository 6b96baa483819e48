"""One registry with every awkward case, each in an LA of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from ap_registry import embedded
from ap_registry.demo.area import area
from ap_registry.demo.awkward import CASES
from ap_registry.demo.building import furnish, take
from ap_registry.demo.generator import of_life, order
from ap_registry.demo.life import Life
from ap_registry.demo.people import unborn
from ap_registry.demo.terms import PRESENT
from ap_registry.demo.world import la_codes
from ap_registry.registry import Registry
from ap_registry.store.database import Database
from reports.command import outcomes
from tests.conftest import fresh_database

SEED = 7
YEAR = (date(2024, 9, 1), date(2025, 8, 31))
FOUR_WEEKS = timedelta(weeks=4)


@dataclass(frozen=True)
class Cases:
    """The awkward cases on record."""

    registry: Registry
    lives: dict[str, Life]

    def report(self, known_by: datetime = PRESENT) -> dict[str, Any]:
        made, _names = outcomes(self.registry, from_on=YEAR[0], to_on=YEAR[1], known_by=known_by)
        return made


@pytest.fixture(scope="module")
def cases(servers: embedded.Servers) -> Iterator[Cases]:
    with fresh_database(servers) as urls:
        database = Database(urls.database_url)
        registry = Registry(database)
        codes = la_codes(len(CASES))
        lives = {}
        for la, (name, tell) in zip(codes, CASES.items(), strict=True):
            lives[name] = unborn(area(SEED, la), 0)
            tell(lives[name])
        furnish(registry, SEED, codes)
        sent = sorted((one for life in lives.values() for one in of_life(life)), key=order)
        take(registry, sent, step=FOUR_WEEKS)
        yield Cases(registry, lives)
        database.close()


@pytest.fixture(scope="module")
def report(cases: Cases) -> dict[str, Any]:
    return cases.report()
