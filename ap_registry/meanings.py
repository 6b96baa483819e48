"""What codes mean, by the field that takes them: for forms and docs/framework.md."""

from collections.abc import Mapping

from ap_registry import codes

MEANINGS: Mapping[str, Mapping[str, str]] = {
    "reasons": codes.EXCLUSION_REASONS.labels,
    "sen_need": codes.SEN_NEED.labels,
    "sen_provision": {"N": "No support", "K": "SEN support", "E": "EHC plan"},
    "sex": {"F": "Female", "M": "Male", "U": "Unknown"},
    "starts_session": {"AM": "Morning", "PM": "Afternoon"},
    "registration": {
        "C": "Current, this school only (C)", "M": "Dual, main school (M)",
        "S": "Dual, subsidiary school (S)", "G": "Guest (G)", "F": "Further education college (F)",
        "O": "Other provider (O)",
    },
    "setting_type": {
        "NFE": "Non-maintained further education", "OOT": "One-to-one tuition",
        "OTH": "Other unregistered provider", "WBP": "Work-based placement",
    },
    "social_worker": {"none": "None", "cin": "Child in need", "cp": "Child protection plan"},
    "looked_after": {"none": "No", "current": "Now", "previous": "Formerly"},
    "to": {
        "la": "The local authority", "home_la": "The home local authority",
        "care_la": "The local authority that looks after the pupil", "parent": "A parent",
        "pupil": "The pupil", "governors": "The governors", "school": "The school",
        "provider": "The provider", "health": "The health service",
        "social_worker": "The social worker", "virtual_school_head": "The virtual school head",
    },
    "attended": {"la": "Local authority"},
    "end_reason": {"ehe": "Elective home education", "cme": "Missing education"},
    "decision": {
        "school": "A place at a school", "ap": "A place in alternative provision",
        "deferred": "Deferred to a later meeting",
        "refer_send": "Referred for special educational needs",
        "not_fap": "Not within fair access", "directed": "A school is directed to admit",
    },
    "response": {
        "contributed": "Contributed to the plan", "waiting": "There is a wait",
        "started": "The work has begun", "closed": "It is finished", "no_role": "We have no role",
    },
    "category": codes.FAIR_ACCESS_CATEGORY.labels,
    "activity": codes.NCCIS_ACTIVITY.labels,
    "ground": {"over_age": "Over compulsory school age", "none": "No ground applies"},
}  # fmt: skip
_LEVELS = {"L1": "level 1", "L2": "level 2", "E1": "entry level 1", "E2": "entry level 2",
           "E3": "entry level 3", "U": "ungraded"}  # fmt: skip
# Within a sentence, where the code itself says nothing to people.
SPOKEN: Mapping[str, Mapping[str, str]] = {
    "qualification": {"gcse": "GCSE"},
    "grade": _LEVELS,
    "level": _LEVELS | {str(n): f"level {n}" for n in range(1, 9)},
    "stage": {"baseline": "at the start", "interim": "in between", "exit": "at the end"},
    "instrument": {"sdq_total": "SDQ, total score", "boxall_developmental": "Boxall, developmental",
                   "boxall_diagnostic": "Boxall, diagnostic"},
    "end_reason": {"ehe": "elective home education", "cme": "missing education",
                   "post_16": "finished Year 11", "error": "recorded by mistake"},
}  # fmt: skip
