"""The codes of the movements report in words."""

from collections.abc import Mapping
from datetime import date

from reports.movements.happened import NOT_SAID
from reports.movements.places import SETTINGS

DIMENSIONS: Mapping[str, str] = {
    "route": "How it came about",
    "reason": "Reason",
    "setting": "Setting",
    "provider": "Provider",
    "next": "What came next",
    "school": "Main school",
    "year_group": "Year group",
    "sen_provision": "SEN provision",
    "home_la": "Home LA",
    "month": "Month",
}
MOVEMENTS: Mapping[str, str] = {
    "placement_started": "AP placements started",
    "placement_ended": "AP placements ended",
    "suspension": "Suspensions",
    "lunchtime_suspension": "Lunchtime suspensions",
    "permanent_exclusion": "Permanent exclusions",
    "off_site_direction": "Off-site directions begun",
    "managed_move": "Managed moves",
    "fair_access_referral": "Fair access referrals",
    "reintegration_started": "Returns begun (reintegration)",
    "reintegration_settled": "Returns that settled",
    "reintegration_broke_down": "Returns that broke down",
    "outreach_started": "Outreach started",
    "outreach_ended": "Outreach ended",
    "part_time_started": "Part-time timetables started",
    "part_time_ended": "Part-time timetables ended",
    "joined_roll": "Joined a roll",
    "left_roll": "Left a roll",
}
_CODES: Mapping[str, str] = {
    **SETTINGS,
    NOT_SAID: "not stated",
    "none": "none on record",
    "ehc_plan": "EHC plan",
    "section_19": "section 19",
    "off_site_direction": "off-site direction",
    "other_ap": "other AP",
    "ehe": "home education",
    "cme": "missing education",
    "left_england": "left England",
    "post_16": "post-16",
    "still_placed": "still placed",
}
_SEN: Mapping[str, str] = {"N": "none", "K": "SEN support", "E": "EHC plan"}


def named(by: str, value: str, names: Mapping[str, str]) -> str:
    """A value of a dimension as people say it; organisations by their name."""
    if by in {"provider", "school"}:
        return names.get(value, in_words(value))
    if by == "home_la":
        return names.get(f"LA{value}", in_words(value))
    if by == "sen_provision":
        return _SEN.get(value, in_words(value))
    if by == "year_group" and value.lstrip("-").isdigit():
        return f"Year {value}" if int(value) > 0 else "Reception or younger"
    if by == "month":
        return f"{date.fromisoformat(f'{value}-01'):%B %Y}"
    return in_words(value)


def in_words(code: str) -> str:
    return _CODES.get(code, code.replace("_", " "))
