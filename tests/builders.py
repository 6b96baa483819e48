"""Notices by what they say: each with fair defaults, so that a test names only what matters."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.world import GARAGE, OTHER, PERSON, PRU, SCHOOL


@dataclass(frozen=True)
class Notice:
    """``ref`` is how later notices of the same test name it."""

    type: str
    on: str
    values: dict[str, Any] = field(default_factory=dict)
    by: str = SCHOOL
    ref: str | None = None
    note: str | None = None

    @property
    def occurred_on(self) -> date:
        return date.fromisoformat(self.on)


def _made(type_: str, on: str, defaults: dict[str, Any], given: dict[str, Any]) -> Notice:
    envelope = {name: given.pop(name) for name in ("by", "ref", "note") if name in given}
    return Notice(type_, on, {**defaults, **given}, **envelope)


def registered(on: str = "2024-09-02", **given: Any) -> Notice:
    return _made("pupil_registered", on, PERSON, given)


def joined(on: str = "2024-09-02", **given: Any) -> Notice:
    return _made("joined_roll", on, {"school": SCHOOL, "registration": "C"}, given)


def left(on: str, **given: Any) -> Notice:
    return _made("left_roll", on, {"school": SCHOOL, "ground": "a"}, given)


def suspension(on: str = "2026-03-02", **given: Any) -> Notice:
    """Two days, 2 and 3 March 2026, unless told otherwise."""
    values = {"school": SCHOOL, "sessions": 4, "ends_on": "2026-03-03", "reasons": ["PP"]}
    return _made("suspension", on, values, given)


def permanent_exclusion(on: str = "2026-03-02", **given: Any) -> Notice:
    return _made("permanent_exclusion", on, {"school": SCHOOL, "reasons": ["PP"]}, given)


def cancelled(on: str, **given: Any) -> Notice:
    return _made("exclusion_cancelled", on, {"reason": "New facts"}, given)


def governors(on: str, **given: Any) -> Notice:
    return _made("governors_decision", on, {"decision": "upheld"}, given)


def reviewed_by_panel(on: str, **given: Any) -> Notice:
    return _made("review_decision", on, {"decision": "upheld"}, given)


def notified(on: str, **given: Any) -> Notice:
    values = {"to": "governors", "about": "decision", "method": "email"}
    return _made("notified", on, values, given)


def sixth_day_started(on: str, **given: Any) -> Notice:
    return _made("sixth_day_started", on, {"provider": PRU}, given)


def managed_move(on: str, **given: Any) -> Notice:
    return _made("managed_move", on, {"from_school": SCHOOL, "to_school": OTHER}, given)


def referral(on: str = "2026-03-02", **given: Any) -> Notice:
    values = {"route": "off_site_direction", "provider": PRU, "objectives": ["Attend"]}
    return _made("referral", on, values, given)


def referral_decision(on: str, **given: Any) -> Notice:
    return _made("referral_decision", on, {"decision": "accepted"}, {"by": PRU, **given})


def direction(on: str = "2026-03-02", **given: Any) -> Notice:
    values = {
        "school": SCHOOL, "provider": PRU, "starts_on": "2026-03-04", "ends_on": "2026-06-30",
        "sessions_per_week": 10, "objectives": ["Attend"], "parent_notified_on": "2026-03-02",
    }  # fmt: skip
    return _made("off_site_direction", on, values, given)


def placement(on: str = "2026-03-02", **given: Any) -> Notice:
    values = {
        "provider": PRU, "commissioner": SCHOOL, "reason": "behaviour", "ends_on": "2026-05-01",
        "sessions_per_week": 5, "intent": "return", "checks_confirmed_on": "2026-02-27",
    }  # fmt: skip
    return _made("placement_started", on, values, given)


def placement_changed(on: str, **given: Any) -> Notice:
    return _made("placement_changed", on, {}, given)


def placement_ended(on: str, **given: Any) -> Notice:
    return _made("placement_ended", on, {"end_reason": "returned_to_main_school"}, given)


def review(on: str, **given: Any) -> Notice:
    return _made("review_held", on, {"attended": ["parent", "pupil"]}, given)


def outreach(on: str = "2026-03-02", **given: Any) -> Notice:
    values = {"provider": GARAGE, "school": SCHOOL, "focus": "Staying in class"}
    return _made("outreach_started", on, values, {"by": GARAGE, **given})


def outreach_session(on: str, **given: Any) -> Notice:
    return _made(
        "outreach_session", on, {"minutes": 60, "delivered": True}, {"by": GARAGE, **given}
    )


def outreach_ended(on: str, **given: Any) -> Notice:
    return _made("outreach_ended", on, {"end_reason": "completed"}, {"by": GARAGE, **given})


def return_planned(on: str, **given: Any) -> Notice:
    values = {"school": SCHOOL, "returns_on": "2026-05-05", "lead": "Head of year"}
    return _made("reintegration_planned", on, values, given)


def assessment_shared(on: str, **given: Any) -> Notice:
    values = {
        "school": SCHOOL, "learning": "Reads well", "triggers": "Noise", "needs": "Quiet",
        "recommendations": "Small groups",
    }  # fmt: skip
    return _made("assessment_shared", on, values, {"by": PRU, **given})


def returned(on: str = "2026-03-02", **given: Any) -> Notice:
    return _made("reintegration_started", on, {"school": SCHOOL}, given)


def return_ended(on: str, **given: Any) -> Notice:
    return _made("reintegration_ended", on, {"outcome": "settled"}, given)


def follow_up_done(on: str, **given: Any) -> Notice:
    return _made("follow_up_done", on, {"how": "By telephone"}, given)


def correction(on: str, of: str, **fields: Any) -> Notice:
    return Notice("correction", on, {"of": of, "fields": fields, "reason": "A slip"})


def void(on: str, of: str, **given: Any) -> Notice:
    return _made("void", on, {"of": of, "reason": "Never happened"}, given)


STARTED = (registered(), joined())
