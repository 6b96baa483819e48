"""The rows of the dashboard: each measure by area, and by group against all others."""

from collections import Counter
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
    rolls: Counter[Area] = Counter()
    for school in book.headcounts.pupils:
        for area in _areas(book.within, school):
            rolls[area] += book.headcounts.of(school)
    areas = {area for area, _ in book.areas} | {area for area in rolls if rolls[area]} | {ALL}
    order = sorted(areas, key=lambda area: (_ORDER.index(area[0]), area[1]))
    return [row for area in order for row in _of_area(book, area, rolls[area])]


def _of_area(book: Book, area: Area, on_roll: int) -> Iterator[Row]:
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
    rolls = _rolls(book.headcounts, book.within, by) if measure in OF_ROLL else Counter()
    values = {value for b, value, m in book.groups if (b, m) == (by, measure)} | set(rolls)
    counts = {
        value: book.groups.get((by, value, measure), Tally()).counts(measure, rolls[value])
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
            **tally.row(measure, rolls[value]), "others": others_of,
            **relative(yes, of, others_yes, others_of, times=MEASURES[measure].sort == "rate"),
        }  # fmt: skip


def _rolls(headcounts: Headcounts, within: Areas, by: str) -> Counter[str]:
    """By value, of the schools within what is asked."""
    found: Counter[str] = Counter()
    for school, counts in headcounts.pupils.items():
        if by in counts and _areas(within, school):
            found.update(counts[by])
    return found


def _in_order(value: str) -> tuple[int, str]:
    return (int(value) if value.isdigit() else -1), value
