"""Awkward ends of outreach, and what came in the sixty school days after."""

from datetime import date

from ap_registry.demo.exclusions import exclude, suspend
from ap_registry.demo.life import Life
from ap_registry.demo.outreach import support
from ap_registry.demo.people import STEADY, make_known, pick_school
from ap_registry.demo.placements import Plan, start
from ap_registry.demo.returns import come_back, end, hold

STARTS_ON = date(2024, 9, 23)
FOUND_ON = date(2026, 6, 8)  # two academic years after what it corrects


def _ended(life: Life, reason: str = "completed") -> tuple[str, date]:
    """Outreach by the PRU, well attended: the ref of its end, and its last day."""
    life.school = pick_school(life.area, life.rng, 9)
    make_known(life, year_group=9, trigger=STARTS_ON, before=STEADY)
    ref, last_on = support(life, life.area.pru, STARTS_ON)
    ended = life.note(
        "outreach_ended", last_on, life.area.pru, outreach=ref, end_reason=reason
    )  # fmt: skip
    return ended, last_on


def stepped_up(life: Life) -> None:
    """Into AP on the very day that outreach ends."""
    ended, last_on = _ended(life, "stepped_up")
    plan = Plan(
        provider=life.area.pru, setting="urn", reason="behaviour", starts_on=last_on, length=40,
        absence=STEADY, extended=0,
    )  # fmt: skip
    placed = start(life, plan, commissioner=life.school, after=ended)
    over = end(life, placed, "returned_to_main_school", life.school)
    back, on = come_back(life, placed, life.school, over, gap=1, absence=STEADY)
    hold(life, back, life.school, on)


def suspended_on_day_60(life: Life) -> None:
    last_on = _ended(life)[1]
    suspend(life, life.after(last_on, 60), 1)


def suspended_on_day_61(life: Life) -> None:
    last_on = _ended(life)[1]
    suspend(life, life.after(last_on, 61), 1)


def corrected_late(life: Life) -> None:
    """A suspension after the sixty days; two years on it is found to have been within them."""
    last_on = _ended(life)[1]
    ref, _end = suspend(life, life.after(last_on, 62), 1)
    right = life.after(last_on, 58).isoformat()
    life.note(
        "correction", FOUND_ON, life.school, of=ref, reason="the letter to the parents says so",
        fields={"occurred_on": right, "ends_on": right},
    )  # fmt: skip


def exclusion_cancelled(life: Life) -> None:
    """A permanent exclusion taken back before the governors met."""
    excluded_on = life.after(_ended(life)[1], 20)
    ref = exclude(life, excluded_on)
    back_on = life.after(excluded_on, 4)
    life.note(
        "exclusion_cancelled", back_on, life.school, exclusion=ref, reason="it was another pupil"
    )
    life.attend(life.school, back_on, STEADY)


def suspension_voided(life: Life) -> None:
    """A suspension within the sixty days that was another pupil's."""
    on = life.after(_ended(life)[1], 15)
    ref, _end = suspend(life, on, 1)
    life.note("void", life.after(on, 12), life.school, of=ref, reason="entered for a namesake")
    life.attend(life.school, on, STEADY)
