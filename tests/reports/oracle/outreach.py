"""O1: effective outreach support."""

from collections.abc import Iterator
from datetime import date

from tests.reports.oracle.days import ONE_DAY
from tests.reports.oracle.pupils import Period, Pupil, Result
from tests.reports.oracle.story import Stay


def is_one(pupil: Pupil, stay: Stay) -> bool:
    """By an AP provider or an LA support service."""
    provider = stay.start["provider"]
    return (
        pupil.facts.is_ap_provider(provider)
        or pupil.facts.organisations[provider].kind == "service"
    )


def results(pupil: Pupil, period: Period, *, core: bool = False) -> Iterator[Result]:
    for stay in pupil.story.outreach():
        if is_one(pupil, stay) and stay.last and period.holds(stay.last):
            yield Result(
                provider=stay.start["provider"],
                la=pupil.story.stood("home_la", stay.last),
                outcome=outcome(pupil, stay, stay.last, today=period.today, core=core),
            )


def outcome(pupil: Pupil, stay: Stay, end: date, *, today: date, core: bool) -> str:
    reason = excluded(pupil, stay, end)
    if reason:
        return reason
    sixtieth = pupil.calendar(end).nth_after(end, 60)
    if sixtieth is None or sixtieth > today:
        return "pending"
    after = pupil.registers.over(end + ONE_DAY, sixtieth)
    if (
        not pupil.on_school_roll(sixtieth)
        or (not core and suspended(pupil, end + ONE_DAY, sixtieth))
        or stepped_up(pupil, stay.first, sixtieth)
        or pupil.placed_on(sixtieth)
        or (after.possible >= 30 and 2 * after.attended <= after.possible)
    ):
        return "failed"
    return "unknown" if after.possible < 30 else "success"


def excluded(pupil: Pupil, stay: Stay, end: date) -> str | None:
    if stay.reason_of_end in {"died", "left_england"}:
        return stay.reason_of_end
    if not pupil.on_school_roll(stay.first):
        return "not_on_roll"
    if pupil.placed_on(stay.first):
        return "in_placement"
    held = [
        f for f in pupil.story.of("outreach_session") if f["outreach"] == stay.id and f["delivered"]
    ]
    if len(held) < 5 and not stepped_up(pupil, stay.first, end):
        return "too_few_sessions"
    return None


def suspended(pupil: Pupil, first: date, last: date) -> bool:
    return any(
        f["kind"] != "lunchtime" for f in pupil.standing("suspension", first=first, last=last)
    )


def stepped_up(pupil: Pupil, first: date, last: date) -> bool:
    """The failures marked * of the definition."""
    return (
        bool(pupil.standing("permanent_exclusion", first=first, last=last))
        or any(first <= p.first <= last for p in pupil.story.placements())
        or any(first <= f.on <= last for f in pupil.story.of("off_site_direction", "managed_move"))
    )
