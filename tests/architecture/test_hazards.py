"""Every hazard that this design knows has its test, which is named in tests/hazards.csv."""

import csv

from tests.architecture.sources import ROOT
from tests.architecture.test_rules import exists

# 1-20 as they were measured before the design, and two more.
HAZARDS = (*(str(n) for n in range(1, 21)), "old versions", "other LAs")
ROWS = tuple(csv.DictReader((ROOT / "tests" / "hazards.csv").open(encoding="utf-8")))


def test_every_hazard_has_a_test_and_no_other_is_named() -> None:
    assert list(dict.fromkeys(row["number"] for row in ROWS)) == list(HAZARDS)


def test_every_test_that_is_named_exists() -> None:
    """A case that is named in brackets may be made of numbers: its test alone is looked for."""
    named = sorted({row["test"] for row in ROWS})
    assert [node for node in named if not exists(node.partition("[")[0])] == []
