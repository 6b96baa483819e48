"""The invented stretch of time: terms, days on which schools close for training, go-live, now."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from random import Random

from ap_registry.calendar import SchoolCalendar, TermBlock

_BLOCKS = """
2023-09-04 2023-10-20  2023-10-30 2023-12-21  2024-01-08 2024-02-09
2024-02-19 2024-03-28  2024-04-15 2024-05-24  2024-06-03 2024-07-19
2024-09-02 2024-10-25  2024-11-04 2024-12-20  2025-01-06 2025-02-14
2025-02-24 2025-04-11  2025-04-28 2025-05-23  2025-06-02 2025-07-22
2025-09-01 2025-10-24  2025-11-03 2025-12-19  2026-01-05 2026-02-13
2026-02-23 2026-03-27  2026-04-13 2026-05-22  2026-06-01 2026-07-21
2026-09-01 2026-10-23  2026-11-02 2026-12-18  2027-01-04 2027-02-12
2027-02-22 2027-03-25  2027-04-12 2027-05-28  2027-06-07 2027-07-21
"""
_DAYS = [date.fromisoformat(day) for day in _BLOCKS.split()]
BLOCKS = tuple(map(TermBlock, _DAYS[::2], _DAYS[1::2]))
BLOCKS_A_YEAR = 6
GO_LIVE = datetime(2024, 9, 2, 7, 0, tzinfo=UTC)  # the registry begins: nothing is recorded before
PRESENT = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)  # the demo's now: nothing is recorded after
UNTIL_ON = PRESENT.date()
INSET_DAYS = 5  # a school year is 190 days open to pupils and 5 of training (domain 7)


def term_rows(organisation: str) -> Iterator[dict[str, str]]:
    for block in BLOCKS:
        yield {
            "organisation": organisation,
            "starts_on": block.starts_on.isoformat(),
            "ends_on": block.ends_on.isoformat(),
        }


def inset_days(seed: int, school: str) -> list[date]:
    """Five a year: the first day of the year, and the first or last day of four other blocks."""
    rng = Random(f"{seed}/inset/{school}")
    found: list[date] = []
    for year in range(0, len(BLOCKS), BLOCKS_A_YEAR):
        found.append(BLOCKS[year].starts_on)
        for n in sorted(rng.sample(range(1, BLOCKS_A_YEAR), INSET_DAYS - 1)):
            found.append(_edge(BLOCKS[year + n], last=rng.random() < 0.3))
    return found


def _edge(block: TermBlock, *, last: bool) -> date:
    """The first or last school day of a block; a bank holiday is none."""
    days = SchoolCalendar("", (block,)).ordinals
    return date.fromordinal(days[-1 if last else 0])
