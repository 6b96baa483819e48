"""How a placement ends, the way back into school, and whether it holds."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from ap_registry.demo.exclusions import suspend
from ap_registry.demo.life import DAY, Life, Span
from ap_registry.demo.placements import Placed

WORDS: Mapping[str, Any] = {
    "learning": "reads at the level of Year 5",
    "triggers": "crowded corridors",
    "needs": "a calm start to the day",
    "recommendations": "a named adult every morning",
}
RUNGS = (10, 30, 60)  # school days after the return: domain 9
REVIEWED = 0.93  # of the rungs
BREAKS_DOWN = 0.2
AWAY = {"O": 70, "I": 30}
LEFT_ON_GROUND = {"ehe": "f", "custody": "j", "cme": "i"}


def end(life: Life, placed: Placed, reason: str, destination: str = "") -> str:
    return life.note(
        "placement_ended", placed.last_on, placed.plan.provider, placement=placed.ref,
        end_reason=reason, destination=destination or None,
    )  # fmt: skip


def prepare(life: Life, placed: Placed, school: str) -> None:
    """Plan the return three weeks before the end, and mostly share the in-depth assessment."""
    on = max(life.before(placed.last_on, 15), placed.starts_on)
    life.note(
        "reintegration_planned", on, placed.commissioner, placement=placed.ref, school=school,
        returns_on=life.after(placed.last_on, 1), lead="the assistant head",
    )  # fmt: skip
    if life.rng.random() < 0.75:
        shared_on = max(life.before(placed.last_on, 8), placed.starts_on)
        life.note(
            "assessment_shared", shared_on, placed.plan.provider, placement=placed.ref,
            school=school, **WORDS,
        )  # fmt: skip


def finish(life: Life, placed: Placed, reason: str, absence: float) -> None:
    """End it for ``reason``; those who go to a school come back within days, others do not."""
    area, rng = life.area, life.rng
    if reason == "returned_to_main_school" and placed.plan.reason != "permanent_exclusion":
        school = life.school
    elif reason in ("returned_to_main_school", "new_mainstream"):
        reason = "new_mainstream"
        school = rng.choice([one for one in area.secondaries if one != life.school])
    elif reason == "special_school":
        school = rng.choice(area.specials)
    else:
        end(life, placed, reason)
        _stay_away(life, placed, reason)
        return
    prepare(life, placed, school)
    ended = end(life, placed, reason, school)
    gap = rng.choices([1, 2, 4, 8, 14], [55, 20, 12, 6, 7])[0]
    back, on = come_back(life, placed, school, ended, gap=gap, absence=absence)
    broke = life.after(on, rng.randrange(12, 55)) if rng.random() < BREAKS_DOWN else None
    hold(life, back, school, on, broke=broke)


def _stay_away(life: Life, placed: Placed, reason: str) -> None:
    first = placed.last_on + DAY
    if not life.on_roll:
        return
    if ground := LEFT_ON_GROUND.get(reason):
        on = life.after(placed.last_on, 3 if reason == "ehe" else 22)
        life.note("left_roll", on, life.school, school=life.school, ground=ground)
        life.mark(Span(life.school, first, on - DAY, 1.0, weight={"O": 95, "N": 5}))
        life.silence(life.school, on)
    else:
        life.attend(life.school, first, 0.75)


def come_back(
    life: Life, placed: Placed, school: str, ended: str, *, gap: int, absence: float
) -> tuple[str, date]:
    """Return on the gap-th school day after the end; the ref of the return, and its day.

    Until then the pupil is away from the main school, if on its roll at all.
    """
    on = life.after(placed.last_on, gap)
    if life.on_roll:
        life.mark(Span(life.school, placed.last_on + DAY, on - DAY, 1.0, weight=AWAY))
    if school != life.school:
        left = ""
        if life.on_roll:
            left = life.note(
                "left_roll", on, life.school, school=life.school, ground="a", destination=school
            )
        life.silence(life.school, on)
        life.school, life.on_roll = school, True
        life.note("joined_roll", on, school, after=left or ended, school=school, registration="C")
    life.attend(school, on, absence)
    phased = life.after(on, 10) if life.rng.random() < 0.4 else None
    back = life.note(
        "reintegration_started", on, school, after=ended, school=school, placement=placed.ref,
        phased_until=phased,
    )  # fmt: skip
    if phased:
        life.mark(
            Span(school, on, phased - DAY, absence, weight={"C2": 60, "O": 25, "I": 15})
        )  # fmt: skip
    return back, on


def hold(life: Life, back: str, school: str, on: date, *, broke: date | None = None) -> None:
    """Reviewed after 10, 30 and 60 school days, and settled unless it broke down on a day."""
    rng = life.rng
    for days in RUNGS:
        held = life.after(on, days - rng.randrange(2))
        if (broke is None or held < broke) and rng.random() < REVIEWED:
            life.note(
                "review_held", held, school, of=back, purpose="review",
                attended=["parent", "pupil", "school"], outcome="continue",
            )  # fmt: skip
    if broke is not None:
        suspend(life, life.before(broke, 3), 2)
        life.note(
            "reintegration_ended", broke, school, reintegration=back, outcome="broke_down",
            reason="suspended and stopped attending",
        )  # fmt: skip
        life.attend(school, broke, 0.7)
    else:
        life.note(
            "reintegration_ended", life.after(on, 62), school, reintegration=back,
            outcome="settled",
        )  # fmt: skip
