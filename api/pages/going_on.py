"""What can be done next for a pupil by whoever looks: each form with what is known filled in."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from ap_registry.access import Caller, may_send
from ap_registry.notices import CATALOGUE
from ap_registry.store.worklists import ACCEPTED_LATELY
from api.pages.provider_lists import began

Item = Mapping[str, Any]
Step = tuple[str, str, Mapping[str, str | None]]
"""The notice, the words of the link, and what is filled in besides the pupil."""


def next_steps(pupil: Item, caller: Caller, today: date) -> list[tuple[str, str]]:
    """Address and words; ``pupil`` as the caller is shown it, with its timeline.

    Nothing for a pupil without a UPN, by which a form names it.
    """
    if not pupil["upn"]:
        return []
    found = [*_accepted(pupil, caller, today), *_placed(pupil, caller)]
    return [
        (f"/notify/{kind}?{urlencode({'upn': pupil['upn'], **_known(filled)})}", words)
        for kind, words, filled in found
        if may_send(caller, CATALOGUE[kind])
    ]


def _known(filled: Mapping[str, str | None]) -> dict[str, str]:
    return {name: str(value) for name, value in filled.items() if value}


def _accepted(pupil: Item, caller: Caller, today: date) -> Iterator[Step]:
    """Of a referral that was accepted nothing is owed, and it is forgotten the more easily."""
    sent = {item["id"]: item for item in pupil["timeline"] if item["type"] == "referral"}
    for referral in pupil.get("referrals", ()):
        provider, told = referral["provider"], sent.get(referral["id"])
        if referral["decision"] != "accepted" or told is None:
            continue
        if not {provider, told["by"]} & set(caller.organisations):
            continue
        since = referral["occurred_on"]
        begun = (*pupil["placements"], *pupil.get("outreach", ()))
        led = any(one["provider"] == provider and one["starts_on"] >= since for one in begun)
        if not led and date.fromisoformat(referral["decided_on"]) > today - ACCEPTED_LATELY:
            yield _start(pupil, referral, told)


def _start(pupil: Item, referral: Item, told: Item) -> Step:
    about = told["data"].get("about")
    directed: Item = next((one for one in pupil.get("directions", ()) if one["id"] == about), {})
    row = {**directed, "what": referral["route"], "other": told["by"],
           "arising": about or referral["id"]}  # fmt: skip
    return began(row, referral["provider"])


def _placed(pupil: Item, caller: Caller) -> Iterator[Step]:
    """Of each placement that runs, at the caller's or arranged by it."""
    own = set(caller.organisations)
    for one in pupil["placements"]:
        if one["ended_on"] or not {one["provider"], one["commissioner"]} & own:
            continue
        school = None if one["commissioner"].startswith("LA") else one["commissioner"]
        back = {"placement": one["id"], "school": school}
        if one["intent"] != "long_term":
            told = _told_of(pupil, one["id"])
            if "assessment_shared" not in told:
                yield "assessment_shared", "Share an assessment with the school", back
            if "reintegration_planned" not in told:
                yield "reintegration_planned", "Plan the return to school", back
            if "reintegration_started" not in told:
                yield "reintegration_started", "Say that the pupil is back in school", back
        attended = "provider" if one["provider"] in own else "school"
        filled = {"of": one["id"], "purpose": "review", "attended": attended}
        yield "review_held", "Record a review", filled
        yield "placement_ended", "Say that the placement ended", {"placement": one["id"]}


def _told_of(pupil: Item, placement: str) -> set[str]:
    return {
        item["type"] for item in pupil["timeline"]
        if item["status"] != "void" and item["data"].get("placement") == placement
    }  # fmt: skip
