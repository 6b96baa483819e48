"""What is told while a placement lasts: reviews, assessments, wellbeing."""

from datetime import date, timedelta

from ap_registry.demo.facts import draw
from ap_registry.demo.life import DAY, Life

FOUR_WEEKS = timedelta(weeks=4)
REVIEWED = 0.93  # of the half-terms
EXIT_AFTER = 70  # school days: shorter placements have no exit assessment


def review(life: Life, of: str, by: str, starts_on: date, last_on: date) -> None:
    """Half-termly (KCSIE 2025 part 3); now and then one is missed."""
    day = starts_on
    while (due := life.calendar.due_by_block_end(day)) < last_on:
        if life.rng.random() < REVIEWED:
            on = max(life.before(due, 1 + life.rng.randrange(5)), starts_on)
            life.note(
                "review_held", on, by, of=of, outcome="continue", purpose="review",
                attended=["parent", "school", "provider"],
                progress=[draw(life.rng, {"on_track": 50, "met": 15, "behind": 35})],
            )  # fmt: skip
        day = due + DAY


def review_direction(life: Life, of: str, starts_on: date, ends_on: date) -> None:
    """Every four weeks, within the thirty days that the registry sets, and at the end."""
    day = starts_on
    while day < ends_on:
        day = min(day + FOUR_WEEKS, ends_on)
        if life.rng.random() < REVIEWED or day < ends_on:
            life.note(
                "review_held", day, life.school, of=of, purpose="review",
                attended=["parent", "school", "provider"],
                outcome="continue" if day < ends_on else "end",
            )  # fmt: skip


def assess(life: Life, provider: str, starts_on: date, last_on: date) -> None:
    """English, maths and wellbeing at the start and, where it lasted, mostly at the end."""
    rng = life.rng
    begun_on = min(life.after(starts_on, 3 + rng.randrange(5)), last_on)
    ended_on = max(life.before(last_on, 2), starts_on)
    lasted = life.calendar.count(starts_on, last_on) >= EXIT_AFTER and rng.random() < 0.8
    scores = {"english": rng.randrange(72, 101), "maths": rng.randrange(72, 101)}
    difficulties = rng.randrange(10, 30)
    _measure(life, provider, begun_on, scores, difficulties, stage="baseline")
    if lasted:
        scores = {subject: score + rng.randrange(-3, 13) for subject, score in scores.items()}
        difficulties = max(0, difficulties - rng.randrange(-3, 9))
        _measure(life, provider, ended_on, scores, difficulties, stage="exit")


def _measure(
    life: Life, by: str, on: date, scores: dict[str, int], difficulties: int, *, stage: str
) -> None:
    for subject, score in scores.items():
        life.note(
            "assessment_recorded", on, by, subject=subject, standard_score=score, stage=stage,
            instrument="made-up reading and number test",
        )  # fmt: skip
    life.note(
        "wellbeing_measured", on, by, instrument="sdq_total", score=difficulties, stage=stage,
        informant="teacher",
    )  # fmt: skip
