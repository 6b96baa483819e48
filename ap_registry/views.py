"""A pupil and a timeline as they are shown: from a history, as at an instant and on a day."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from ap_registry.calendar import academic_year
from ap_registry.describing import describe_flag
from ap_registry.happenings import Exclusion, Happening
from ap_registry.history import ACTS, History, Standing, history, picture
from ap_registry.instants import instant
from ap_registry.meanings import SPOKEN
from ap_registry.notice import World
from ap_registry.notices import CATALOGUE
from ap_registry.pupil import Pupil
from ap_registry.suspended import suspended_sessions

REGISTERED = tuple(CATALOGUE["pupil_registered"].fields)


def limited(past: History, on: date) -> History:
    """What had occurred by a day: later facts are as if not recorded yet."""
    kept = {s.entry.id for s in past.standing if s.entry.type in ACTS or s.entry.occurred_on <= on}
    return history(r for r in past.recorded if r.id in kept)


def show_pupil(
    past: History, world: World, *, pupil_id: UUID, first_upn: str | None, on: date,
    as_at_calendars: World | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The pupil as contract section 8 writes it, effective on a day."""
    seen = picture(limited(past, on), as_at_calendars or world, upn=first_upn)
    return {
        "id": str(seen.pupil.shown_as or pupil_id),
        "upn": seen.pupil.upn,
        "former_upns": list(seen.pupil.former_upns),
        "version": past.version,
        **{name: _plain(seen.pupil.detail(name, on)) for name in REGISTERED},
        **_spells(seen.pupil),
        "suspended_sessions_this_year": suspended_sessions(
            seen.pupil, academic_year(on), as_at_calendars or world
        ),
        "flags": [{**describe_flag(f), "event": str(f.event)} for f in seen.flags],
    }


def _plain(value: object) -> Any:
    return msgspec.to_builtins(value)


# What is shown of each part of the state; ``from=occurred_on`` renames.
_SHOWN: Mapping[str, str] = {
    "rolls": "school registration from=occurred_on until=until_on ground",
    "exclusions": "id ref kind school occurred_on ends_on sessions reasons status",
    "referrals": "id ref route provider occurred_on decision decided_on",
    "directions": "id ref school provider occurred_on starts_on ends_on sessions_per_week",
    "placements": "id ref provider commissioner reason starts_on=occurred_on"
    " ends_on=planned_ends_on ended_on end_reason intent sessions_per_week",
    "outreach": "id ref provider school starts_on=occurred_on ended_on end_reason"
    " sessions_delivered=delivered",
    "reintegrations": "id ref school placement started_on=occurred_on phased_until ended_on"
    " outcome",
    "managed_moves": "id ref from_school to_school occurred_on parent_agreed",
    "part_time": "id ref school sessions_per_week starts_on=occurred_on ends_on review_on ended_on",
    "fair_access": "id ref category occurred_on by open decisions responses",
    "decisions": "id panel_on decision school provider starts_on",
    "responses": "id occurred_on school response ground",
    "ehc": "id milestone occurred_on school",
    "funding": "id placement from=occurred_on until=until_on education health social_care band"
    " payer health_payer care_payer",
    "contacts": "id name relation parental_responsibility email phone address language may_see"
    " ended_on",
    "parent_requests": "id of request occurred_on",
}
_WITHIN = frozenset({"decisions", "responses"})  # parts of a fair access case


def _spells(pupil: Pupil) -> dict[str, Any]:
    shown = {
        group: [_shown(group, one) for one in getattr(pupil, group)]
        for group in _SHOWN
        if group not in _WITHIN
    }
    plain: dict[str, Any] = _plain(shown)
    return plain


def _shown(group: str, one: Happening) -> dict[str, object]:
    found: dict[str, object] = {}
    for column in _SHOWN[group].split():
        name, _, attribute = column.partition("=")
        value = getattr(one, attribute or name)
        found[name] = [_shown(name, part) for part in value] if name in _WITHIN else value
    if isinstance(one, Exclusion) and one.kind == "permanent":
        found["sessions"] = None  # it has no length
    return found


def show_timeline(
    past: History, world: World, *, on: date | None = None, seqs: dict[int, int] | None = None
) -> list[dict[str, Any]]:
    """Every notice by day and version, as it stands, with what changed it; void ones too."""
    numbers = seqs or {}
    return [
        _item(standing, world, numbers.get(standing.entry.version))
        for standing in sorted(past.standing, key=_by_day_and_version)
        if on is None or standing.entry.occurred_on <= on
    ]


def _by_day_and_version(standing: Standing) -> tuple[date, int]:
    return standing.entry.occurred_on, standing.entry.version


def _item(standing: Standing, world: World, seq: int | None) -> dict[str, Any]:
    entry = standing.entry
    data = _plain(entry.facts)
    return {
        "id": str(entry.id),
        "type": entry.type,
        "version": entry.version,
        "seq": seq,
        "occurred_on": entry.occurred_on.isoformat(),
        "recorded_at": instant(entry.recorded_at),
        "by": entry.by,
        "ref": entry.ref,
        "data": {k: v for k, v in data.items() if v is not None},
        "status": entry.status,
        "changes": [
            {
                "event": str(c.event),
                "field": c.field,
                "old": _plain(c.old),
                "new": _plain(c.new),
                "reason": c.reason,
                "by": c.by,
                "recorded_at": instant(c.recorded_at),
            }
            for c in standing.changes
        ],
        "sentence": sentence(entry.type, data, world),
    }


class _Words(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "not named"


def sentence(name: str, data: dict[str, Any], world: World) -> str:
    """One line in plain words, organisations by name."""

    def words(field: str, value: object) -> str:
        if isinstance(value, str):
            if spoken := SPOKEN.get(field, {}).get(value):
                return spoken
            found = world.organisation(value)
            if found is not None:
                return found.name
            try:
                day = datetime.strptime(value, "%Y-%m-%d")
                return f"{day.day} {day:%B %Y}"
            except ValueError:
                return value.replace("_", " ")
        return str(value)

    kind = CATALOGUE[name]
    text = kind.sentence.format_map(
        _Words({k: words(k, v) for k, v in data.items() if v is not None})
    )
    return text[:1].upper() + text[1:]
