"""Year 11: what was aimed at, what was awarded, offers, and the months after."""

from datetime import date

from ap_registry.calendar import academic_year
from ap_registry.demo.facts import draw
from ap_registry.demo.life import DAY, Life
from ap_registry.demo.placements import Placed
from ap_registry.demo.returns import end

PATHS = {
    "education": 46, "training": 8, "apprenticeship": 5, "employment": 9, "drops_out": 16,
    "neet": 10, "unknown": 6,
}  # fmt: skip
FIRST_ACTIVITY = {
    "education": "230", "training": "430", "apprenticeship": "310", "employment": "330",
    "drops_out": "230", "neet": "619", "unknown": "810",
}  # fmt: skip


def leave_year_11(life: Life, placed: Placed) -> None:
    """From targets in the autumn of Year 11 to the destination in the March after."""
    year, provider = academic_year(placed.last_on), placed.plan.provider
    if life.rng.random() < 0.85:
        targets(life, provider, max(placed.starts_on, date(year, 10, 7)))
    depart(life, placed)
    results(life, provider, date(year + 1, 8, 21))
    destinations(life, year + 1, draw(life.rng, PATHS))


def depart(life: Life, placed: Placed) -> None:
    """The placement ends, and at the end of July the roll."""
    year = academic_year(placed.last_on)
    end(life, placed, "post_16", life.area.college)
    life.silence(life.school, placed.last_on + DAY)
    if life.on_roll:
        life.note(
            "left_roll", date(year + 1, 7, 31), life.school, school=life.school,
            ground="over_age", destination=life.area.college,
        )  # fmt: skip


def targets(life: Life, provider: str, on: date, level: str = "") -> None:
    for subject in ("english", "maths"):
        life.note(
            "target_agreed", on, provider, qualification="functional_skills", subject=subject,
            level=level or draw(life.rng, {"1": 60, "2": 15, "E3": 25}),
        )  # fmt: skip


def results(life: Life, provider: str, on: date) -> None:
    """GCSE or functional skills in each subject, entry level for some, vocational for half."""
    rng = life.rng
    able = rng.random()
    for gcse, other in (("english_language", "english"), ("maths", "maths")):
        if able < 0.12:
            continue
        if able > 0.45:
            grade = draw(rng, {"1": 20, "2": 22, "3": 24, "4": 15, "5": 7, "6": 3, "U": 9})
            award(life, provider, on, "gcse", gcse, grade)
        elif rng.random() < 0.65:
            grade = draw(rng, {"L2": 12, "L1": 58, "E3": 18, "U": 12})
            award(life, provider, on - 30 * DAY, "functional_skills", other, grade)
        else:
            grade = draw(rng, {"E3": 60, "E2": 30, "E1": 10})
            award(life, provider, on - 40 * DAY, "entry_level", other, grade)
    if rng.random() < 0.5:
        award(life, provider, on, "vocational", "construction", "pass", level="1")


def award(
    life: Life,
    provider: str,
    on: date,
    qualification: str,
    subject: str,
    grade: str,
    level: str | None = None,
) -> None:
    """``level`` only where the grade does not tell it."""
    life.note(
        "result_awarded", on, provider, qualification=qualification, subject=subject, grade=grade,
        provider=provider, level=level,
    )  # fmt: skip


def destinations(life: Life, year: int, path: str) -> None:
    """Asked monthly from October to March, the day of the month varying; March is in March."""
    rng, authority = life.rng, life.area.authority
    first = FIRST_ACTIVITY[path]
    college = life.area.college if first == "230" else None
    if path not in ("neet", "unknown") or rng.random() < 0.4:
        activity = first if path != "unknown" else "230"
        spring = date(year, 3, 1) + rng.randrange(180) * DAY
        life.note("offer_recorded", spring, life.school, activity=activity, organisation=college)
    left_after = rng.randrange(1, 5) if path == "drops_out" else 99
    for n in range(6):
        month = (10 + n - 1) % 12 + 1
        if path == "unknown" and n not in (0, 3):
            continue
        on = date(year + (month < 10), month, 4 + rng.randrange(22))
        activity = first if n < left_after else draw(rng, {"619": 60, "640": 15, "820": 25})
        where = college if activity == first else None
        life.note("destination_recorded", on, authority, activity=activity, organisation=where)
