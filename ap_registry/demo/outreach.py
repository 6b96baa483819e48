"""Outreach into a pupil's own school, and what became of it in the sixty school days after."""

from datetime import date

from ap_registry.demo.exclusions import (
    educate_from_sixth_day,
    exclude,
    managed_move,
    suspend,
    uphold,
)
from ap_registry.demo.facts import draw
from ap_registry.demo.life import Life

OUTCOMES = {
    "steady": 62, "suspended": 14, "excluded": 4, "moved": 4, "few_sessions": 5,
    "no_registers": 6, "absent": 5,
}  # fmt: skip
FOCUS = ("managing anger in lessons", "coming back after a suspension", "attendance and mornings")


def outreach(life: Life, provider: str, starts_on: date) -> None:
    """Weekly sessions over seven to twelve weeks, then one of the outcomes."""
    outcome = draw(life.rng, OUTCOMES)
    ref, ended_on = support(life, provider, starts_on, outcome)
    reason = "disengaged" if outcome == "few_sessions" else "completed"
    life.note("outreach_ended", ended_on, provider, outreach=ref, end_reason=reason)
    after = life.after(ended_on, 5 + life.rng.randrange(50))
    if outcome == "suspended":
        suspend(life, after)
    elif outcome == "excluded":
        ref = exclude(life, after)
        free_on = uphold(life, ref, after)
        educate_from_sixth_day(life, ref, after, free_on)
        life.note("left_roll", free_on, life.school, after=ref, school=life.school, ground="o")
        life.silence(life.school, free_on)
    elif outcome == "moved":
        managed_move(life, after, 0.15)
    elif outcome == "no_registers":
        life.silence(life.school, ended_on, life.after(ended_on, 52))
    elif outcome == "absent":
        life.attend(life.school, ended_on, 0.7)


def support(life: Life, provider: str, starts_on: date, outcome: str = "") -> tuple[str, date]:
    """Started and delivered, not ended: its ref and the last day."""
    rng, start = life.rng, life.school_day(starts_on)
    ref = life.note(
        "outreach_started", start, provider, provider=provider, school=life.school,
        focus=rng.choice(FOCUS),
    )  # fmt: skip
    meetings = rng.randrange(1, 4) if outcome == "few_sessions" else rng.randrange(7, 13)
    day = start
    for n in range(meetings):
        day = life.after(start, 2 + 5 * n + rng.randrange(3))
        missed = n >= 6 and rng.random() < 0.25
        life.note(
            "outreach_session", day, provider, outreach=ref, minutes=0 if missed else 60,
            delivered=not missed, why_not="absent from school" if missed else None,
        )  # fmt: skip
    ended_on = life.after(day, 1)
    life.watch(ended_on)
    return ref, ended_on
