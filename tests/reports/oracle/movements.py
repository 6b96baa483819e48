"""The movements report counted by hand: loops over stories, no frames, nothing of ours."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import Any

from tests.reports.oracle.facts import Facts
from tests.reports.oracle.pupils import Pupil
from tests.reports.oracle.report import Asked
from tests.reports.oracle.story import Fact, Stay, Story, stories

SETTING = {
    "100007": "pru", "100008": "ap_academy", "AP-0001": "unregistered", "AP-0002": "unregistered",
}  # fmt: skip
KINDS = ("suspension", "permanent_exclusion")


class One:
    """A placement of a period with all it is counted by, at its start and on its last day."""

    def __init__(self, pupil: Pupil, stay: Stay, last: date) -> None:
        self.pupil, self.stay = pupil, stay
        self.over = stay.last is not None and stay.last <= last
        self.last = stay.last if self.over and stay.last else last
        self.days = (self.last - stay.first).days + 1
        self.at_start, self.at_last = self._at(stay.first), self._at(self.last)

    def _at(self, on: date) -> dict[str, str]:
        start = self.stay.start
        return {
            "route": route(self.pupil.story, start),
            "reason": start["reason"],
            "provider": start["provider"],
            "setting": SETTING[start["provider"]],
            **person(self.pupil, on),
        }


def person(pupil: Pupil, on: date) -> dict[str, str]:
    year = pupil.story.year_group(on)
    return {
        "school": pupil.story.main_school(on) or "none",
        "year_group": "not_stated" if year is None else str(year),
        "sen_provision": pupil.story.stood("sen_provision", on),
        "home_la": pupil.story.stood("home_la", on),
        "month": on.isoformat()[:7],
    }


def route(story: Story, start: Fact) -> str:
    cause = story.named(start["arising_from"])
    if cause is None:
        return "not_stated"
    return str(cause["route"]) if cause.type == "referral" else cause.type


def movements(facts: Facts, asked: Asked) -> dict[str, Any]:
    known = facts.known_by(asked.known_by)
    last = min(asked.last, asked.known_by.date())
    found, standing, moves = [], [], Counter()
    for story in stories(known):
        pupil = Pupil(known, story)
        for stay in story.placements():
            one = One(pupil, stay, last)
            if stay.first <= last and one.last >= asked.first and _asked(one, asked):
                found.append(one)
        for fact in story.of(*KINDS, "managed_move", "off_site_direction"):
            on = date.fromisoformat(fact["starts_on"] or fact.on.isoformat())
            if asked.first <= on <= last and _concerns(pupil, fact, on, asked):
                if fact.type in KINDS and story.undone(fact.id):
                    continue
                moves[fact.type] += 1
                if fact.type in KINDS:
                    standing.append((on, fact.id))
    return _report(found, asked.first) | {
        "exclusions": sorted(id_ for _, id_ in standing), "moves": dict(moves),
    }  # fmt: skip


def _asked(one: One, asked: Asked) -> bool:
    return asked.la in (None, one.at_last["home_la"]) and asked.provider in (
        None, one.stay.start["provider"],
    )  # fmt: skip


def _concerns(pupil: Pupil, fact: Fact, on: date, asked: Asked) -> bool:
    named = (None, fact["school"], fact["provider"], fact["from_school"], fact["to_school"])
    return asked.la in (None, pupil.story.stood("home_la", on)) and asked.provider in named


def _report(found: list[One], first: date) -> dict[str, Any]:
    came = [one for one in found if one.stay.first >= first]
    gone, here = [o for o in found if o.over], [o for o in found if not o.over]
    flows: Counter[tuple[str, str, str]] = Counter()
    for one in came:
        flows.update((by, value, "in") for by, value in one.at_start.items())
    for one in gone:
        values = one.at_last | {"next": str(one.stay.reason_of_end)}
        flows.update((by, value, "out") for by, value in values.items())
    now: Counter[tuple[str, str]] = Counter()
    for one in here:
        now.update((by, value) for by, value in one.at_last.items() if by not in {"month", "route"})
    return {
        "balance": {"before": len(found) - len(came), "in": len(came), "out": len(gone),
                    "after": len(here)},
        "flows": dict(flows),
        "current": dict(now),
        "days": (_mean(gone), _middle(gone), _mean(here), _middle(here)),
        "pupils": (len({o.pupil for o in here}), len({o.pupil for o in found})),
        "spend": {name: _spend([o for o in found if o.stay.start["provider"] == name], first)
                  for name in sorted({o.stay.start["provider"] for o in found})},
    }  # fmt: skip


def _mean(found: list[One]) -> float | None:
    return _rounded(Decimal(sum(o.days for o in found)) / len(found), "0.1") if found else None


def _middle(found: list[One]) -> float | None:
    return _rounded(Decimal(str(median(o.days for o in found))), "0.1") if found else None


def _rounded(value: Decimal, step: str) -> float:
    return float(value.quantize(Decimal(step), rounding=ROUND_HALF_UP))


def _spend(found: list[One], first: date) -> dict[str, float]:
    """Day by day: the amount that holds on each school day, a fifth of it."""
    whole = {part: Decimal(0) for part in ("education", "health", "social_care")}
    for one in found:
        agreed = [f for f in one.pupil.story.of("funding_agreed") if f["placement"] == one.stay.id]
        counts = _counter(one.pupil, one.stay.first)
        day = max(first, one.stay.first)
        while agreed and day <= one.last:
            holding = [f for f in agreed if f.on <= day] or [agreed[0]]
            holding = [f for f in agreed if f.on == holding[-1].on]
            amount = holding[-1]
            if counts(day) and day <= date.fromisoformat(amount["until"] or "9999-01-01"):
                for part in whole:
                    whole[part] += Decimal(str(amount[part])) / 5
            day += timedelta(days=1)
    return {part: _rounded(value, "0.01") for part, value in whole.items()}


def _counter(pupil: Pupil, anchor: date) -> Callable[[date], bool]:
    days = set(pupil.calendar(anchor).days)
    return lambda day: day in days
