"""O2: improved attendance."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tests.reports.oracle.days import ONE_DAY, Calendar
from tests.reports.oracle.pupils import Period, Pupil, Result
from tests.reports.oracle.registers import Sessions
from tests.reports.oracle.story import Stay

EARLY = {
    "permanent_exclusion", "breakdown", "parental_withdrawal", "other_ap", "ehe", "cme",
}  # fmt: skip
MEDICAL = {"mental_health", "physical_health"}
CAUSES = {"permanent_exclusion", "suspension", "off_site_direction"}


@dataclass(frozen=True, kw_only=True)
class Episode:
    """A placement whose 60th school day is within the period, and its two windows."""

    pupil: Pupil
    stay: Stay
    sixtieth: date
    calendar: Calendar

    @property
    def provider(self) -> str:
        found: str = self.stay.start["provider"]
        return found

    @property
    def la(self) -> str | None:
        found: str | None = self.pupil.story.stood("home_la", self.sixtieth)
        return found

    @property
    def ended(self) -> str | None:
        """Why, where it ended on or before the 60th day."""
        last = self.stay.last
        return self.stay.reason_of_end if last and last <= self.sixtieth else None

    @property
    def medical(self) -> bool:
        return self.stay.start["reason"] in MEDICAL

    @property
    def k(self) -> int:
        last = min(self.stay.last or self.sixtieth, self.sixtieth)
        return self.calendar.count(self.stay.first, last)

    def after(self) -> Sessions:
        last = self.calendar.nth_from(self.stay.first, self.k) if self.k else None
        return self.pupil.registers.over(self.stay.first, last) if last else Sessions()

    def before(self) -> Sessions:
        trigger = self.trigger()
        first = self.calendar.start_of_window_before(trigger, self.k)
        return self.pupil.registers.over(first, trigger - ONE_DAY) if first else Sessions()

    def trigger(self) -> date:
        start = self.stay.first
        return min(self._named() or self._latest() or start, start)

    def _named(self) -> date | None:
        story = self.pupil.story
        event = story.named(self.stay.start["arising_from"])
        if event is not None and event.type == "referral" and event["about"]:
            event = story.named(event["about"])
        return event.on if event else None

    def _latest(self) -> date | None:
        start = self.stay.first
        first = self.calendar.start_of_window_before(start, 60)
        days = [f.on for f in self.pupil.story.of(*CAUSES) if first and first <= f.on < start]
        return max(days, default=None)

    def outcome(self, today: date) -> str:
        if self.ended in {"died", "left_england"}:
            return self.ended or ""
        if self.sixtieth > today:
            return "pending"
        return self.matured(self.before(), self.after())

    def matured(self, before: Sessions, after: Sessions) -> str:
        if self.k < 15 and self.ended in EARLY:
            return "failed"
        if self.k < 15 or 1 <= after.possible <= 29:
            return "too_short"
        if before.possible < 30:
            return "no_baseline"
        if after.possible == 0:
            return "unknown"
        return "success" if improved(before, after) else "failed"


def improved(before: Sessions, after: Sessions) -> bool:
    was, now = (Fraction(w.attended, w.possible) for w in (before, after))
    return now - was >= Fraction(5, 100) or min(was, now) >= Fraction(90, 100)


def episodes(pupil: Pupil, period: Period) -> Iterator[Episode]:
    for stay in pupil.story.placements():
        calendar = pupil.calendar(stay.first)
        sixtieth = calendar.nth_from(stay.first, 60)
        if sixtieth is not None and period.holds(sixtieth):
            yield Episode(pupil=pupil, stay=stay, sixtieth=sixtieth, calendar=calendar)


def results(pupil: Pupil, period: Period) -> Iterator[Result]:
    """The medical twice: excluded from the headline, and in rows of their own."""
    for episode in episodes(pupil, period):
        outcome = episode.outcome(period.today)
        if not episode.medical or outcome in {"died", "left_england"}:
            yield Result(provider=episode.provider, la=episode.la, outcome=outcome)
            continue
        yield Result(provider=episode.provider, la=episode.la, outcome="medical")
        yield Result(provider=episode.provider, la=episode.la, outcome=outcome, group="medical")
