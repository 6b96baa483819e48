"""Figures beside the five, with the names of the definition.

Where the definition says no more, a share is of the headline's denominator.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from tests.reports.oracle import (
    attainment,
    attendance,
    outreach,
    post_16,
    reintegration,
)
from tests.reports.oracle.days import ONE_DAY
from tests.reports.oracle.leavers import Leaver, census_day
from tests.reports.oracle.numbers import half_up, median, rate
from tests.reports.oracle.pupils import Period, Pupil
from tests.reports.oracle.story import Fact

KNOWN = {"success", "failed"}


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One episode's part: of a share, of a mean or median, or of a count."""

    measure: str
    name: str
    provider: str
    la: str | None
    share: tuple[int, int] | None = None
    number: Fraction | None = None
    in_totals: bool = True


@dataclass(kw_only=True)
class Parts:
    shares: list[tuple[int, int]] = field(default_factory=list)
    numbers: list[Fraction] = field(default_factory=list)
    count: int = 0

    def add(self, figure: Figure) -> None:
        if figure.share is not None:
            self.shares.append(figure.share)
        elif figure.number is not None:
            self.numbers.append(figure.number)
        else:
            self.count += 1


def shown(name: str, parts: Parts) -> dict[str, Any]:
    if parts.shares:
        n, d = (sum(each) for each in zip(*parts.shares, strict=True))
        return {"numerator": n, "denominator": d, "value": rate(n, d)}
    if parts.numbers and name == "mean_change":
        return {"value": half_up(sum(parts.numbers, Fraction(0)) / len(parts.numbers), 1)}
    if parts.numbers:
        return {"value": half_up(median(parts.numbers), 1)}
    return {"value": parts.count}


def figures(pupil: Pupil, period: Period) -> Iterator[Figure]:
    yield from _outreach(pupil, period)
    yield from _attendance(pupil, period)
    yield from _absence(pupil, period)
    yield from _reintegration(pupil, period)


def _outreach(pupil: Pupil, period: Period) -> Iterator[Figure]:
    for result in outreach.results(pupil, period, core=True):
        if result.outcome in KNOWN:
            yield Figure(
                measure="outreach", name="core", provider=result.provider, la=result.la,
                share=(int(result.outcome == "success"), 1),
            )  # fmt: skip
    for stay in pupil.story.outreach():
        limit = pupil.calendar(stay.first).nth_after(stay.first, 120)
        overdue = stay.last is None and limit is not None and limit < period.today
        if overdue and outreach.is_one(pupil, stay):
            yield Figure(
                measure="outreach", name="outreach_overdue_open",
                provider=stay.start["provider"], la=pupil.story.stood("home_la", period.today),
            )  # fmt: skip


def _attendance(pupil: Pupil, period: Period) -> Iterator[Figure]:
    for episode in attendance.episodes(pupil, period):
        if episode.medical or episode.outcome(period.today) not in KNOWN:
            continue
        of: dict[str, Any] = {
            "measure": "attendance", "provider": episode.provider, "la": episode.la,
        }  # fmt: skip
        if episode.k < 15:
            yield Figure(name="early_end", **of)
            continue
        before, after = episode.before(), episode.after()
        was, now = (Fraction(w.attended, w.possible) for w in (before, after))
        yield Figure(name="mean_change", number=100 * (now - was), **of)
        yield Figure(name="median_change", number=100 * (now - was), **of)
        for name, times in (("left_persistent", 10), ("left_severe", 2)):
            if before.absent * times >= before.possible:
                left = after.absent * times < after.possible
                yield Figure(name=name, share=(int(left), 1), **of)
        gap = episode.calendar.count(episode.trigger(), episode.stay.first - ONE_DAY)
        yield Figure(name="gap_days", number=Fraction(gap), **of)
        parts = before.without_part_time(), after.without_part_time()
        better = all(w.possible for w in parts) and attendance.improved(*parts)
        yield Figure(name="c2_adjusted", share=(int(better), 1), **of)
        for name, window in (("before", before), ("after", after)):
            a_week = Fraction(5 * window.attended, episode.k)
            yield Figure(name=f"sessions_a_week_{name}", number=a_week, **of)


def _absence(pupil: Pupil, period: Period) -> Iterator[Figure]:
    """Of the days placed at a provider, within the period and by today."""
    until = min(period.last, period.today)
    spans: dict[str, list[tuple[date, date]]] = {}
    for stay in pupil.story.placements():
        first, last = max(stay.first, period.first), min(stay.last or until, until)
        if first <= last:
            spans.setdefault(stay.start["provider"], []).append((first, last))
    for provider, stretches in spans.items():
        counted = [pupil.registers.over(first, last) for first, last in stretches]
        possible = sum(c.possible for c in counted)
        absent = sum(c.absent for c in counted)
        shares = {
            "overall_absence": (absent, possible),
            "authorised_absence": (sum(c.authorised for c in counted), possible),
            "unauthorised_absence": (sum(c.unauthorised for c in counted), possible),
            "persistent_absence": (int(0 < possible <= 10 * absent), int(possible > 0)),
            "severe_absence": (int(0 < possible <= 2 * absent), int(possible > 0)),
        }
        la = pupil.story.stood("home_la", max(last for _, last in stretches))
        for name, share in shares.items():
            yield Figure(
                measure="attendance", name=name, provider=provider, la=la, share=share,
                in_totals=False,
            )  # fmt: skip


def _reintegration(pupil: Pupil, period: Period) -> Iterator[Figure]:
    for episode in reintegration.episodes(pupil, period):
        for name, share, number in _of_return(episode, period):
            yield Figure(
                measure="reintegration", name=name, provider=episode.provider, la=episode.la,
                share=share, number=number,
            )  # fmt: skip
    for stay in pupil.story.placements():
        la = pupil.story.stood("home_la", stay.last or period.today)
        of: dict[str, Any] = {
            "measure": "reintegration", "provider": stay.start["provider"], "la": la,
        }  # fmt: skip
        calendar = pupil.calendar(stay.first)
        changed = [
            f["ends_on"]
            for f in pupil.story.of("placement_changed")
            if f["placement"] == stay.id and f["ends_on"]
        ]
        planned = date.fromisoformat([stay.start["ends_on"], *changed][-1])
        limit = calendar.nth_after(planned, 20)
        if stay.last is None and limit is not None and limit < period.today:
            yield Figure(name="overdue_open", **of)
        limit = calendar.nth_after(stay.first, 190)
        meant = stay.start["intent"] == "return" and period.holds(stay.first)
        if meant and limit is not None and limit <= period.today:
            episode = stay.last and reintegration.Episode(
                pupil=pupil, stay=stay, end=stay.last, calendar=pupil.calendar(stay.last)
            )
            yield Figure(name="by_start", share=(int(_back_by(episode or None, limit)), 1), **of)


def _back_by(episode: reintegration.Episode | None, limit: date) -> bool:
    returned_on = episode.returned_on() if episode else None
    if episode is None or returned_on is None:
        return False
    last = episode.sustained_until(returned_on)
    return last is not None and last <= limit and episode.sustained(returned_on) == "success"


Part = tuple[str, tuple[int, int] | None, Fraction | None]


def _of_return(episode: reintegration.Episode, period: Period) -> Iterator[Part]:
    stay, story = episode.stay, episode.pupil.story
    yield f"went_{stay.reason_of_end}", None, None
    outcome = episode.outcome(period.today)
    if outcome not in KNOWN:
        return
    returned_on = episode.returned_on()
    yield "returned", (int(returned_on is not None), 1), None
    if returned_on is None:
        yield f"not_returned_{stay.reason_of_end}", None, None
        if _silent(episode):
            yield "unanswered", None, None
    else:
        shared = any(
            f["placement"] == stay.id and f.on <= returned_on for f in story.of("assessment_shared")
        )
        yield "assessment_shared", (int(shared), 1), None
    yield "median_days", None, Fraction(episode.length)
    in_time = episode.end <= date.fromisoformat(stay.start["ends_on"])
    yield "by_planned_end", (int(in_time), 1), None
    last = episode.sustained_until(returned_on) if returned_on else None
    if outcome == "failed" and last:
        again = episode.excluded_again(last)
        if any(_under_review(episode, f) for f in again):
            yield "under_review", None, None


def _silent(episode: reintegration.Episode) -> bool:
    """The main school of the end date sent neither a return nor a mark up to maturity."""
    story = episode.pupil.story
    school, last = story.main_school(episode.end), episode.matures_on()
    if school is None or last is None:
        return False
    told = any(
        f["school"] == school and episode.end < f.on <= last
        for f in story.of("reintegration_started", "joined_roll")
    )
    marked = any(
        where == school and episode.end < on <= last
        for where, on, _ in episode.pupil.registers.latest
    )
    return not told and not marked


def _under_review(episode: reintegration.Episode, exclusion: Fact) -> bool:
    """Sent back to the governors, and not decided since."""
    asked = False
    for f in episode.pupil.story.facts:
        if f["exclusion"] != exclusion.id:
            continue
        if f["decision"] == "reconsider":
            asked = True
        elif f["decision"] in {"upheld", "quashed", "withdrawn"}:
            asked = False
    return asked


def of_leaver(leaver: Leaver, today: date) -> Iterator[tuple[str, str, tuple[int, int] | None]]:
    """(measure, name, share), the same at every provider; no share: a count."""
    if attainment.outcome(leaver, today) in KNOWN:
        for name, yes in _awards(leaver):
            yield "attainment", name, None if yes is None else (int(yes), 1)
    if post_16.outcome(leaver, today) in KNOWN:
        for name, yes in _destinations(leaver):
            yield "post_16", name, (int(yes), 1)


def _awards(leaver: Leaver) -> Iterator[tuple[str, bool | None]]:
    found = attainment.awards(leaver)
    yield "gcse_9_4", attainment.both(leaver, lambda a: attainment.gcse(a, 4))
    yield "gcse_9_5", attainment.both(leaver, lambda a: attainment.gcse(a, 5))
    yield "entry_level", attainment.both(leaver, attainment.entry_1)
    yield "vocational", any(a["qualification"] == "vocational" and a["grade"] != "U" for a in found)
    agreed_by = date(leaver.year, 12, 31)
    targets = [t for t in leaver.pupil.story.of("target_agreed") if t.on <= agreed_by]
    if targets:
        yield "right_attainment", all(any(_meets(a, t) for a in found) for t in targets)
    else:
        yield "without_target", None
    for subject in ("english", "maths"):
        progress = _progress(leaver, subject)
        if progress is not None:
            yield f"progress_{subject}", progress


def _meets(award: Fact, target: Fact) -> bool:
    same = all(award[name] == target[name] for name in ("qualification", "subject"))
    return same and _level(award) >= LADDER.index(target["level"].removeprefix("L"))


LADDER = ("U", "E1", "E2", "E3", "1", "2", "3", "4")


def _level(award: Fact) -> int:
    """GCSE 9–4 is Level 2 and 3–1 Level 1."""
    if award["qualification"] == "gcse":
        return LADDER.index("2" if attainment.gcse(award, 4) else "1") * attainment.gcse(award, 1)
    if award["qualification"] == "vocational":
        return LADDER.index(award["level"])
    return LADDER.index(award["grade"].removeprefix("L"))


def _progress(leaver: Leaver, subject: str) -> bool | None:
    """The earliest baseline and the latest exit that are 60 school days apart."""
    calendar = leaver.pupil.calendar(census_day(leaver.year))
    made = [
        f
        for f in leaver.pupil.story.of("assessment_recorded")
        if f["subject"] == subject and f.on <= leaver.ends_on
    ]
    for first in (f for f in made if f["stage"] == "baseline"):
        sixtieth = calendar.nth_after(first.on, 60)
        for last in (f for f in reversed(made) if f["stage"] == "exit"):
            apart = sixtieth is not None and last.on >= sixtieth
            if apart and first["instrument"] == last["instrument"]:
                gained: bool = last["standard_score"] - first["standard_score"] >= 5
                return gained
    return None


def _destinations(leaver: Leaver) -> Iterator[tuple[str, bool]]:
    year = leaver.year + 1
    offers = leaver.pupil.story.of("offer_recorded")
    yield "offer", any(f.on <= date(year, 9, 30) for f in offers)
    yield "november", post_16.status(leaver, date(year, 11, 1)) in post_16.TAKING_PART
    yield "neet_december", post_16.status(leaver, date(year, 12, 31)) == "other"
    yield "neet_march", post_16.status(leaver, date(year + 1, 3, 31)) == "other"
