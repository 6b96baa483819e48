"""Where each duty is discharged: the form, with pupil and subject filled in."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from ap_registry.access import Caller, may_send
from ap_registry.notices import CATALOGUE
from ap_registry.notices.transitions import NAMES as DESTINATION_CHECKS

_TELL: Mapping[str, tuple[str, str]] = {
    "parent_notice": ("parent", "decision"),
    "la_notice": ("la", "decision"),
    "governors_notice": ("governors", "decision"),
    "social_worker_notice": ("social_worker", "decision"),
    "virtual_school_head_notice": ("virtual_school_head", "decision"),
    "day_six_notice": ("parent", "day_six_education"),
    "governors_outcome": ("parent", "outcome"),
    "off_site_outcome": ("parent", "outcome"),
    "cancellation_notice": ("parent", "cancellation"),
    "new_pupil_return": ("la", "return"),
    "deletion_return": ("la", "return"),
}
_REVIEWS = frozenset({
    "reintegration_review_10", "reintegration_review_30", "reintegration_review_60",
    "reintegration_two_terms", "off_site_review", "placement_review", "part_time_review",
})  # fmt: skip
_BY_EXCLUSION: Mapping[str, str] = {
    "sixth_day_provision": "sixth_day_started", "governors_meeting": "governors_decision",
}  # fmt: skip
_OF_CASE = frozenset({"fair_access_place", "fair_access_refusal"})


def form_of(item: Mapping[str, Any], caller: Caller) -> str | None:
    """Address of the form for a duty that the caller's organisation owes; None: nothing to send.

    It names what opened the duty: of a rung that an earlier review opened, that review, from which
    the form knows what is reviewed.
    """
    if item["owner"] not in caller.organisations or not item["upn"]:
        return None
    if item["kind"] == "fair_access_place" and caller.role in {"la", "panel"}:
        return f"/panel/cases/{item['opened_by']}/decide"
    kind, values = _form(item)
    if not may_send(caller, CATALOGUE[kind]):
        kind, values = "follow_up_done", {"follow_up": item["id"]}
    if not may_send(caller, CATALOGUE[kind]):
        return None
    return f"/notify/{kind}?{urlencode({'upn': item['upn'], **values})}"


def words_of(kind: str) -> str:
    """What the form of a duty is for, as its link says it."""
    if kind == "health_response":
        return "Answer it"
    return "Record the decision" if kind in _OF_CASE else "Say that it was done"


def _form(item: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    kind, opener = item["kind"], item["opened_by"]
    if kind in _TELL:
        to, about = _TELL[kind]
        return "notified", {"of": opener, "to": to, "about": about}
    if kind in _BY_EXCLUSION:
        return _BY_EXCLUSION[kind], {"exclusion": opener}
    if kind == "health_response":
        return kind, {"about": opener}
    if kind in _REVIEWS:
        return "review_held", {"of": opener}
    if kind == "section_19":
        return "placement_started", {"arising_from": opener}
    if kind in _OF_CASE:
        return "fair_access_decision", {"case": opener}
    if kind in DESTINATION_CHECKS:
        return "destination_recorded", {}
    return "follow_up_done", {"follow_up": item["id"]}
