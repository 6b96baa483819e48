"""Every hazard that this design knows has its test, which is named in tests/hazards.csv."""

import csv

import pytest

from tests.architecture.sources import ROOT
from tests.architecture.test_rules import NODE, names_in

# 1-20 as they were measured before the design, and two more.
HAZARDS = (*(str(n) for n in range(1, 21)), "old versions", "other LAs")
ROWS = tuple(csv.DictReader((ROOT / "tests" / "hazards.csv").open(encoding="utf-8")))


def test_every_hazard_has_a_test_and_no_other_is_named() -> None:
    assert list(dict.fromkeys(row["number"] for row in ROWS)) == list(HAZARDS)


@pytest.mark.parametrize("node", sorted({row["test"] for row in ROWS}))
def test_every_test_that_is_named_exists(node: str) -> None:
    found = NODE.fullmatch(node)
    assert found is not None
    path, name, _case = found.groups()
    assert name in names_in(path)[0]
