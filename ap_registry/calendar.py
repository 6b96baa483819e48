"""School days: terms, closures and bank holidays of England, counted as the law counts."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache, cached_property, lru_cache
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
ENGLAND = "ENG"
DAY = timedelta(days=1)
_YEARS = range(2008, 2041)

# Proclaimed or moved; the rest follows from the Banking and Financial Dealings Act 1971.
_ONCE: Mapping[date, str] = {
    date(2011, 4, 29): "Royal wedding",
    date(2012, 6, 4): "Spring bank holiday",
    date(2012, 6, 5): "Diamond Jubilee",
    date(2020, 5, 8): "Early May bank holiday (VE day)",
    date(2022, 6, 2): "Spring bank holiday",
    date(2022, 6, 3): "Platinum Jubilee",
    date(2022, 9, 19): "State funeral of Queen Elizabeth II",
    date(2023, 5, 8): "Coronation of King Charles III",
}
_MOVED = frozenset({date(2012, 5, 28), date(2020, 5, 4), date(2022, 5, 30)})


def academic_year(day: date) -> int:
    """The first calendar year of the academic year (1 September to 31 August)."""
    return day.year if day.month >= 9 else day.year - 1


@cache
def census_day(year: int) -> date:
    """The third Thursday of January of the academic year that begins in ``year``."""
    first = date(year + 1, 1, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 14)


def london_today(now: datetime) -> date:
    return now.astimezone(LONDON).date()


def month_after(day: date) -> date:
    """The same day of the next month, else that month's last (UK GDPR art. 12: one month)."""
    first = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    last = (first + 31 * DAY).replace(day=1) - DAY
    return min(first + (day.day - 1) * DAY, last)


@cache
def bank_holidays(year: int) -> Mapping[date, str]:
    """The bank holidays of England in a calendar year, substitute days included."""
    easter = _easter(year)
    named = [
        (date(year, 1, 1), "New Year's Day"),
        (easter - 2 * DAY, "Good Friday"),
        (easter + DAY, "Easter Monday"),
        (_first_monday(date(year, 5, 1)), "Early May bank holiday"),
        (_last_monday(date(year, 5, 31)), "Spring bank holiday"),
        (_last_monday(date(year, 8, 31)), "Summer bank holiday"),
        (date(year, 12, 25), "Christmas Day"),
        (date(year, 12, 26), "Boxing Day"),
    ]
    found = {day: name for day, name in _ONCE.items() if day.year == year}
    found |= {day: n for day, n in named if day.weekday() < 5 and day not in _MOVED}
    for day, name in named:
        if day.weekday() < 5:
            continue
        observed = day
        while observed.weekday() >= 5 or observed in found:
            observed += DAY
        found[observed] = f"{name} (substitute day)"
    return dict(sorted(found.items()))


def _easter(year: int) -> date:
    """Easter Sunday, Gregorian (Anonymous/Meeus)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e, f = b // 4, b % 4, (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def _first_monday(start: date) -> date:
    return start + (-start.weekday() % 7) * DAY


def _last_monday(end: date) -> date:
    return end - end.weekday() * DAY


def is_bank_holiday(day: date) -> bool:
    return day in bank_holidays(day.year)


def working_day_after(day: date, n: int) -> date:
    """The n-th Monday to Friday that is no bank holiday, strictly after ``day``."""
    while n:
        day += DAY
        if day.weekday() < 5 and not is_bank_holiday(day):
            n -= 1
    return day


@dataclass(frozen=True, slots=True, order=True)
class TermBlock:
    """A stretch open to pupils, both ends included; half-terms split terms."""

    starts_on: date
    ends_on: date


@lru_cache(maxsize=1_024)
def _open_days(blocks: tuple[TermBlock, ...]) -> tuple[int, ...]:
    """Ordinals of the days that only a closure can close; most schools share their LA's blocks."""
    days = {
        block.starts_on.toordinal() + n
        for block in blocks
        for n in range((block.ends_on - block.starts_on).days + 1)
    }
    found = (date.fromordinal(n) for n in sorted(days))
    return tuple(d.toordinal() for d in found if d.weekday() < 5 and not is_bank_holiday(d))


@dataclass(frozen=True)
class SchoolCalendar:
    """The school days of one organisation, as far as terms are loaded."""

    organisation: str
    blocks: tuple[TermBlock, ...] = ()
    closures: Mapping[date, str] = field(default_factory=dict)

    @cached_property
    def ordinals(self) -> tuple[int, ...]:
        """Every school day as a proleptic ordinal, ascending."""
        days = list(_open_days(self.blocks))
        for closed in self.closures:
            ordinal = closed.toordinal()
            place = bisect_left(days, ordinal)
            if place < len(days) and days[place] == ordinal:
                del days[place]
        return tuple(days)

    @cached_property
    def school_weeks(self) -> Mapping[date, int]:
        """Every week with a school day by its Monday, numbered in order."""
        mondays = sorted({n - (n - 1) % 7 for n in self.ordinals})
        return {date.fromordinal(monday): n for n, monday in enumerate(mondays)}

    def _open(self, day: date) -> bool:
        return day.weekday() < 5 and not is_bank_holiday(day) and day not in self.closures

    @property
    def has_terms(self) -> bool:
        return bool(self.blocks)

    @property
    def loaded_from(self) -> date | None:
        return self.blocks[0].starts_on if self.blocks else None

    @cached_property
    def loaded_until(self) -> date | None:
        return max(b.ends_on for b in self.blocks) if self.blocks else None

    @property
    def first_loaded(self) -> date | None:
        return date.fromordinal(self.ordinals[0]) if self.ordinals else None

    def is_school_day(self, day: date) -> bool:
        place = bisect_left(self.ordinals, day.toordinal())
        return place < len(self.ordinals) and self.ordinals[place] == day.toordinal()

    def nth_after(self, day: date, n: int) -> date | None:
        """The n-th school day strictly after ``day``; None where the loaded terms do not reach."""
        place = bisect_right(self.ordinals, day.toordinal()) + n - 1
        return date.fromordinal(self.ordinals[place]) if place < len(self.ordinals) else None

    def nth_from(self, day: date, n: int) -> date | None:
        """The n-th school day, the first on or after ``day`` being 1."""
        return self.nth_after(day - DAY, n)

    def nth_before(self, day: date, n: int) -> date | None:
        """The n-th school day strictly before ``day``, counted backwards."""
        place = bisect_left(self.ordinals, day.toordinal()) - n
        return date.fromordinal(self.ordinals[place]) if place >= 0 else None

    def count(self, from_on: date, to_on: date) -> int:
        """School days from one day to another, both included."""
        return max(
            0,
            bisect_right(self.ordinals, to_on.toordinal())
            - bisect_left(self.ordinals, from_on.toordinal()),
        )

    def due_after(self, day: date, n: int) -> tuple[date, bool]:
        """As nth_after; where no terms are loaded Monday to Friday counts, less bank holidays and
        closures, and True says so.
        """
        start, last = self._reach
        missing = day + DAY < start
        while n and day + DAY < start:
            day += DAY
            n -= self._open(day)
        if n == 0:
            return day, True
        found = self.nth_after(day, n)
        if found is not None:
            return found, missing
        n -= len(self.ordinals) - bisect_right(self.ordinals, day.toordinal())
        day = max(day, last)
        while n:
            day += DAY
            n -= self._open(day)
        return day, True

    @cached_property
    def _reach(self) -> tuple[date, date]:
        """The days of which the loaded terms say whether they are school days.

        They begin with the August before the first autumn; without terms there are none.
        """
        first, last = self.loaded_from, self.loaded_until
        if first is None or last is None:
            return date.max, date.min
        return min(first, date(first.year, 8, 1)) if first.month in {8, 9} else first, last

    def _reaches(self, day: date) -> bool:
        start, last = self._reach
        return start <= day <= last

    def due_from(self, day: date, n: int) -> tuple[date, bool]:
        return self.due_after(day - DAY, n)

    def known_days(self, from_on: date, to_on: date) -> int:
        """School days, both ends included; where no terms reach, as due_after counts."""
        if self._reaches(from_on) and self._reaches(to_on):
            return self.count(from_on, to_on)
        span = (to_on - from_on).days + 1
        return sum(self.counts(from_on + n * DAY)[0] for n in range(span))

    def why(self, day: date) -> tuple[str, str]:
        """Why a day counts or does not, and in words."""
        if day.weekday() >= 5:
            return "weekend", day.strftime("%A")
        if day in self.closures:
            reason = self.closures[day]
            return ("inset" if "inset" in reason.lower() else "closure"), reason
        if is_bank_holiday(day):
            return "bank_holiday", bank_holidays(day.year)[day]
        if self.is_school_day(day):
            return "school_day", ""
        return "outside_term", "no term block holds this day"

    def counts(self, day: date) -> tuple[bool, str, str]:
        """As clocks count it: where no terms are loaded Monday to Friday does."""
        if not self._reaches(day) and self._open(day):
            return True, "school_day", "no terms are loaded for this day"
        why, detail = self.why(day)
        return why == "school_day", why, detail

    def block_end(self, day: date) -> date | None:
        """The last school day of the block that holds ``day``, else of the next one."""
        for block in self.blocks:
            if block.ends_on >= day:
                place = bisect_right(self.ordinals, block.ends_on.toordinal()) - 1
                if place >= 0 and self.ordinals[place] >= max(day, block.starts_on).toordinal():
                    return date.fromordinal(self.ordinals[place])
        return None

    def due_by_block_end(self, day: date) -> date:
        """The last school day of the half-term; six weeks on where no terms are loaded."""
        return self.block_end(day) or day + timedelta(weeks=6)

    def term_of(self, day: date) -> tuple[int, int]:
        """Academic year and part (0 autumn, 1 spring, 2 summer) of the block that holds the day.

        Between blocks the next one counts; without one, the day itself.
        """
        found = self._term_by_day.get(day)
        if found is None:
            found = self._term_by_day[day] = self._term_of(day)
        return found

    @cached_property
    def _term_by_day(self) -> dict[date, tuple[int, int]]:
        return {}

    def _term_of(self, day: date) -> tuple[int, int]:
        block = next((b for b in self.blocks if b.ends_on >= day), None)
        return _part(block.ends_on if block and block.ends_on - day < 120 * DAY else day)

    def school_year(self, day: date) -> int:
        """As the law counts: from the first term that begins after July (EA 1996 s.579)."""
        begun = day.month == 8 and any(
            b.starts_on.month == 8 and b.starts_on.year == day.year and b.starts_on <= day
            for b in self.blocks
        )
        return day.year if begun else academic_year(day)

    def term_end_after(self, day: date, n: int) -> date:
        """The last day of the n-th full term after ``day``; 13 weeks a term beyond the terms."""
        ends = [end for start, end in self._terms() if start > day]
        if n <= len(ends):
            return ends[n - 1]
        return (ends[-1] if ends else day) + timedelta(weeks=13 * (n - len(ends)))

    def _terms(self) -> Iterator[tuple[date, date]]:
        """Blocks of one part of the year together: to December, to 20 April, the rest."""
        found: dict[tuple[int, int], tuple[date, date]] = {}
        for block in self.blocks:
            end = block.ends_on
            key = _part(end)
            start = min(found[key][0], block.starts_on) if key in found else block.starts_on
            found[key] = (start, max(end, found[key][1]) if key in found else end)
        return iter(sorted(found.values()))


def _part(end: date) -> tuple[int, int]:
    """The academic year and term to which a block that ends that day belongs."""
    part = 0 if end.month >= 9 else 1 if (end.month, end.day) <= (4, 20) else 2
    return academic_year(end), part


@dataclass(frozen=True)
class Calendars:
    """The calendars of all organisations; ``la_of`` gives an organisation's LA (``LA856``)."""

    terms: Mapping[str, tuple[TermBlock, ...]] = field(default_factory=dict)
    closures: Mapping[str, Mapping[date, str]] = field(default_factory=dict)
    la_of: Mapping[str, str] = field(default_factory=dict)
    version: int = 0
    _made: dict[str, SchoolCalendar] = field(default_factory=dict, repr=False, compare=False)

    def of(self, organisation: str | None) -> SchoolCalendar:
        """Its own blocks replace its LA's for an academic year; closures add up."""
        name = organisation or ""
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _make(self, name: str) -> SchoolCalendar:
        la = self.la_of.get(name, "")
        lending = self.of(la) if la else SchoolCalendar("", (), self.closures.get(ENGLAND, {}))
        own, closures = self.terms.get(name, ()), self.closures.get(name, {})
        if la and not own and not closures:
            return lending
        blocks = lending.blocks
        if own:
            years = {academic_year(block.ends_on) for block in own}
            lent = (b for b in blocks if academic_year(b.ends_on) not in years)
            blocks = tuple(sorted((*own, *lent)))
        return SchoolCalendar(name, blocks, {**lending.closures, **closures})
