"""The rows of the dashboard: each measure by area, and by group against all others."""

from collections.abc import Iterator
from typing import Any

from reports.dashboard.areas import ALL, Area, Areas
from reports.dashboard.headcounts import Headcounts
from reports.dashboard.measures import MEASURES, OF_ROLL
from reports.dashboard.relative import relative
from reports.dashboard.seen import GROUPS, NOT_SAID, OF_HEADCOUNTS
from reports.dashboard.tally import Book, Tally

Row = dict[str, Any]
_ORDER = ("all", "la", "trust", "icb")


def area_rows(book: Book) -> list[Row]:
    """By area, in the order of the measures; every area has a row of each measure of a roll."""
    found = {area for area, _ in book.areas} | _with_rolls(book) | {ALL}
    areas = sorted(found, key=lambda area: (_ORDER.index(area[0]), area[1]))
    return [row for area in areas for row in _of_area(book, area)]


def _with_rolls(book: Book) -> set[Area]:
    within = book.within
    schools = (school for school in book.headcounts.pupils if book.headcounts.has(school))
    return {area for school in schools for area in within.of(within.la_of(school), school)}


def _of_area(book: Book, area: Area) -> Iterator[Row]:
    on_roll = book.headcounts.on_roll(lambda school: area in _areas(book.within, school))
    for measure in MEASURES:
        tally = book.areas.get((area, measure))
        if tally is None and not (measure in OF_ROLL and on_roll):
            continue
        counted = (tally or Tally()).row(measure, on_roll)
        yield {"area": area[0], "code": area[1], "measure": measure, **counted}


def _areas(within: Areas, school: str) -> list[Area]:
    return within.of(within.la_of(school), school)


def group_rows(book: Book) -> list[Row]:
    """Of all that is asked about; of rolls only by what headcounts say; not of days or sessions."""
    return [
        row
        for measure, one in MEASURES.items()
        if one.sort not in {"days", "sessions"}
        for by in (OF_HEADCOUNTS if measure in OF_ROLL else GROUPS)
        for row in _of_group(book, measure, by)
    ]


def _of_group(book: Book, measure: str, by: str) -> Iterator[Row]:
    rolls = _rolls(book.headcounts, book.within, by) if measure in OF_ROLL else {}
    values = {value for b, value, m in book.groups if (b, m) == (by, measure)} | set(rolls)
    counts = {
        value: book.groups.get((by, value, measure), Tally()).counts(measure, rolls.get(value, 0))
        for value in values
    }
    known = {value: both for value, both in counts.items() if value != NOT_SAID}
    for value in sorted(known, key=_in_order):
        yes, of = known[value]
        others = [both for other, both in known.items() if other != value]
        others_yes, others_of = sum(y for y, _ in others), sum(o for _, o in others)
        tally = book.groups.get((by, value, measure), Tally())
        yield {
            "measure": measure, "by": by, "value": value,
            **tally.row(measure, rolls.get(value, 0)), "others": others_of,
            **relative(yes, of, others_yes, others_of, times=MEASURES[measure].sort == "rate"),
        }  # fmt: skip


def _rolls(headcounts: Headcounts, within: Areas, by: str) -> dict[str, int]:
    values = {
        value for school, counts in headcounts.pupils.items() if _areas(within, school)
        for value in counts.get(by, {})
    }  # fmt: skip
    return {
        value: headcounts.on_roll(lambda school: bool(_areas(within, school)), by, value)
        for value in values
    }


def _in_order(value: str) -> tuple[int, str]:
    return (int(value) if value.isdigit() else -1), value
