"""A meeting's minutes: what was decided and agreed, as it was signed, and what was said since."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from ap_registry.registry import Registry
from ap_registry.store.minutes import entries
from reports.panel.cases import cases
from reports.panel.duties import actions, with_words
from reports.panel.meeting import Meeting, meeting


def minutes(registry: Registry, la: str, on: date) -> dict[str, Any]:
    """``cases`` and ``actions`` as signed, or as they stand now while nobody has signed.

    ``since``: notices about the meeting that came after it was signed; they change nothing in it.
    """
    with meeting(registry, la, on) as now:
        found = entries(now.connection, now.owner, on)
        standing = decided(now)
    signed = next((one for one in found if one.kind == "signed"), None)
    if signed is not None:
        with meeting(registry, la, on, signed.known_by) as then:
            as_signed = decided(then)
    else:
        as_signed = standing
    return {
        "la": la,
        "on": str(on),
        **as_signed,
        "signed": signed.as_json if signed else None,
        "corrections": [one.as_json for one in found if one.kind == "correction"],
        "since": _since(as_signed, standing),
    }


def _since(signed: Mapping[str, Any], standing: Mapping[str, Any]) -> dict[str, int]:
    """How many notices are new, how many no longer hold, how many decisions were corrected."""
    before, after = ({c["case"]: c["decided"] for c in one["cases"]} for one in (signed, standing))
    return {
        "new": len(set(standing["events"]) - set(signed["events"])),
        "gone": len(set(signed["events"]) - set(standing["events"])),
        "corrected": sum(
            case in after and after[case]["event"] == was["event"] and after[case] != was
            for case, was in before.items()
        ),
    }


def decided(meeting: Meeting) -> dict[str, Any]:
    """Decisions of the day with who was present, actions agreed on it, and the notices by id."""
    before_it = cases(meeting)
    found = [one for one in before_it if one["decided"]]
    pupils = {one["pupil_id"]: one["name"] for one in before_it}
    agreed = [
        {**one, "name": pupils[one["pupil_id"]]}
        for one in with_words(meeting, actions(meeting, meeting.on))
        if one["pupil_id"] in pupils and one["agreed_on"] == str(meeting.on)
    ]
    present = dict.fromkeys(who for one in found for who in one["decided"]["present"])
    return {
        "cases": found,
        "actions": agreed,
        "present": list(present),
        "events": [one["decided"]["event"] for one in found] + [one["event"] for one in agreed],
    }
