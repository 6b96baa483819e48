"""What the elements of a census file are called, by the year of the census: a dated table.

No specification in force could be seen; ``basis`` says of each name whether a copy of a file or
program that has it was seen, or whether it is recalled.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_TABLE = "data/census_elements.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """``first``, ``last``: the years of the censuses whose files have it, both included."""

    field: str
    element: str
    first: int
    last: int
    seen: bool


@cache
def names() -> tuple[Name, ...]:
    text = files("ap_registry").joinpath(_TABLE).read_text(encoding="utf-8")
    return tuple(
        Name(
            field=row["field"], element=row["element"], first=int(row["from"] or 0),
            last=int(row["until"] or 9999), seen=row["basis"] == "seen",
        )
        for row in csv.DictReader(text.splitlines())
    )  # fmt: skip


@cache
def names_in(year: int | None) -> Mapping[str, tuple[str, ...]]:
    """By field, in small letters; all of them where the file does not say its year."""
    found: dict[str, tuple[str, ...]] = {}
    for one in names():
        if year is None or one.first <= year <= one.last:
            found[one.field] = (*found.get(one.field, ()), one.element.lower())
    return found
