"""Awkward placements and returns."""

from dataclasses import replace
from datetime import date

from ap_registry.demo.exclusions import exclude, move_school, suspend
from ap_registry.demo.life import DAY, Life, Span
from ap_registry.demo.people import STEADY, make_known, pick_school
from ap_registry.demo.placements import Placed, Plan, arrange, start
from ap_registry.demo.returns import come_back, end, hold

STARTS_ON = date(2024, 11, 11)
OFTEN_AWAY = 0.45  # before the placement, so that attendance plainly gets better


def _plan(life: Life, starts_on: date = STARTS_ON, **fields: object) -> Plan:
    """Six weeks at the PRU, well attended, in Year 9, unless told otherwise."""
    life.school = pick_school(life.area, life.rng, 9)
    starts_on = life.school_day(starts_on)
    make_known(life, year_group=9, trigger=life.before(starts_on, 15), before=OFTEN_AWAY)
    usual = Plan(
        provider=life.area.pru, setting="urn", reason="behaviour", starts_on=starts_on, length=30,
        absence=STEADY, extended=0,
    )  # fmt: skip
    return replace(usual, **fields)  # type: ignore[arg-type]


def _return(life: Life, placed: Placed, gap: int = 1) -> date:
    """Back at the main school on the gap-th school day, for good; answers the day."""
    ended = end(life, placed, "returned_to_main_school", life.school)
    back, on = come_back(life, placed, life.school, ended, gap=gap, absence=STEADY)
    hold(life, back, life.school, on)
    return on


def package_of_two(life: Life) -> None:
    """Two providers at once for twelve sessions a week; the second goes on for a week."""
    first, second = life.area.unregistered["OTH"]
    plan = _plan(life, provider=first, setting="OTH", sessions_per_week=6)
    placed = arrange(life, plan)
    more = replace(plan, provider=second, length=35)
    other = start(life, more, commissioner=life.school, after=placed.ref)
    end(life, placed, "returned_to_main_school", life.school)
    _return(life, other)


def present_on_paper(life: Life) -> None:
    """The school writes B throughout, where the provider's register has absences."""
    provider = life.area.unregistered["OTH"][0]
    placed = arrange(life, _plan(life, provider=provider, setting="OTH", length=65, absence=0.75))
    life.mark(Span(life.school, placed.starts_on, placed.last_on, fixed="B"))
    _return(life, placed)


def silent_school(life: Life) -> None:
    """Neither a notice nor a mark of the school once the placement has ended."""
    placed = arrange(life, _plan(life))
    end(life, placed, "returned_to_main_school", life.school)
    life.silence(life.school, placed.last_on + DAY)


def ended_with_summer(life: Life) -> None:
    """On the last day of the summer term: the days to return and to sustain are the autumn's."""
    plan = _plan(life, date(2025, 5, 12))
    length = life.calendar.count(plan.starts_on, date(2025, 8, 31))
    _return(life, arrange(life, replace(plan, length=length)), gap=3)


def returned_on_day_10(life: Life) -> None:
    _return(life, arrange(life, _plan(life)), gap=10)


def returned_on_day_11(life: Life) -> None:
    _return(life, arrange(life, _plan(life)), gap=11)


def moved_la(life: Life) -> None:
    """To a school of the neighbouring LA while the return is still to be sustained."""
    on = life.after(_return(life, arrange(life, _plan(life))), 30)
    move_school(life, on, life.area.neighbour_school, absence=STEADY)
    life.note("pupil_details_changed", on, life.school, home_la=life.area.neighbour)


def dual_registered(life: Life) -> None:
    """Subsidiary on the PRU's roll for the placement; the main school writes D."""
    placed = arrange(life, _plan(life, length=65))
    pru = placed.plan.provider
    life.note("joined_roll", placed.starts_on, pru, after=placed.ref, school=pru, registration="S")
    life.note(
        "left_roll", life.after(placed.last_on, 1), pru, after=placed.ref, school=pru,
        ground="a", destination=life.school,
    )  # fmt: skip
    _return(life, placed)


def ended_in_error(life: Life) -> None:
    """A placement that never was: told one day, taken back the next."""
    plan = _plan(life)
    ref = life.note(
        "placement_started", plan.starts_on, plan.provider, provider=plan.provider,
        commissioner=life.school, reason="behaviour", ends_on=life.after(plan.starts_on, 30),
        sessions_per_week=10, intent="return",
    )  # fmt: skip
    life.note(
        "placement_ended", life.after(plan.starts_on, 1), plan.provider, placement=ref,
        end_reason="error",
    )  # fmt: skip
    life.watch(plan.starts_on)


def left_england(life: Life) -> None:
    placed = arrange(life, _plan(life))
    ended = end(life, placed, "left_england")
    on = life.after(placed.last_on, 1)
    life.note("left_roll", on, life.school, after=ended, school=life.school, ground="e")
    life.silence(life.school, placed.last_on + DAY)


def medical(life: Life) -> None:
    """Tuition for a pupil who is ill: counted apart in the attendance outcome."""
    tutors = life.area.unregistered["OOT"][0]
    plan = _plan(life, provider=tutors, setting="OOT", reason="mental_health", length=65)
    _return(life, arrange(life, plan))


def exclusion_quashed(life: Life) -> None:
    """Upheld by the governors, quashed by the review panel: the pupil goes back."""
    plan = _plan(life)
    excluded_on = life.before(plan.starts_on, 5)
    ref = exclude(life, excluded_on)
    placed = start(
        life, replace(plan, reason="permanent_exclusion"), commissioner=life.area.authority,
        after=ref, arising_from=ref,
    )  # fmt: skip
    life.note(
        "governors_decision", life.after(excluded_on, 10), life.school, exclusion=ref,
        decision="upheld",
    )  # fmt: skip
    life.note(
        "review_decision", life.after(excluded_on, 30), life.area.authority, exclusion=ref,
        decision="quashed",
    )  # fmt: skip
    _return(life, placed)


def sixth_day_late(life: Life) -> None:
    """Three suspensions in one run of nine school days; education begins on the eighth."""
    plan = _plan(life)
    on, refs = plan.starts_on, []
    for _ in range(3):
        ref, ends_on = suspend(life, on, 3)
        refs.append(ref)
        on = life.after(ends_on, 1)
    tutors = life.area.unregistered["OOT"][0]
    life.note(
        "sixth_day_started", life.after(plan.starts_on - DAY, 8), life.school,
        after=refs[-1], exclusion=refs[0], provider=tutors,
    )  # fmt: skip
    life.watch(on)
