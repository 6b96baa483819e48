"""By which rule of definition v1 an episode counts as it does, in plain words."""

from collections.abc import Mapping

from reports.measures.episode import Place
from reports.outcome_words import EXCLUDED

PLACES: Mapping[Place, str] = {
    Place.SUCCESS: "went well",
    Place.FAILED: "did not go well",
    Place.PENDING: "pending",
    Place.UNKNOWN: "unknown",
    Place.EXCLUDED: "not counted",
}
SOURCES: Mapping[str, str] = {
    "outreach": "O1", "attendance": "O2", "reintegration": "O3", "attainment": "O4",
    "post_16": "O5", "wellbeing": "wellbeing", "case_mix": "case mix",
}  # fmt: skip
_BACK_OUT = {
    "off_roll": "On the last day not on the roll of a mainstream or special school.",
    "half_absent": "Absent from half of the possible sessions or more.",
    "too_few_registers": "Fewer than 30 possible sessions are on registers.",
}
_RULES: Mapping[str, Mapping[str, str]] = {
    "outreach": {
        **_BACK_OUT,
        "suspended": "Suspended in the 60 school days after the outreach.",
        "stepped_up": "Permanently excluded, placed in AP, directed off site or moved between the"
        " start of the outreach and the 60th school day after it.",
        "placed": "In an AP placement on the 60th school day.",
        "stayed": "Stayed in school for 60 school days after the outreach.",
        "not_over": "The 60 school days after the outreach are not over, or are not loaded.",
    },
    "attendance": {
        "early_end": "Ended within 15 school days, and not for the better.",
        "no_registers": "No possible session is on a register after the start.",
        "improved": "Attended 5 percentage points more of the sessions than before, or 90 %"
        " before and after.",
        "not_improved": "Attended less than 5 percentage points more of the sessions than before.",
        "not_over": "The 60th school day of the placement is yet to come.",
    },
    "reintegration": {
        **_BACK_OUT,
        "not_returned": "Not back in a mainstream or special school within 10 school days.",
        "excluded_again": "Permanently excluded after the placement and before 60 school days of"
        " the return were over.",
        "placed_again": "Placed in AP again before 60 school days of the return were over.",
        "broke_down": "The return broke down before its 60 school days were over.",
        "sustained": "Back within 10 school days, and stayed for 60.",
        "not_over": "The 70 school days after the placement are not over, or are not loaded.",
    },
    "attainment": {
        "both_subjects": "English and maths each at Level 1 or above by 31 August.",
        "not_both_subjects": "No award at Level 1 or above in English, or none in maths, by"
        " 31 August.",
        "not_over": "31 August of Year 11 is yet to come.",
    },
    "post_16": {
        "took_part": "In education, training, an apprenticeship or work from October to March.",
        "did_not_take_part": "Not in education, training, an apprenticeship or work at each month's"
        " end from October to March, nor in work at five, nor six months an apprentice.",
        "nothing_known": "Nothing is known from October to March: counts as not taking part.",
        "not_over": "31 March after Year 11 is yet to come.",
    },
}


def rule(measure: str, place: Place | None, reason: str | None) -> str:
    """The sentence for an episode; of one that only has figures beside it, nothing."""
    if place is None or reason is None:
        return ""
    if place is Place.EXCLUDED:
        return EXCLUDED[reason]
    return _RULES[measure][reason]
