"""Plain words of the pack: what a duty is called, what was decided, and the notes at its end."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from ap_registry.meanings import MEANINGS

NOTES = (
    ("Days used, days late", "School days of the LA since the day of the referral, that day not"
     " counted. A place is due within 20 (School Admissions Code 2021, paragraph 3.19)."),
    ("Decided again", "Where a school refused, the days run on until the panel has decided anew;"
     " how many it took to its first decision is said beside them."),
    ("Category", "Why the pupil is within fair access: School Admissions Code 2021, paragraph"
     " 3.17, a to m."),
    ("Turn", "Schools by the pupils they have admitted through the panel since September for each"
     " 100 on roll, the fewest first. Level schools: what they took in the two years before, then"
     " the larger roll. The panel decides; the turn only says what is fair by numbers."),
    ("On roll, places", "From the last headcounts that were imported by the day of the meeting."),
    ("Signal", "The registry flagged the removal: no lawful ground, removed before the review was"
     " over, or home education soon after a suspension or placement or in Years 10 and 11 before"
     " the January census."),
    ("Likely range", "Wilson 95 % interval."),
    ("Gone up", "By the rules escalation.la and escalation.panel: so many working days after the"
     " day on which it was due."),
)  # fmt: skip
_DECISIONS: Mapping[str, str] = {
    "school": "place at {school_name}",
    "ap": "AP at {provider_name}",
    "deferred": "deferred",
    "refer_send": "referred for special educational needs",
    "not_fap": "not within fair access",
    "directed": "{school_name} directed to admit",
}


def decision_words(decision: Mapping[str, Any]) -> str:
    return _DECISIONS[decision["decision"]].format_map(decision)


def used_words(case: Mapping[str, Any]) -> str:
    """The days until the decision that stands, and those until one that a school has undone."""
    used = f"{case['days_used']} of {case['days_allowed']} school days used"
    if case["first_decided_on"] is None:
        return used
    first = date.fromisoformat(case["first_decided_on"])
    return f"{used}; {case['days_to_first']} when first decided on {first.day} {first:%B %Y}"


def need_words(case: Mapping[str, Any]) -> str:
    """Of special educational needs, the provision and the main need."""
    provision = MEANINGS["sen_provision"].get(case["sen_provision"], "not known")
    need = MEANINGS["sen_need"].get(case["sen_need"], "")
    return f"{provision}, {need}" if need else provision
