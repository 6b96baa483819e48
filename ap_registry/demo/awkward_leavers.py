"""Awkward ways out of Year 11."""

from datetime import date

from ap_registry.demo.leavers import award, depart, destinations, targets
from ap_registry.demo.life import Life
from ap_registry.demo.people import STEADY, make_known, pick_school
from ap_registry.demo.placements import Plan, arrange

STARTS_ON = date(2024, 10, 14)
TARGETS_ON = date(2024, 11, 4)
LENGTH = 145  # school days: to the exams
AWARDED_ON = date(2025, 7, 10)
LEAVES = 2025


def _leaver(life: Life) -> str:
    """At the PRU for Year 11 and off the roll in July; answers the provider."""
    life.school = pick_school(life.area, life.rng, 11)
    starts_on = life.school_day(STARTS_ON)
    make_known(life, year_group=11, trigger=life.before(starts_on, 15), before=STEADY)
    plan = Plan(
        provider=life.area.pru, setting="urn", reason="behaviour", starts_on=starts_on,
        length=LENGTH, absence=STEADY, intent="transition", extended=0,
    )  # fmt: skip
    depart(life, arrange(life, plan))
    return plan.provider


def functional_skills_leaver(life: Life) -> None:
    """Both subjects at Level 1 by Functional Skills, as was the target; then college."""
    provider = _leaver(life)
    targets(life, provider, TARGETS_ON, level="1")
    for subject in ("english", "maths"):
        award(life, provider, AWARDED_ON, "functional_skills", subject, "L1")
    destinations(life, LEAVES, "education")


def vocational_leaver(life: Life) -> None:
    """A vocational award and neither English nor maths; then an apprenticeship."""
    provider = _leaver(life)
    award(life, provider, AWARDED_ON, "vocational", "construction", "pass", level="1")
    destinations(life, LEAVES, "apprenticeship")


def dropped_out(life: Life) -> None:
    """Entry level in both subjects; leaves college before the spring."""
    provider = _leaver(life)
    for subject in ("english", "maths"):
        award(life, provider, AWARDED_ON, "entry_level", subject, "E3")
    destinations(life, LEAVES, "drops_out")


def destination_unknown(life: Life) -> None:
    """Level 1 in both by GCSE; then nobody knows: counted, never left out."""
    provider = _leaver(life)
    for subject in ("english_language", "maths"):
        award(life, provider, date(2025, 8, 21), "gcse", subject, "3")
    destinations(life, LEAVES, "unknown")
