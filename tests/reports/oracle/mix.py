"""Whom a provider taught: placements open in the period, counted one by one."""

from collections import Counter
from typing import Any

from tests.reports.oracle.days import london_date
from tests.reports.oracle.facts import Facts
from tests.reports.oracle.pupils import Period, Pupil
from tests.reports.oracle.report import Asked
from tests.reports.oracle.story import Stay, stories


def case_mix(facts: Facts, asked: Asked) -> dict[tuple[str, str, str, str], int]:
    """By (provider or la, which, kind, case)."""
    facts = facts.known_by(asked.known_by)
    period = Period(first=asked.first, last=asked.last, today=london_date(asked.known_by))
    found: Counter[tuple[str, str, str, str]] = Counter()
    for pupil in (Pupil(facts, story) for story in stories(facts)):
        for stay in pupil.story.placements():
            last = min(day for day in (stay.last, period.last, period.today) if day is not None)
            if stay.first > last or last < period.first:
                continue
            la = pupil.story.stood("home_la", last)
            if not asked.wants(stay.start["provider"], la):
                continue
            whose = [("provider", stay.start["provider"]), ("la", "all")]
            whose += [("la", la)] if la else []
            for name, case in _cases(pupil, stay, period, last).items():
                found.update((kind, who, name, case) for kind, who in whose)
    return dict(found)


def _cases(pupil: Pupil, stay: Stay, period: Period, last: Any) -> dict[str, str]:
    year = pupil.story.year_group(last)
    days = pupil.calendar(stay.first).count(stay.first, min(stay.last or last, period.today))
    if stay.last is None:
        days = pupil.calendar(stay.first).count(stay.first, period.today)
    bands = {"under 15": 0, "15 to 59": 15, "60 to 119": 60, "120 to 189": 120, "190 or more": 190}
    return {
        "reason": stay.start["reason"],
        "year_group": "not known" if year is None else str(year),
        "sen_provision": pupil.story.stood("sen_provision", last) or "not known",
        "length": [name for name, least in bands.items() if days >= least][-1],
    }
