"""O5: successful post-16 transition."""

from datetime import date, timedelta

from tests.reports.oracle.leavers import Leaver

GROUPS = {
    "education": "210 220 230 240 270 280",
    "training": "410 430 450 460",
    "employment": "320 330 340 350 360 380 381",
    "apprenticeship": "310",
    "unknown": "810 820 830",
}
TAKING_PART = {"education", "training", "employment", "apprenticeship"}


def outcome(leaver: Leaver, today: date) -> str:
    matures_on = date(leaver.year + 2, 3, 31)
    reason = leaver.excluded(matures_on)
    if reason:
        return reason
    if matures_on > today:
        return "pending"
    return "success" if succeeded(leaver, today) else "failed"


def month_ends(year: int) -> list[date]:
    """31 August after Year 11 to 31 July."""
    firsts = [date(year + 1, m, 1) for m in (9, 10, 11, 12)]
    firsts += [date(year + 2, m, 1) for m in range(1, 9)]
    return [first - timedelta(days=1) for first in firsts]


def status(leaver: Leaver, on: date) -> str:
    """31 March needs a record dated in March."""
    known = [f for f in leaver.pupil.story.of("destination_recorded") if f.on <= on]
    if not known or (on - known[-1].on).days > 120:
        return "unknown"
    if (on.month, on.day) == (3, 31) and known[-1].on < on.replace(day=1):
        return "unknown"
    activity = str(known[-1]["activity"])
    return next((name for name, codes in GROUPS.items() if activity in codes.split()), "other")


def winter(leaver: Leaver) -> list[str]:
    """October to March."""
    return [status(leaver, on) for on in month_ends(leaver.year)[2:8]]


def succeeded(leaver: Leaver, today: date) -> bool:
    six = winter(leaver)
    all_year = [
        status(leaver, on) == "apprenticeship" for on in month_ends(leaver.year) if on <= today
    ]
    return (
        all(s in TAKING_PART for s in six)
        or sum(s in {"employment", "apprenticeship"} for s in six) >= 5
        or any(all(all_year[n : n + 6]) for n in range(len(all_year) - 5))
    )


def nothing_known(leaver: Leaver) -> bool:
    return all(s == "unknown" for s in winter(leaver))
