"""O3: reintegration."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tests.reports.oracle.attendance import MEDICAL
from tests.reports.oracle.days import ONE_DAY, Calendar
from tests.reports.oracle.pupils import Period, Pupil, Result
from tests.reports.oracle.story import Fact, Stay


@dataclass(frozen=True, kw_only=True)
class Episode:
    """A placement that ended within the period."""

    pupil: Pupil
    stay: Stay
    end: date
    calendar: Calendar

    @property
    def provider(self) -> str:
        found: str = self.stay.start["provider"]
        return found

    @property
    def la(self) -> str | None:
        found: str | None = self.pupil.story.stood("home_la", self.end)
        return found

    @property
    def length(self) -> int:
        return self.calendar.count(self.stay.first, self.end)

    def nth(self, n: int) -> date | None:
        return self.calendar.nth_after(self.end, n)

    def matures_on(self) -> date | None:
        return self.nth(70)

    def excluded(self) -> str | None:
        start, reason = self.stay.start, self.stay.reason_of_end
        story = self.pupil.story
        if reason in {"died", "left_england"}:
            return reason
        if reason == "moved_area" and self._names_a_place():
            return "moved"
        sen = {story.stood("sen_provision", on) for on in (self.stay.first, self.end)}
        if start["intent"] == "long_term" and "E" in sen:
            return "long_term"
        year = story.year_group(self.end)
        if year == 11 and self.end.month <= 8:
            return "year_11_leaver"
        if year is not None and year >= 12:
            return "post_16"
        if start["reason"] in MEDICAL and self.length < 15:
            return "short_hospital"
        if start["reason"] == "suspension" and self.length < 15:
            return "cover"
        return "still_placed" if self._still_placed() else None

    def _names_a_place(self) -> bool:
        """An organisation or an LA code as destination."""
        place = str((self.stay.end and self.stay.end["destination"]) or "")
        is_la = place.removeprefix("LA").isdigit() and len(place.removeprefix("LA")) == 3
        return is_la or place in self.pupil.facts.organisations

    def _still_placed(self) -> bool:
        fifth = self.nth(5)
        return any(
            (p.open_on(self.end) and (p.last is None or p.last > self.end))
            or (fifth is not None and self.end < p.first <= fifth)
            for p in self.pupil.story.placements()
            if p.id != self.stay.id
        )

    def outcome(self, today: date) -> str:
        reason = self.excluded()
        if reason:
            return reason
        matures_on = self.matures_on()
        if matures_on is None or matures_on > today:
            return "pending"
        returned_on = self.returned_on()
        return "failed" if returned_on is None else self.sustained(returned_on)

    def returned_on(self) -> date | None:
        if self._back_by_the_end():
            return self.end
        tenth = self.nth(10)
        if tenth is None:
            return None
        story, facts = self.pupil.story, self.pupil.facts
        days = [
            f.on
            for f in story.of("reintegration_started", "joined_roll")
            if self.end <= f.on <= tenth
            and facts.is_school(f["school"])
            and (f.type != "joined_roll" or f["registration"] in {"C", "M"})
        ]
        present = self.pupil.registers.first_present_at_school(story, self.end + ONE_DAY, tenth)
        return min([*days, *([present] if present else [])], default=None)

    def _back_by_the_end(self) -> bool:
        cause = self.causing_exclusion()
        return (
            any(self._holds(f) for f in self.pupil.story.of("reintegration_started"))
            or self._changed_school()
            or (cause is not None and self.pupil.story.undone(cause))
        )

    def _holds(self, started: Fact) -> bool:
        """At such a school, during the placement, not broken down by its end."""
        return (
            self.stay.first <= started.on <= self.end
            and self.pupil.facts.is_school(started["school"])
            and not any(
                f["reintegration"] == started.id and f["outcome"] == "broke_down"
                and f.on <= self.end
                for f in self.pupil.story.of("reintegration_ended")
            )
        )  # fmt: skip

    def _changed_school(self) -> bool:
        of_first_day = self.pupil.story.main_school(self.stay.first)
        return any(
            s.registration in {"C", "M"}
            and self.stay.first <= s.first <= self.end
            and s.holds(self.end)
            and s.school != of_first_day
            and self.pupil.facts.is_school(s.school)
            for s in self.pupil.story.spells()
        )

    def causing_exclusion(self) -> str | None:
        """Named by ``arising_from``, or by the referral that it names; voided ones too."""
        story = self.pupil.story
        name: str | None = self.stay.start["arising_from"]
        event = story.named(name)
        if event is not None and event.type == "referral":
            name = event["about"]
            event = story.named(name)
        if event is not None:
            return name if event.type in {"suspension", "permanent_exclusion"} else None
        gone = story.voided.get(name or "")
        return name if gone and gone.type in {"suspension", "permanent_exclusion"} else None

    def sustained_until(self, returned_on: date) -> date | None:
        return self.calendar.nth_after(returned_on, 60)

    def sustained(self, returned_on: date) -> str:
        last = self.sustained_until(returned_on)
        assert last is not None, "it is not later than the 70th school day, which is loaded"
        over = self.pupil.registers.over(returned_on + ONE_DAY, last)
        if (
            not self.pupil.on_school_roll(last)
            or self.excluded_again(last)
            or self._placed_again(last)
            or self._broke_down(returned_on, last)
            or (over.possible >= 30 and 2 * over.attended <= over.possible)
        ):
            return "failed"
        return "unknown" if over.possible < 30 else "success"

    def excluded_again(self, last: date) -> list[Fact]:
        return self.pupil.standing("permanent_exclusion", first=self.end + ONE_DAY, last=last)

    def _placed_again(self, last: date) -> bool:
        fifth = self.nth(5)
        assert fifth is not None
        return any(
            fifth < p.first <= last for p in self.pupil.story.placements() if p.id != self.stay.id
        )

    def _broke_down(self, returned_on: date, last: date) -> bool:
        """While it had to be sustained; what breaks down later was sustained."""
        return any(
            f["outcome"] == "broke_down" and returned_on <= f.on <= last
            for f in self.pupil.story.of("reintegration_ended")
        )


def episodes(pupil: Pupil, period: Period) -> Iterator[Episode]:
    for stay in pupil.story.placements():
        if stay.last is not None and period.holds(stay.last):
            yield Episode(pupil=pupil, stay=stay, end=stay.last, calendar=pupil.calendar(stay.last))


def results(pupil: Pupil, period: Period) -> Iterator[Result]:
    for episode in episodes(pupil, period):
        yield Result(
            provider=episode.provider, la=episode.la, outcome=episode.outcome(period.today)
        )
