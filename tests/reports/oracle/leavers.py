"""The Year 11 leavers of O4 and O5: who they are, and why one is left out."""

from dataclasses import dataclass
from datetime import date, timedelta

from tests.reports.oracle.days import academic_year
from tests.reports.oracle.pupils import Period, Pupil


def census_day(year: int) -> date:
    """The third Thursday of January of an academic year."""
    first = date(year + 1, 1, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 14)


@dataclass(frozen=True, kw_only=True)
class Leaver:
    """A pupil in Year 11 on census day, and the providers that count them."""

    pupil: Pupil
    year: int
    sessions: dict[str, int]
    providers: tuple[str, ...]

    @property
    def la(self) -> str | None:
        found: str | None = self.pupil.story.stood("home_la", census_day(self.year))
        return found

    @property
    def ends_on(self) -> date:
        return date(self.year + 1, 8, 31)

    def excluded(self, matures_on: date) -> str | None:
        """Died at any time up to maturity; left England from census day to it."""
        story = self.pupil.story
        ends = [
            (s.reason_of_end, s.last)
            for s in (*story.placements(), *story.outreach())
            if s.last and s.last <= matures_on
        ]
        died = any(reason == "died" for reason, _ in ends) or any(
            f["ground"] == "k" and f.on <= matures_on for f in story.of("left_roll")
        )
        if died:
            return "died"
        left = any(r == "left_england" and on >= census_day(self.year) for r, on in ends)
        return "left_england" if left else None


def leaver(pupil: Pupil, period: Period) -> Leaver | None:
    """None before census day, where not in Year 11 on it, and where no provider counts them."""
    year = academic_year(period.last)
    day = census_day(year)
    if day > period.today or pupil.story.year_group(day) != 11:
        return None
    sessions = {
        o: pupil.registers.possible_at(o, date(year - 1, 9, 1), date(year + 1, 8, 31))
        for o in pupil.facts.organisations
        if pupil.facts.is_ap_provider(o)
    }
    placed = {p.start["provider"] for p in pupil.story.placements() if p.open_on(day)}
    providers = placed | {o for o, count in sessions.items() if count >= 120}
    if not providers:
        return None
    return Leaver(pupil=pupil, year=year, sessions=sessions, providers=tuple(sorted(providers)))
