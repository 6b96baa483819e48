"""Notices that would put the registry right, where the file is: a person looks at each."""

from collections.abc import Mapping
from typing import Any

from ap_registry.census_in.document import Child, Setting
from ap_registry.happenings import Placement, RollSpell
from reports.census_compared.held import Held
from reports.census_compared.told import Row
from reports.pupils import Known

ASKED = ""  # a cell that a person fills in


def of_stranger(held: Held, child: Child) -> list[Row]:
    """The first notice of each carries who the pupil is.

    An LA answers for the children of its AP census; where a school's pupil lives its file does not
    say, and is asked: a blank cell.
    """
    home_la = held.header.la if held.of_la else ASKED
    first = {"upn": child.upn, **child.details, "home_la": home_la}
    started = [placement(held, one) for one in child.placements]
    if held.of_la:
        return [{**one, **first} for one in started or [_registered(held)]]
    joined = _joined(held, child)
    return [{**joined, **first}, *({**one, "upn": child.upn} for one in started)]


def _registered(held: Held) -> Row:
    return {
        "type": "pupil_registered", "by": held.organisation.id,
        "occurred_on": held.told_on.isoformat(),
    }  # fmt: skip


def _who(known: Known) -> Row:
    return {"upn": known.upn} if known.upn else {"pupil_id": str(known.id)}


def details(held: Held, known: Known, changed: Mapping[str, str]) -> Row:
    """As on the day of the census, or today, where that is still to come."""
    return {
        "type": "pupil_details_changed", **_who(known), "by": held.organisation.id,
        "occurred_on": held.told_on.isoformat(), **changed,
    }  # fmt: skip


def placement(held: Held, theirs: Setting, *, known: Known | None = None) -> Row:
    """Why, and for how long it is meant, a file can only say in codes, or not at all."""
    return {
        "type": "placement_started", **(_who(known) if known else {}),
        "by": held.organisation.id, "occurred_on": _iso(theirs.starts_on),
        "provider": _provider(held, theirs), "commissioner": held.organisation.id,
        "reason": held.reason(theirs.reason), "setting_type": theirs.setting_type,
        "sessions_per_week": theirs.sessions_per_week,
    }  # fmt: skip


def _provider(held: Held, theirs: Setting) -> str | None:
    """None where the file says no more than what type of setting it is."""
    found = held.seen.present.organisation(theirs.urn) if theirs.urn else None
    return found.id if found else theirs.urn


def of_placement(held: Held, known: Known, theirs: Setting, ours: Placement) -> list[Row]:
    """What was recorded of it is corrected; an end that is not on record is notified."""
    wrong: dict[str, Any] = {}
    if theirs.starts_on is not None and theirs.starts_on != ours.occurred_on:
        wrong["occurred_on"] = theirs.starts_on.isoformat()
    if theirs.sessions_per_week not in {None, ours.sessions_per_week}:
        wrong["sessions_per_week"] = theirs.sessions_per_week
    reason = held.reason(theirs.reason)
    if reason is not None and reason != ours.reason:
        wrong["reason"] = reason
    found = [_correction(held, known, ours.id, wrong)] if wrong else []
    if theirs.ends_on is None or theirs.ends_on == ours.ended_on:
        return found
    ends_on = theirs.ends_on.isoformat()
    if ours.ended_by is not None:
        return [*found, _correction(held, known, ours.ended_by, {"occurred_on": ends_on})]
    ended = {
        "type": "placement_ended", **_who(known), "by": held.organisation.id,
        "occurred_on": ends_on, "placement": str(ours.id),
    }  # fmt: skip
    return [*found, ended]


def rolls(held: Held, child: Child, known: Known) -> list[Row]:
    """The school's pupil by the file, and not by the registry."""
    joined = {**_joined(held, child), **_who(known)}
    return [joined, *([_left(held, child, known)] if child.gone else [])]


def _joined(held: Held, child: Child) -> Row:
    said = child.registration or ""
    return {
        "type": "joined_roll", "by": held.organisation.id, "occurred_on": _iso(child.starts_on),
        "school": held.organisation.id, "registration": said if said in "CMSGFO" else None,
    }  # fmt: skip


def _left(held: Held, child: Child, known: Known) -> Row:
    """By which ground no census says."""
    return {
        "type": "left_roll", **_who(known), "by": held.organisation.id,
        "occurred_on": _iso(child.ends_on), "school": held.organisation.id,
    }  # fmt: skip


def roll(held: Held, child: Child, known: Known, spell: RollSpell) -> list[Row]:
    wrong: dict[str, Any] = {}
    said = child.registration or ""
    if said and said in "CMSGFO" and said != spell.registration and not child.gone:
        wrong["registration"] = said
    if child.starts_on is not None and child.starts_on != spell.occurred_on:
        wrong["occurred_on"] = child.starts_on.isoformat()
    found = [_correction(held, known, spell.id, wrong)] if wrong else []
    if not child.gone or child.ends_on is None or child.ends_on == spell.until_on:
        return found
    if spell.left_by is None:
        return [*found, _left(held, child, known)]
    ends_on = {"occurred_on": child.ends_on.isoformat()}
    return [*found, _correction(held, known, spell.left_by, ends_on)]


def _correction(held: Held, known: Known, of: object, fields: Mapping[str, Any]) -> Row:
    named = "AP census" if held.of_la else "school census"
    return {
        "type": "correction", **_who(known), "by": held.organisation.id,
        "occurred_on": held.seen.today.isoformat(), "of": str(of), "fields": dict(fields),
        "reason": f"The {named} of {held.on.isoformat()} says otherwise",
    }  # fmt: skip


def _iso(day: object) -> str | None:
    return str(day) if day is not None else None
