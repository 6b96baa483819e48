"""School days, counted one by one."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.reports.oracle.facts import Facts

ONE_DAY = timedelta(days=1)
BANK_HOLIDAYS = frozenset(
    date.fromisoformat(f"{year}-{day}")
    for year, days in {
        2023: "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26",
        2024: "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26",
        2025: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
        2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
        2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
    }.items()
    for day in days.split()
)


def academic_year(on: date) -> int:
    return on.year if on.month >= 9 else on.year - 1


def london_date(at: datetime) -> date:
    return at.astimezone(ZoneInfo("Europe/London")).date()


def each_day(first: date, last: date) -> list[date]:
    return [first + n * ONE_DAY for n in range((last - first).days + 1)]


@dataclass(frozen=True)
class Calendar:
    """The school days that are loaded, in order."""

    days: tuple[date, ...]

    def nth_after(self, day: date, n: int) -> date | None:
        """None where the loaded terms do not reach it."""
        after = [d for d in self.days if d > day]
        return after[n - 1] if len(after) >= n else None

    def nth_from(self, day: date, n: int) -> date | None:
        return self.nth_after(day - ONE_DAY, n)

    def count(self, first: date, last: date) -> int:
        """Both ends counted."""
        return sum(first <= d <= last for d in self.days)

    def start_of_window_before(self, day: date, n: int) -> date | None:
        """The nth school day before the day, or the first that is loaded."""
        before = [d for d in self.days if d < day]
        if n == 0 or not before:
            return None
        return before[-n] if len(before) >= n else before[0]


def calendar_of(facts: Facts, organisation: str) -> Calendar:
    """Of a school, a provider or an LA: its own terms of a year replace those of its LA."""
    one = facts.organisations[organisation]
    above = f"LA{one.la}" if one.kind != "la" and one.la else None
    blocks = _blocks_by_year(facts, organisation)
    if above:
        blocks = {**_blocks_by_year(facts, above), **blocks}
    closed = _closed(facts, {organisation, above, "ENG"}) | BANK_HOLIDAYS
    days = {
        day
        for of_year in blocks.values()
        for first, last in of_year
        for day in each_day(first, last)
        if day.weekday() < 5 and day not in closed
    }
    return Calendar(tuple(sorted(days)))


def _blocks_by_year(facts: Facts, organisation: str) -> dict[int, list[tuple[date, date]]]:
    mine = [b for b in facts.blocks if b.organisation == organisation]
    found: dict[int, list[tuple[date, date]]] = {}
    for at in sorted({b.recorded_at for b in mine}):
        sent: dict[int, list[tuple[date, date]]] = {}
        for block in mine:
            if block.recorded_at == at:
                year = academic_year(block.ends_on)
                sent.setdefault(year, []).append((block.starts_on, block.ends_on))
        found.update(sent)
    return found


def _closed(facts: Facts, of: set[str | None]) -> set[date]:
    found: dict[tuple[str, date], bool] = {}
    for closure in facts.closures:
        if closure.organisation in of:
            found[closure.organisation, closure.on] = not closure.removed
    return {on for (_organisation, on), closed in found.items() if closed}
