"""What follows a notice besides duties, in plain words, and where one goes on from it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

NOTHING = "Nobody has to do anything more because of it."
_NO_PROVIDER = (
    "No provider is named, so nobody is asked yet. Once you know which, correct the referral and"
    " name it."
)
_ASKED = (
    "The provider finds it among its referrals to answer. Whether it takes the pupil then stands"
    " on the pupil's timeline."
)
_ANSWERED: Mapping[str, str] = {
    "accepted": "Whoever referred the pupil sees it. When the pupil comes, say that the placement"
    " started.",
    "declined": "Whoever referred the pupil sees it, and can refer to another provider.",
    "withdrawn": "Whoever was asked sees it: the referral is closed.",
}
_DECIDED: Mapping[str, str] = {
    "school": "The school answers the panel. Once it has taken the pupil, it says when the pupil"
    " joined its roll.",
    "directed": "The school admits the pupil, and says when the pupil joined its roll.",
    "ap": "Whoever places the pupil says when the placement started.",
    "deferred": "The case stays open, and stands on the agenda of the next meeting.",
    "refer_send": "The case is closed here. Say that an EHC assessment was asked for, once it is.",
    "not_fap": "The case is closed: the ordinary admission rules hold.",
}
_REPLIED: Mapping[str, str] = {
    "accepted": "The panel sees it. Say when the pupil joined the school's roll.",
    "refused": "The panel sees it, and decides anew.",
}


def follows(kind: str, said: Mapping[str, Any]) -> str:
    """``said``: the facts of the notice, or the answers of its form; empty: only duties follow."""
    if kind == "referral":
        return _ASKED if said.get("provider") else _NO_PROVIDER
    by = {
        "referral_decision": (_ANSWERED, "decision"),
        "fair_access_decision": (_DECIDED, "decision"),
        "fair_access_response": (_REPLIED, "response"),
    }  # fmt: skip
    words, name = by.get(kind, ({}, ""))
    return words.get(str(said.get(name, "")), "")


def onward(said: Mapping[str, Any], upn: str | None) -> tuple[str, str] | None:
    """Address and words of the form that comes after a panel's decision, where one does."""
    if said.get("decision") != "ap" or not upn:
        return None
    filled = {"upn": upn, **({"provider": str(said["provider"])} if said.get("provider") else {})}
    return f"/notify/placement_started?{urlencode(filled)}", "Say that the placement started"
