"""Each deadline by its rule: in time up to the end of its day, late from the next."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from ap_registry.registry import Registry
from tests.core.owed import owed
from tests.core.registers import mark
from tests.core.test_absence_watch import come_back
from tests.core.test_absence_watch import place as place_at_garage
from tests.core.test_ehc import reach
from tests.core.test_exclusion_notices import exclude, suspend
from tests.core.test_exclusion_reviews import ask, uphold
from tests.core.test_fair_access import decide, refer
from tests.core.test_mending import place as place_unchecked
from tests.core.test_part_time import start as start_part_time
from tests.core.test_register_returns import join, leave
from tests.core.test_returns import ask_for_review, direct, review
from tests.core.test_voice import dispute, place
from tests.world import GARAGE, OTHER, PRU, SCHOOL, notify, register_pupil, take_organisations


@dataclass(frozen=True, slots=True)
class Deadline:
    """What opens a follow-up of a kind, and the last day on which it is in time."""

    opening: Callable[[Registry], object]
    kind: str
    last_on: str
    pupil: Mapping[str, Any] = field(default_factory=dict)


def suspend_for_six_days(registry: Registry) -> dict[str, Any]:
    return suspend(registry, "2026-03-02", "2026-03-09", 12)


def cancel(registry: Registry) -> None:
    suspend_for_six_days(registry)
    notify(registry, "exclusion_cancelled", "2026-03-03", by=SCHOOL, reason="made up")


def represent(registry: Registry) -> None:
    suspended = suspend(registry, "2026-03-02", "2026-03-20", 11)
    ask(registry, "2026-03-04", "representations", suspended)


def apply_for_review(registry: Registry) -> dict[str, Any]:
    """The pupil is registered with the decision that the parent does not accept."""
    excluded = uphold(registry)
    ask(registry, "2026-04-14", "independent_review", excluded)
    return excluded


def quash(registry: Registry) -> None:
    excluded = apply_for_review(registry)
    notify(registry, "review_decision", "2026-04-28", by="LA856", decision="quashed",
           exclusion=excluded["event"]["id"])  # fmt: skip


def refer_for_health(registry: Registry) -> None:
    notify(registry, "referral", "2026-01-26", by=SCHOOL, route="medical", objectives=["learn"])


def refuse_a_place(registry: Registry) -> None:
    refer(registry)
    decide(registry, "2026-02-05", "school", school=OTHER)
    notify(registry, "fair_access_response", "2026-02-09", school=OTHER, by=OTHER,
           response="refused", ground="full")  # fmt: skip


def change_school(registry: Registry) -> None:
    leave(registry, "2026-03-02", "a")
    join(registry, "2026-03-02")


def return_to_school(registry: Registry) -> None:
    notify(registry, "reintegration_started", "2026-03-02", school=SCHOOL)


def suspend_after_return(registry: Registry) -> None:
    come_back(registry)
    suspend(registry, "2025-10-17", "2025-10-17", 2)


def miss_a_session(registry: Registry) -> None:
    place_at_garage(registry)
    mark(registry, "O", "2025-09-09", at=GARAGE)


def tell_health(registry: Registry) -> None:
    take_organisations(registry, "id,kind,name,la,las\nICB-QK1,health,School Nurses,,856\n")
    placed = place(registry)
    notify(registry, "notified", "2026-03-03", by=SCHOOL, of=placed["event"]["id"], to="health",
           about="decision", method="email")  # fmt: skip


def agree_an_action(registry: Registry) -> None:
    notify(registry, "action_agreed", "2026-03-02", by="LA856", owner=PRU, due_on="2026-03-20",
           what="made up")  # fmt: skip


WITH_CARERS = {"social_worker": "cp", "looked_after": "current", "care_la": "856"}
LEAVER = {"date_of_birth": "2010-02-03"}  # in Year 11 in 2025/26
DEADLINES = {
    "exclusion.sixth-day": Deadline(suspend_for_six_days, "sixth_day_provision", "2026-03-09"),
    "exclusion.parent-notice": Deadline(suspend_for_six_days, "parent_notice", "2026-03-02"),
    "exclusion.la-notice": Deadline(suspend_for_six_days, "la_notice", "2026-03-02"),
    "exclusion.day-six-notice": Deadline(suspend_for_six_days, "day_six_notice", "2026-03-07"),
    "exclusion.governors-notice": Deadline(exclude, "governors_notice", "2026-03-02"),
    "exclusion.social-worker-notice": Deadline(
        exclude, "social_worker_notice", "2026-03-02", WITH_CARERS
    ),
    "exclusion.vsh-notice": Deadline(
        exclude, "virtual_school_head_notice", "2026-03-02", WITH_CARERS
    ),
    "exclusion.cancellation-notice": Deadline(cancel, "cancellation_notice", "2026-03-03"),
    "governors.meeting": Deadline(exclude, "governors_meeting", "2026-03-23"),
    "governors.representations": Deadline(represent, "governors_representations", "2026-06-02"),
    "governors.outcome": Deadline(uphold, "governors_outcome", "2026-03-16"),
    "governors.reconsider": Deadline(quash, "governors_reconsider", "2026-05-13"),
    "review.hearing": Deadline(apply_for_review, "review_hearing", "2026-05-06"),
    "reintegration.meeting": Deadline(
        lambda r: suspend(r, "2026-02-12", "2026-02-13", 4), "reintegration_meeting", "2026-02-23"
    ),
    "reintegration.reviews": Deadline(return_to_school, "reintegration_review_10", "2026-03-16"),
    "off-site.review": Deadline(direct, "off_site_review", "2026-02-18"),
    "off-site.review-requested": Deadline(
        lambda r: ask_for_review(r, "2026-02-02", direct(r)), "review_requested", "2026-02-23"
    ),
    "off-site.outcome": Deadline(
        lambda r: review(r, "2026-02-09", direct(r)), "off_site_outcome", "2026-02-15"
    ),
    "off-site.dual-registration": Deadline(
        lambda r: direct(r, PRU), "dual_registration", "2026-01-19"
    ),
    "roll.new-pupil-return": Deadline(change_school, "new_pupil_return", "2026-03-07"),
    "roll.deletion-return": Deadline(change_school, "deletion_return", "2026-03-02"),
    "flag.mend": Deadline(
        lambda r: leave(r, "2026-03-02", "none"), "removal_review", "2026-03-09"
    ),
    "section-19.provision": Deadline(refer_for_health, "section_19", "2026-02-23"),
    "fair-access.place": Deadline(refer, "fair_access_place", "2026-03-02"),
    "fair-access.refused": Deadline(refuse_a_place, "fair_access_refusal", "2026-02-16"),
    "part-time.review": Deadline(start_part_time, "part_time_review", "2026-01-26"),
    "part-time.limit": Deadline(start_part_time, "part_time_limit", "2026-02-23"),
    "ehc.decision": Deadline(
        lambda r: reach(r, "2026-01-12", "requested"), "ehc_decision", "2026-02-23"
    ),
    "ehc.plan": Deadline(lambda r: reach(r, "2026-01-12", "requested"), "ehc_plan", "2026-06-01"),
    "ehc.consultation": Deadline(
        lambda r: reach(r, "2026-03-02", "consulted", school=OTHER), "ehc_consultation",
        "2026-03-17",
    ),
    "placement.review": Deadline(place, "placement_review", "2026-03-27"),
    "placement.planned-end": Deadline(place, "placement_end_passed", "2026-05-05"),
    "placement.checks-unconfirmed": Deadline(
        lambda r: place_unchecked(r, by=PRU), "checks_confirmation", "2026-03-09"
    ),
    "action.agreed": Deadline(agree_an_action, "action", "2026-03-20"),
    "dispute.answer": Deadline(
        lambda r: dispute(r, "2026-03-31", suspend(r, "2026-03-02", "2026-03-03", 4)), "dispute",
        "2026-04-30",
    ),
    "health.response": Deadline(tell_health, "health_response", "2026-03-17"),
    "post-16.check": Deadline(
        lambda r: place(r, provider=GARAGE), "destination_check_1_nov", "2026-11-01", LEAVER
    ),
    "return-watch.suspension": Deadline(
        suspend_after_return, "return_watch_suspension", "2025-10-27"
    ),
    "attendance.first-day": Deadline(miss_a_session, "first_day_absence", "2025-09-09"),
    "attendance.code-n": Deadline(
        lambda r: mark(r, "N", "2025-10-15"), "code_n_reason", "2025-10-29"
    ),
    "attendance.return": Deadline(
        lambda r: mark(r, "O", "2025-10-08", "2025-10-28"), "attendance_return", "2025-10-31"
    ),
    "attendance.sickness": Deadline(
        lambda r: mark(r, "I", "2025-09-29", "2025-10-17"), "sickness_return", "2025-10-17"
    ),
    "attendance.ten-in-ten": Deadline(
        lambda r: mark(r, "O", "2025-10-08", "2025-10-14"), "unauthorised_10_in_10_weeks",
        "2025-10-28",
    ),
}  # fmt: skip
BY_UPHOLD = {uphold, quash, apply_for_review}  # they register the pupil themselves


@pytest.mark.parametrize("rule", DEADLINES)
def test_in_time_on_its_last_day_and_overdue_on_the_next(registry: Registry, rule: str) -> None:
    deadline = DEADLINES[rule]
    if deadline.opening not in BY_UPHOLD:
        register_pupil(registry, **deadline.pupil)
    deadline.opening(registry)
    last = date.fromisoformat(deadline.last_on)
    for on, status in ((last, "open"), (last + timedelta(days=1), "overdue")):
        found = owed(registry, deadline.kind, on=on)
        assert [(due, at) for _, due, at in found][:1] == [(deadline.last_on, status)], on
