"""How much of a visible pupil each kind of reader is shown (contract section 8, "Who sees")."""

from collections.abc import Mapping
from typing import Any

from ap_registry.access import Caller
from ap_registry.notices import CATALOGUE

Shown = dict[str, Any]
EXCLUSIONS = frozenset({"suspension", "permanent_exclusion"})
ABOUT_IT = frozenset(
    {
        "correction", "void", "notified", "parent_request", "exclusion_cancelled",
        "governors_decision", "review_decision", "sixth_day_started", "view_recorded",
    }
)  # fmt: skip
_OF_EXCLUSIONS = ("exclusion.", "governors.", "sixth-day.", "suspension.")  # rules
_KNOWS_ADDRESSES = frozenset({"la", "admin"})  # of restricted pupils (domain.md section 8)
_KEPT_FROM = {  # ``share`` of a view, by reader; where a pupil is placed is a school to the pupil
    "parent": "not_parent", "school": "not_school", "provider": "not_school",
}  # fmt: skip
_UNREACHABLE = {"email": None, "phone": None, "address": None}
_NAMING = frozenset(name for kind in CATALOGUE.values() for name in kind.references)
_NO_HEALTH = (
    "exclusions", "directions", "outreach", "reintegrations", "managed_moves", "part_time",
    "fair_access", "flags",
)  # fmt: skip
_HEALTH_KEEPS = frozenset({"id", "upn", "former_upns", "version", "placements"})
_HEALTH_DETAILS = frozenset(
    {"given_name", "family_name", "date_of_birth", "sex", "home_la", "nc_year"}
)
_HEALTH_REASONS = frozenset({"mental_health", "physical_health", "pregnancy"})
HEALTH_FACTS: Mapping[str, frozenset[str]] = {
    "pupil_registered": _HEALTH_DETAILS,
    "joined_roll": frozenset({"school", "registration"}),
    "left_roll": frozenset({"school"}),
    "placement_started": frozenset(
        {"provider", "setting_type", "reason", "ends_on", "sessions_per_week"}
    ),
    "placement_changed": frozenset({"placement", "ends_on", "sessions_per_week"}),
    "placement_ended": frozenset({"placement"}),
}


def disclosed(shown: Shown, caller: Caller) -> Shown:
    """The pupil, with its timeline where it has one, as this caller may read it."""
    if shown["restricted"] and caller.role not in _KNOWS_ADDRESSES:
        shown = _without_contacts(shown)
    if "timeline" in shown and caller.role in _KEPT_FROM:
        shown = _without_views(shown, caller)
    if caller.role == "school":
        return _to_school(shown, caller)
    if caller.role == "health":
        return _to_health(shown, caller)
    return shown


def _without_contacts(shown: Shown) -> Shown:
    """Adopted or protected pupils: neither address nor contacts, nor what put these right."""
    found = {**shown, "contacts": []}
    if "timeline" in shown:
        hidden = {item["id"] for item in shown["timeline"] if item["type"] == "contact_recorded"}
        found["timeline"] = [
            item
            for item in shown["timeline"]
            if item["id"] not in hidden and item["data"].get("of") not in hidden
        ]
    return found


def _without_views(shown: Shown, caller: Caller) -> Shown:
    """What pupil or parent said and does not want this reader to have, but for who wrote it down;
    nor what puts it right, takes it back or disputes it."""
    hidden = {
        item["id"]
        for item in shown["timeline"]
        if item["type"] == "view_recorded"
        and item["data"].get("share") == _KEPT_FROM[caller.role]
        and item["by"] not in caller.sees_for
    }
    return {
        **shown,
        "timeline": [
            item
            for item in shown["timeline"]
            if item["id"] not in hidden and item["data"].get("of") not in hidden
        ],
    }


def _to_school(shown: Shown, caller: Caller) -> Shown:
    """Exclusions elsewhere are only in the number of sessions suspended this year."""
    elsewhere = {e["id"] for e in shown["exclusions"] if e["school"] not in caller.organisations}
    elsewhere |= {
        item["id"]
        for item in shown.get("timeline", ())
        if item["type"] in EXCLUSIONS and item["data"]["school"] not in caller.organisations
    }
    if not elsewhere:
        return shown
    own = [e for e in shown["exclusions"] if e["id"] not in elsewhere]
    found = {
        **shown,
        "exclusions": own,
        "parent_requests": [r for r in shown["parent_requests"] if r["of"] not in elsewhere],
        "flags": [f for f in shown["flags"] if _flags_own(f, {e["id"] for e in own}, elsewhere)],
    }
    if "timeline" in shown:
        found["timeline"] = _timeline_without(shown["timeline"], set(elsewhere))
    return found


def _flags_own(flag: Shown, own: set[str], elsewhere: set[str]) -> bool:
    """What is flagged of a decision, or of education that came late, says that there was one."""
    if flag["rule"].startswith(_OF_EXCLUSIONS):
        return flag["event"] in own
    return flag["event"] not in elsewhere


def _timeline_without(timeline: list[Shown], hidden: set[str]) -> list[Shown]:
    """The items left, which name nothing hidden; what is about it is added to ``hidden``."""
    left = []
    for item in timeline:
        names = {item["data"].get(name) for name in _NAMING} & hidden
        if item["id"] in hidden or (names and _is_about(item, hidden)):
            hidden.add(item["id"])
        else:
            left.append(_without(item, hidden) if names else item)
    return left


def _is_about(item: Shown, hidden: set[str]) -> bool:
    """Whether it says something of what is hidden, not only that it arose from it."""
    subjects = CATALOGUE[item["type"]].subjects
    return item["type"] in ABOUT_IT or any(item["data"].get(n) in hidden for n in subjects)


def without_events(shown: Shown, events: set[str]) -> Shown:
    """The export of a pupil without these notices, and without whatever else tells of them."""
    if not events:
        return shown
    hidden = set(events)
    left = _timeline_without(shown["timeline"], hidden)
    lists = {
        name: [one for one in value if not _tells(one, hidden)]
        for name, value in shown.items()
        if isinstance(value, list)
    }
    return {**shown, **lists, "timeline": left}


def _tells(one: object, hidden: set[str]) -> bool:
    """Whether a part of the export is of a hidden event, or was opened or closed by one."""
    if not isinstance(one, dict):
        return False
    return any(one.get(name) in hidden for name in ("id", "event", "opened_by", "closed_by"))


def disclosed_to_family(shown: Shown, reader: str) -> Shown:
    """What the pupil or a parent has a right to: not where other people live or can be reached.

    A parent is not shown what the pupil does not want a parent to have.
    """
    if shown["restricted"]:
        shown = _without_contacts(shown)
    if reader == "parent":
        shown = _without_views(shown, Caller(actor=reader, role=reader))
    contacts = {item["id"] for item in shown["timeline"] if item["type"] == "contact_recorded"}
    return {
        **shown,
        "contacts": [{**one, **_UNREACHABLE} for one in shown["contacts"]],
        "timeline": [
            _unreachable(item) if item["id"] in contacts or item["data"].get("of") in contacts
            else item
            for item in shown["timeline"]
        ],
    }  # fmt: skip


def _unreachable(item: Shown) -> Shown:
    """A notice of a contact, or what puts one right, without address, telephone and e-mail."""
    data = {name: value for name, value in item["data"].items() if name not in _UNREACHABLE}
    if isinstance(data.get("fields"), dict):
        data["fields"] = {k: v for k, v in data["fields"].items() if k not in _UNREACHABLE}
    changes = [one for one in item["changes"] if one["field"] not in _UNREACHABLE]
    return {**item, "data": data, "changes": changes, "note": None}


def _without(item: Shown, hidden: set[str]) -> Shown:
    return {**item, "data": {k: v for k, v in item["data"].items() if v not in hidden}}


def _to_health(shown: Shown, caller: Caller) -> Shown:
    """The minimum data set (domain.md section 8): who, where, from when; a reason of health only.

    Of others' words nothing, of exclusions and funding not even that there were any.
    """
    kept = _HEALTH_KEEPS | _HEALTH_DETAILS
    found: Shown = {name: value if name in kept else None for name, value in shown.items()}
    found |= {name: [] for name in _NO_HEALTH}
    found["rolls"] = [{**spell, "ground": None} for spell in shown["rolls"]]
    found["placements"] = [
        {**placement, "ref": None, "end_reason": None, "reason": health_reason(placement["reason"])}
        for placement in shown["placements"]
    ]
    found["referrals"] = [
        one for one in shown["referrals"] if one["provider"] in caller.organisations
    ]
    if "timeline" in shown:
        found["timeline"] = [
            item if item["by"] in caller.organisations else _health_item(item)
            for item in shown["timeline"]
            if item["by"] in caller.organisations or item["type"] in HEALTH_FACTS
        ]
    return found


def health_reason(reason: str | None) -> str | None:
    return reason if reason in _HEALTH_REASONS else None


def _health_item(item: Shown) -> Shown:
    names = HEALTH_FACTS[item["type"]]
    data = {name: value for name, value in item["data"].items() if name in names}
    if "reason" in data and health_reason(data["reason"]) is None:
        del data["reason"]
    changes = [
        {**change, "reason": None}
        for change in item["changes"]
        if change["field"] in names | {"occurred_on"} - {"reason"}
    ]
    sentence = item["type"].replace("_", " ").capitalize()
    return {**item, "ref": None, "data": data, "changes": changes, "sentence": sentence}
