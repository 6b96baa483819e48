"""Placements: how a pupil comes to one, how it runs, and how its registers are kept."""

from dataclasses import dataclass
from datetime import date

from ap_registry.demo.exclusions import educate_from_sixth_day, exclude, suspend, uphold
from ap_registry.demo.life import DAY, Life, Span
from ap_registry.demo.progress import assess, review, review_direction

ROUTES = {
    "behaviour": "off_site_direction",
    "mental_health": "medical",
    "physical_health": "medical",
    "permanent_exclusion": "permanent_exclusion",
    "suspension": "suspension",
}
CHECKED = 0.92  # of the starts name the day on which the provider confirmed its staff checks
OBJECTIVES = (
    "attend every day", "return to lessons in English and maths", "settle disputes with words",
    "name a trusted adult", "complete a reading course",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What shall be arranged; ``length`` in school days, ``absence`` while it lasts.

    ``extended`` are school days beyond the planned end; None leaves them to chance.
    """

    provider: str
    setting: str
    reason: str
    starts_on: date
    length: int
    absence: float
    intent: str = "return"
    sessions_per_week: int = 10
    extended: int | None = None


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A placement that has begun; ``last_on`` is the day on which the story ends it."""

    ref: str
    plan: Plan
    starts_on: date
    last_on: date
    commissioner: str


def arrange(life: Life, plan: Plan) -> Placed:
    """Whatever the reason asks first, a referral and its acceptance, and the start."""
    trigger, trigger_on = _trigger(life, plan)
    commissioner = (
        life.area.authority if plan.reason == "permanent_exclusion" else life.school
    )  # fmt: skip
    referral = life.note(
        "referral",
        life.after(trigger_on, 1),
        commissioner,
        route=ROUTES.get(plan.reason, "other"),
        provider=plan.provider,
        objectives=life.rng.sample(OBJECTIVES, 2),
        about=trigger if trigger and life.rng.random() < 0.5 else None,
    )
    life.note(
        "referral_decision", life.after(trigger_on, 3), plan.provider, referral=referral,
        decision="accepted",
    )  # fmt: skip
    named = trigger or (referral if life.rng.random() < 0.5 else "")
    placed = start(life, plan, commissioner=commissioner, after=referral, arising_from=named)
    if plan.reason == "permanent_exclusion":
        free_on = uphold(life, trigger, trigger_on)
        _change_roll(life, placed, max(free_on, life.after(placed.starts_on, 1)))
    return placed


def _trigger(life: Life, plan: Plan) -> tuple[str, date]:
    """The exclusion or direction behind it, and its day; for the rest the day of referral."""
    rng, starts_on = life.rng, plan.starts_on
    if plan.reason == "permanent_exclusion":
        on = life.before(starts_on, 5 + rng.randrange(4))
        ref = exclude(life, on)
        educate_from_sixth_day(life, ref, on, starts_on)
        return ref, on
    if plan.reason == "suspension":
        on = life.before(starts_on, 5)
        return suspend(life, on, 10)[0], on
    if plan.reason != "behaviour":
        return "", life.before(starts_on, 8)
    on = life.before(starts_on, 6 + rng.randrange(8))
    return direct(life, plan, on), on


def direct(life: Life, plan: Plan, on: date) -> str:
    told = life.before(plan.starts_on, 1 if life.rng.random() < 0.1 else 3)
    ends_on = life.after(plan.starts_on - DAY, plan.length)
    ref = life.note(
        "off_site_direction",
        on,
        life.school,
        school=life.school,
        provider=plan.provider,
        starts_on=plan.starts_on,
        ends_on=ends_on,
        sessions_per_week=plan.sessions_per_week,
        objectives=life.rng.sample(OBJECTIVES, 2),
        parent_notified_on=max(told, on),
    )
    review_direction(life, ref, plan.starts_on, ends_on)
    return ref


def _change_roll(life: Life, placed: Placed, on: date) -> None:
    """Once the exclusion is final, off the old roll (ground o) and onto that of the AP school."""
    old, new = life.school, placed.plan.provider
    left = life.note("left_roll", on, old, school=old, ground="o")
    life.silence(old, on)
    life.on_roll = placed.plan.setting == "urn"
    if life.on_roll:
        life.note("joined_roll", on, new, after=left, school=new, registration="C")
        life.school = new


def start(
    life: Life, plan: Plan, *, commissioner: str, after: str, arising_from: str = ""
) -> Placed:
    """Begin it, lay its registers, and tell what happens while it lasts.

    ``after`` is the ref of what the start must not be recorded before.
    """
    rng, starts_on = life.rng, life.school_day(plan.starts_on)
    planned = life.after(starts_on - DAY, plan.length)
    extended = plan.extended
    if extended is None:
        extended = 0 if rng.random() < 0.6 else rng.randrange(1, 25)
    last_on = life.after(planned, extended) if extended else planned
    ref = life.note(
        "placement_started", starts_on, plan.provider, after=after, provider=plan.provider,
        commissioner=commissioner, reason=plan.reason, ends_on=planned,
        sessions_per_week=plan.sessions_per_week, intent=plan.intent,
        setting_type=None if plan.setting in ("urn", "ukprn") else plan.setting,
        arising_from=arising_from or None,
        checks_confirmed_on=life.before(starts_on, 2) if rng.random() < CHECKED else None,
    )  # fmt: skip
    if last_on > planned:
        life.note("placement_changed", planned, plan.provider, placement=ref, ends_on=last_on)
    placed = Placed(
        ref=ref, plan=plan, starts_on=starts_on, last_on=last_on, commissioner=commissioner
    )
    life.watch(last_on)
    _registers(life, placed)
    review(life, ref, commissioner, starts_on, last_on)
    assess(life, plan.provider, starts_on, last_on)
    return placed


def _registers(life: Life, placed: Placed) -> None:
    """Where a school is AP the main school writes D, and elsewhere B (K where the LA arranged)."""
    plan, first, until = placed.plan, placed.starts_on, placed.last_on
    a_week = plan.sessions_per_week
    life.mark(Span(plan.provider, first, until, plan.absence, sessions_per_week=a_week))
    if plan.setting == "urn":
        life.mark(Span(life.school, first, until, fixed="D", sessions_per_week=a_week))
        return
    code = "K" if placed.commissioner == life.area.authority else "B"
    life.mark(
        Span(
            life.school, first, until, mirror=plan.provider, present=code, sessions_per_week=a_week
        )
    )
