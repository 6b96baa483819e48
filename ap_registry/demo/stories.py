"""Which pupil gets which story: the first of each LA an awkward case, the rest by chance."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from ap_registry.calendar import academic_year
from ap_registry.demo.area import Area
from ap_registry.demo.awkward import CASES
from ap_registry.demo.exclusions import managed_move, suspend
from ap_registry.demo.facts import (
    END_REASON,
    better,
    between,
    draw,
    placement_reason,
    reported_absence,
    setting,
)
from ap_registry.demo.leavers import leave_year_11
from ap_registry.demo.life import DAY, Life
from ap_registry.demo.outreach import outreach
from ap_registry.demo.people import make_known, pick_school, unborn
from ap_registry.demo.placements import Plan, arrange
from ap_registry.demo.returns import finish
from ap_registry.demo.spending import agree
from ap_registry.demo.terms import UNTIL_ON

ORDINARY: Mapping[str, int] = {"outreach": 29, "placement": 37, "year_11": 26, "light": 8}
FIRST_YEAR = 0.72  # of the stories begin in 2024/25, the rest later
PERMANENT = 0.14  # of the placement stories: the LA's, beside those that schools arrange
LENGTHS = (10, 25, 30, 38, 45, 58, 60, 70, 80, 95)  # school days
SETTLED_BY = 60  # school days in which a permanent exclusion becomes final, review included


def tell(area: Area, number: int) -> Life:
    """The life of one pupil; the same whatever the number of others."""
    life = unborn(area, number)
    if number < len(CASES):
        list(CASES.values())[number](life)
    else:
        _ORDINARY[draw(life.rng, ORDINARY)](life, life.rng.random() < FIRST_YEAR)
    agree(life)
    return life


def _outreach(life: Life, first_year: bool) -> None:
    rng, area = life.rng, life.area
    early, late = (date(2024, 9, 9), date(2025, 5, 16)), (date(2025, 6, 9), date(2026, 9, 30))
    starts_on = between(rng, *(early if first_year else late))
    year_group = rng.choice((3, 4, 7, 8, 9, 10))
    life.school = pick_school(area, rng, year_group)
    make_known(life, year_group=year_group, trigger=starts_on, before=rng.uniform(0.05, 0.3))
    provider = rng.choices([area.service, area.pru, area.state_ap[1]], [40, 30, 30])[0]
    outreach(life, provider, starts_on)


def _placement(life: Life, first_year: bool) -> None:
    rng = life.rng
    early, late = (date(2024, 9, 16), date(2025, 3, 28)), (date(2025, 4, 28), date(2026, 10, 23))
    starts_on = between(rng, *(early if first_year else late))
    plan = _plan(life, starts_on)
    plan = _background(life, rng.choice((7, 8, 8, 9, 9, 9, 10, 10, 10)), plan)
    placed = arrange(life, plan)
    if placed.last_on <= UNTIL_ON:
        finish(life, placed, draw(rng, END_REASON), min(0.6, max(0.05, rng.gauss(0.22, 0.15))))


def _plan(life: Life, starts_on: date) -> Plan:
    rng = life.rng
    permanent = rng.random() < PERMANENT
    reason = "permanent_exclusion" if permanent else placement_reason(rng)
    where = "urn" if permanent else setting(rng, reason)
    pru = permanent and rng.random() < 0.8
    long = rng.random() < 0.1
    shortest = SETTLED_BY if permanent else 1
    return Plan(
        provider=life.area.pru if pru else life.area.provider_for(rng, where),
        setting=where,
        reason=reason,
        starts_on=starts_on,
        length=120 if long else max(shortest, rng.choice(LENGTHS)),
        absence=0.0,
        intent="long_term" if long else rng.choices(["return", "transition"], [85, 15])[0],
        sessions_per_week=rng.choices([10, 8, 6, 4], [62, 10, 18, 10])[0],
    )


def _background(life: Life, year_group: int, plan: Plan) -> Plan:
    """Known at the main school, often absent and, where behaviour is the reason, suspended."""
    rng = life.rng
    life.school = pick_school(life.area, rng, year_group)
    before = reported_absence(rng)
    plan = replace(plan, starts_on=life.school_day(plan.starts_on), absence=better(rng, before))
    trigger = life.before(plan.starts_on, 15)
    make_known(life, year_group=year_group, trigger=trigger, before=before)
    if plan.reason in ("behaviour", "permanent_exclusion", "suspension"):
        for days in sorted(rng.sample(range(20, 60), draw(rng, {0: 15, 1: 35, 2: 30, 3: 20}))):
            suspend(life, life.before(plan.starts_on, days), draw(rng, {1: 55, 2: 30, 3: 15}))
    return plan


def _year_11(life: Life, first_year: bool) -> None:
    rng, leaves = life.rng, 2025 if first_year else 2026
    starts_on = between(rng, date(leaves - 1, 6, 10), date(leaves, 1, 10))
    plan = replace(_plan(life, starts_on), intent="transition", sessions_per_week=10)
    year_group = 11 - (leaves - 1 - academic_year(life.before(starts_on, 15)))
    plan = _background(life, year_group, plan)
    length = max(1, life.calendar.count(plan.starts_on, date(leaves, 6, 6)))
    placed = arrange(life, replace(plan, length=length))
    leave_year_11(life, placed)


def _light(life: Life, first_year: bool) -> None:
    """Suspended a few times in a year; one in four moves school by agreement."""
    rng = life.rng
    start = between(rng, date(2024, 9, 20) if first_year else date(2025, 9, 20), date(2026, 5, 1))
    year_group = rng.randrange(7, 11)
    life.school = pick_school(life.area, rng, year_group)
    make_known(life, year_group=year_group, trigger=start, before=rng.uniform(0.05, 0.25))
    on = start
    for _ in range(rng.randrange(1, 5)):
        _ref, on = suspend(life, on + rng.randrange(5, 40) * DAY)
    life.watch(on)
    if rng.random() < 0.25:
        managed_move(life, life.after(on, 10), better(rng, 0.2))


_ORDINARY = {
    "outreach": _outreach,
    "placement": _placement,
    "year_11": _year_11,
    "light": _light,
}
