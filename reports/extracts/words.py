"""Codes in plain words, for people who read a report and know no code."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from ap_registry.codes import EXCLUSION_REASONS

REASONS: Mapping[str, str] = {
    "behaviour": "Behaviour",
    "permanent_exclusion": "Permanent exclusion",
    "suspension": "Suspension",
    "mental_health": "Mental health",
    "physical_health": "Physical health",
    "pregnancy": "Pregnancy or childcare",
    "no_school_place": "No school place",
    "ehc_plan": "Named in an EHC plan",
    "other": "Other",
}
ENDS: Mapping[str, str] = {
    "returned_to_main_school": "Returned to the main school",
    "new_mainstream": "Went to another mainstream school",
    "special_school": "Went to a special school",
    "other_ap": "Went to other alternative provision",
    "post_16": "Left for education or work after 16",
    "ehe": "Elective home education",
    "cme": "Missing education",
    "custody": "Custody",
    "moved_area": "Moved away",
    "left_england": "Left England",
    "permanent_exclusion": "Permanently excluded",
    "breakdown": "Broke down",
    "provider_closed": "The provider closed",
    "parental_withdrawal": "Withdrawn by a parent",
    "died": "Died",
    "error": "Recorded in error",
}
# School Attendance (Pupil Registration) (England) Regulations 2024 (SI 2024/208) reg. 9(1)
GROUNDS: Mapping[str, str] = {
    "a": "Registered at another school",
    "b": "Does not go on after nursery",
    "c": "Also registered elsewhere, and the other school agrees",
    "d": "A school attendance order was changed to another school",
    "e": "A school attendance order was revoked",
    "f": "Home education, notified in writing",
    "g": "No longer lives within a reasonable distance",
    "h": "Did not return from leave",
    "i": "Absent for 20 school days without a break",
    "j": "Sentenced to detention",
    "k": "Died",
    "l": "Over compulsory school age and not going on",
    "m": "Boarder whose fees were not paid",
    "n": "Left an independent or non-maintained special school",
    "o": "Permanently excluded",
    "over_age": "Over compulsory school age",
    "none": "No lawful ground was named",
}


def reasons(codes: tuple[str, ...] | None) -> str:
    """Of an exclusion, the first the most important."""
    labels = [EXCLUSION_REASONS.labels.get(code, code) for code in codes or ()]
    return "; ".join(labels)


def days(sessions: int) -> str:
    """Half days as days: 5 are 2½."""
    whole, half = divmod(sessions, 2)
    number = f"{whole or ''}½" if half else str(whole)
    return f"{number} day" + ("" if sessions in {1, 2} else "s")


def plain(code: str | None) -> str:
    return (code or "").replace("_", " ").capitalize()


def dated(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The same with the days of these columns as days, for sheets and words; no name is said so."""
    days = {
        name: date.fromisoformat(row[name])
        for name in names or [key for key in row if key.endswith("_on")]
        if isinstance(row.get(name), str)
    }
    named = {"name": row["name"] or "No name on record"} if "name" in row else {}
    return {**row, **days, **named}
