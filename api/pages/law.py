"""Why a field is asked for: the rule that it serves, with its source as in force that day."""

from collections.abc import Mapping
from datetime import date

from ap_registry.rules import rule
from api.pages.law_words import OF_NOTICE, WHY

RULES: Mapping[str, str] = {
    "suspension.occurred_on": "exclusion.la-notice",
    "suspension.ends_on": "exclusion.sixth-day",
    "suspension.sessions": "suspension.max-days",
    "suspension.reasons": "exclusion.parent-notice",
    "suspension.decided_on": "exclusion.parent-notice",
    "suspension.exam_missed": "exclusion.governors-notice",
    "permanent_exclusion.occurred_on": "exclusion.la-notice",
    "permanent_exclusion.reasons": "exclusion.parent-notice",
    "permanent_exclusion.decided_on": "exclusion.parent-notice",
    "permanent_exclusion.exam_missed": "governors.meeting",
    "exclusion_cancelled.reason": "exclusion.cancellation-notice",
    "exclusion_cancelled.occurred_on": "exclusion.cancelled-late",
    "governors_decision.decision": "governors.outcome",
    "governors_decision.occurred_on": "governors.meeting",
    "review_decision.decision": "governors.reconsider",
    "sixth_day_started.occurred_on": "exclusion.sixth-day",
    "joined_roll.occurred_on": "roll.new-pupil-return",
    "left_roll.occurred_on": "roll.deletion-return",
    "left_roll.ground": "roll.no-lawful-ground",
    "left_roll.destination": "roll.off-rolling-signal",
    "managed_move.parent_agreed": "managed-move.not-agreed",
    "off_site_direction.parent_notified_on": "off-site.notice",
    "off_site_direction.ends_on": "off-site.review",
    "off_site_direction.school": "off-site.dual-registration",
    "placement_started.checks_confirmed_on": "placement.checks-unconfirmed",
    "placement_started.sessions_per_week": "placement.over-ten",
    "placement_started.ends_on": "placement.review",
    "placement_started.arising_from": "sixth-day.late",
    "placement_changed.ends_on": "placement.planned-end",
    "placement_changed.sessions_per_week": "placement.over-ten",
    "review_held.occurred_on": "placement.review",
    "reintegration_planned.returns_on": "reintegration.meeting",
    "reintegration_started.occurred_on": "reintegration.reviews",
    "part_time_started.ends_on": "part-time.limit",
    "part_time_started.review_on": "part-time.review",
    "fair_access_referral.occurred_on": "fair-access.place",
    "fair_access_referral.category": "fair-access.outside",
    "fair_access_response.response": "fair-access.refused",
    "health_response.response": "health.response",
    "disputed.words": "dispute.answer",
    "destination_recorded.activity": "post-16.check",
    "destination_recorded.occurred_on": "post-16.check",
}


def law_of(notice: str, field: str, on: date) -> str:
    """What stands behind the field, in words and with its source; '' of a notice that has none."""
    found = RULES.get(f"{notice}.{field}")
    if found is not None:
        told = rule(found, on)
        return f"{told.title} ({told.source})."
    why = WHY.get(f"{notice}.{field}") or WHY.get(field) or OF_NOTICE.get(notice)
    return f"{why[0]} ({why[1]})." if why else ""
