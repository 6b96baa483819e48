"""Suspensions and permanent exclusions, what is told of them, and what follows."""

from datetime import date

from ap_registry.demo.facts import SUSPENDED_DAYS, draw, exclusion_reasons
from ap_registry.demo.life import DAY, Life, Span


def suspend(life: Life, on: date, days: int = 0, late: int | None = None) -> tuple[str, date]:
    """From the school day on or after ``on``; returns its ref and the last day."""
    rng = life.rng
    days = days or draw(rng, SUSPENDED_DAYS)
    start = life.school_day(on)
    end = life.after(start - DAY, days)
    half = days == 1 and rng.random() < 0.15
    ref = life.note(
        "suspension",
        start,
        life.school,
        late=late,
        school=life.school,
        sessions=1 if half else 2 * days,
        ends_on=end,
        reasons=exclusion_reasons(rng),
        starts_session="PM" if half else None,
    )
    _tell(life, ref, start, ("parent",))
    provided = life.after(start - DAY, 6)
    life.mark(Span(life.school, start, end, fixed="E"))
    if days > 5:
        provider = life.area.unregistered["OOT"][0]
        life.note(
            "sixth_day_started", provided, life.school, exclusion=ref, provider=provider
        )  # fmt: skip
        life.mark(Span(life.school, provided, end, 0.3, present="B"))
    if rng.random() < 0.3:
        life.note(
            "review_held", life.after(end, 1), life.school, of=ref, purpose="return_meeting",
            attended=["parent", "pupil", "school"],
        )  # fmt: skip
    return ref, end


def _tell(life: Life, ref: str, on: date, to: tuple[str, ...]) -> None:
    for whom in to:
        post = life.rng.random() < 0.3
        life.note(
            "notified", on, life.school, of=ref, to=whom, about="decision",
            method="post" if post else "email",
        )  # fmt: skip


def exclude(life: Life, on: date) -> str:
    """A permanent exclusion, told to parents, governors and the LA."""
    start = life.school_day(on)
    ref = life.note(
        "permanent_exclusion",
        start,
        life.school,
        school=life.school,
        reasons=exclusion_reasons(life.rng, permanent=True),
    )
    _tell(life, ref, start, ("parent", "governors", "la"))
    life.mark(Span(life.school, start, fixed="E"))
    return ref


def educate_from_sixth_day(life: Life, ref: str, on: date, until: date) -> None:
    """Tuition arranged by the LA (code K), unless something else begins up to the sixth day."""
    sixth = life.after(on - DAY, 6)
    if sixth < until:
        tutors = life.area.unregistered["OOT"][0]
        life.note("sixth_day_started", sixth, life.area.authority, exclusion=ref, provider=tutors)
        life.mark(Span(life.school, sixth, until - DAY, 0.35, present="K"))


def uphold(life: Life, ref: str, on: date) -> date:
    """The governors uphold it; the day from which the pupil may come off the roll."""
    meeting = life.after(on, 8 + life.rng.randrange(10))
    life.note("governors_decision", meeting, life.school, exclusion=ref, decision="upheld")
    if life.rng.random() < 0.15:
        review = life.after(meeting, 25)
        life.note(
            "review_decision", review, life.area.authority, exclusion=ref,
            decision=draw(life.rng, {"upheld": 85, "withdrawn": 15}),
        )  # fmt: skip
        return life.after(review, 1)
    return life.after(meeting, 16)


def move_school(life: Life, on: date, new: str, *, ground: str = "a", absence: float) -> None:
    """Leave one roll and join the other on one day."""
    old = life.school
    left = life.note("left_roll", on, old, school=old, ground=ground, destination=new)
    life.note("joined_roll", on, new, after=left, school=new, registration="C")
    life.silence(old, on)
    life.attend(new, on, absence)
    life.school = new


def managed_move(life: Life, on: date, absence: float) -> str:
    start = life.school_day(on)
    others = [school for school in life.area.secondaries if school != life.school]
    new = life.rng.choice(others)
    ref = life.note(
        "managed_move", start, life.school, from_school=life.school, to_school=new,
        parent_agreed=life.rng.random() < 0.95,
    )  # fmt: skip
    move_school(life, start, new, absence=absence)
    return ref
