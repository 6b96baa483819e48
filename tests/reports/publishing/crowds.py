"""Made-up episodes of some hundred pupils, as the measures answer them: small cells everywhere."""

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

from reports.comparing import averages, comparisons
from reports.measures.episode import Count, Episode, Number, Part, Period, Place, Secondary, Yes
from reports.outcomes import Book
from reports.outcomes import report as report_of

PERIOD = Period(from_on=date(2024, 9, 1), to_on=date(2025, 8, 31), today=date(2026, 11, 27))
PROVIDERS = ("100001", "100002", "100003", "100004", "AP-0001", "AP-0002")
LAS = ("856", "857", None)


def book(seed: int, pupils: int = 160, *, unknown: int = 1) -> Book:
    """``unknown``: of 22 and so many episodes how many lack registers."""
    chance = Random(seed)
    made = Book()
    for number in range(pupils):
        crowd = _Pupil(chance, str(number))
        crowd.unknown = unknown
        for episodes in crowd.all():
            made.take(list(episodes))
    return made


def nation(seed: int, providers: int, pupils_each: int = 60) -> Book:
    """Three providers to each LA, some of whose pupils live in the next one or are of no LA."""
    chance = Random(seed)
    made = Book()
    for number in range(providers * pupils_each):
        crowd = _Pupil(chance, str(number))
        home = number % providers
        crowd.provider = f"AP-{home:04d}"
        crowd.second = f"AP-{(home + 1) % providers:04d}"
        crowd.la = chance.choices((f"{800 + home // 3}", f"{801 + home // 3}", None), (18, 1, 1))[0]
        for episodes in crowd.all():
            made.take(list(episodes))
    return made


def report(made: Book) -> dict[str, Any]:
    """As ``reports.whole`` gives it, so far as publishing looks at it."""
    found = report_of(made, PERIOD, known_by="2026-11-27T00:00:00.000000Z", ledger=(1, "ab"))
    return {
        **found, "comparison": list(comparisons(found["rows"], averages(found["totals"]))),
        "average_of": "all", "asked": {"provider": None, "la": None}, "benchmarks": [],
        "record_keeping": [], "trend": [],
        "confirmed": {"confirmed": 1, "asked": 2, "since": "2025-05-31"},
    }  # fmt: skip


class _Pupil:
    def __init__(self, chance: Random, name: str) -> None:
        self.chance, self.name, self.unknown = chance, name, 1
        weights = (9, 7, 4, 2, 1, 1)
        self.provider = chance.choices(PROVIDERS, weights)[0]
        self.second = chance.choices(PROVIDERS, weights)[0]
        self.la = chance.choices(LAS, (12, 4, 1))[0]

    def all(self) -> Iterator[Iterator[Episode]]:
        yield self.outreach()
        yield self.attendance()
        yield self.reintegration()
        yield self.leaver("attainment")
        yield self.leaver("post_16")
        yield self.wellbeing()
        yield self.case_mix()

    def odds(self, share: float) -> bool:
        return self.chance.random() < share

    def _place(self, reasons: tuple[str, ...]) -> tuple[Place, str | None]:
        places = (Place.SUCCESS, Place.FAILED, Place.PENDING, Place.UNKNOWN, Place.EXCLUDED)
        place = self.chance.choices(places, (12, 7, 1, self.unknown, 2))[0]
        return place, self.chance.choice(reasons) if place is Place.EXCLUDED else None

    def _episode(self, measure: str, place: Place | None, **more: Any) -> Episode:
        return Episode(measure=measure, provider=self.provider, la=self.la, place=place, **more)

    def outreach(self) -> Iterator[Episode]:
        if self.odds(0.3):
            place, reason = self._place(("died", "not_on_roll"))
            core: tuple[Secondary, ...] = ()
            if place is Place.SUCCESS or (place is Place.FAILED and self.odds(0.9)):
                core = (Yes("core", place is Place.SUCCESS or self.odds(0.2)),)
            yield self._episode("outreach", place, reason=reason, secondary=core)

    def attendance(self) -> Iterator[Episode]:
        place, reason = self._place(("too_short", "no_baseline"))
        medical = self.odds(0.15)
        if medical:
            yield self._episode("attendance", Place.EXCLUDED, reason="medical")
        beside: tuple[Secondary, ...] = ()
        if place is Place.FAILED and self.odds(0.2):
            beside = (Count("early_end"),)
        elif place in {Place.SUCCESS, Place.FAILED}:
            persistent = self.odds(0.6)
            beside = (
                Number("mean_change", (self.chance.randint(-9, 30), 1), "mean"),
                Yes("c2_adjusted", self.odds(0.6)),
                *([Yes("left_persistent", self.odds(0.5))] if persistent else []),
                *([Yes("left_severe", self.odds(0.5))] if persistent and self.odds(0.4) else []),
            )
        group = "medical" if medical else None
        yield self._episode("attendance", place, reason=reason, group=group, secondary=beside)
        with_leave, without = self.chance.randint(0, 3), self.chance.randint(0, 3)
        severe = self.odds(0.1)
        sessions = (
            Part("overall_absence", with_leave + without, 20, in_totals=False),
            Part("authorised_absence", with_leave, 20, in_totals=False),
            Part("unauthorised_absence", without, 20, in_totals=False),
            Part("persistent_absence", int(severe or self.odds(0.3)), 1, in_totals=False),
            Part("severe_absence", int(severe), 1, in_totals=False),
        )
        yield self._episode("attendance", None, secondary=sessions)

    def reintegration(self) -> Iterator[Episode]:
        if not self.odds(0.7):
            return
        place, reason = self._place(("long_term", "year_11_leaver", "died"))
        end = self.chance.choice(("returned_to_main_school", "breakdown", "ehe"))
        beside: list[Secondary] = [Count(f"went_{end}")]
        if place in {Place.SUCCESS, Place.FAILED}:
            returned = place is Place.SUCCESS or self.odds(0.4)
            beside += [Yes("returned", returned), Yes("by_planned_end", self.odds(0.5))]
            if returned:
                beside.append(Yes("assessment_shared", self.odds(0.7)))
            else:
                beside.append(Count(f"not_returned_{end}"))
                beside += [Count("unanswered")] if self.odds(0.5) else []
        yield self._episode("reintegration", place, reason=reason, secondary=tuple(beside))

    def leaver(self, measure: str) -> Iterator[Episode]:
        """Some at two providers, so that totals are less than their sum."""
        if not self.odds(0.5):
            return
        place, reason = self._place(("died", "left_england"))
        place = Place.FAILED if place is Place.UNKNOWN else place
        counts_unknown = measure == "post_16" and place is Place.FAILED and self.odds(0.3)
        beside: tuple[Secondary, ...] = ()
        if place in {Place.SUCCESS, Place.FAILED}:
            beside = tuple(self._attained(place) if measure == "attainment" else self._left())
        for provider in {self.provider, self.second if self.odds(0.2) else self.provider}:
            yield Episode(
                measure=measure, provider=provider, la=self.la, place=place, reason=reason,
                counts_unknown=counts_unknown, once=self.name, secondary=beside,
            )  # fmt: skip

    def _attained(self, place: Place) -> Iterator[Secondary]:
        both = place is Place.SUCCESS
        four = both and self.odds(0.4)
        yield Yes("gcse_9_4", four)
        yield Yes("gcse_9_5", four and self.odds(0.5))
        yield Yes("entry_level", both or self.odds(0.6))
        yield Yes("vocational", self.odds(0.5))
        if self.odds(0.7):
            yield Yes("right_attainment", self.odds(0.5))
        else:
            yield Count("without_target")
        if self.odds(0.4):
            yield Yes("progress_english", self.odds(0.5))

    def _left(self) -> Iterator[Secondary]:
        for name, share in (("offer", 0.8), ("november", 0.7), ("neet_march", 0.2)):
            yield Yes(name, self.odds(share))

    def wellbeing(self) -> Iterator[Episode]:
        if self.odds(0.3):
            yield self._episode("wellbeing", None, secondary=(Yes("sdq_total", self.odds(0.4)),))

    def case_mix(self) -> Iterator[Episode]:
        reason = self.chance.choices(("behaviour", "pregnancy", "other"), (10, 1, 4))[0]
        sen = self.chance.choices("NKE", (5, 9, 3))[0]
        counts = (Count(f"reason:{reason}"), Count(f"sen_provision:{sen}"),
                  Count("year_group:9"), Count("length:15 to 59"))  # fmt: skip
        yield self._episode("case_mix", None, secondary=counts)
