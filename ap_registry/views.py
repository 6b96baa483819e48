"""A pupil and a timeline as they are shown: from a history, as at an instant and on a day."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from ap_registry.calendar import academic_year
from ap_registry.describing import describe_flag
from ap_registry.history import ACTS, History, Standing, history, picture
from ap_registry.instants import instant
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


def _spells(pupil: Pupil) -> dict[str, Any]:
    shown = {
        "rolls": [
            {
                "school": s.school, "registration": s.registration, "from": s.occurred_on,
                "until": s.until_on, "ground": s.ground,
            }
            for s in pupil.rolls
        ],
        "exclusions": [
            {
                "id": e.id, "ref": e.ref, "kind": e.kind, "school": e.school,
                "occurred_on": e.occurred_on, "ends_on": e.ends_on,
                "sessions": e.sessions if e.kind != "permanent" else None,
                "reasons": e.reasons, "status": e.status,
            }
            for e in pupil.exclusions
        ],
        "referrals": [
            {
                "id": r.id, "ref": r.ref, "route": r.route, "provider": r.provider,
                "occurred_on": r.occurred_on, "decision": r.decision, "decided_on": r.decided_on,
            }
            for r in pupil.referrals
        ],
        "directions": [
            {
                "id": d.id, "ref": d.ref, "school": d.school, "provider": d.provider,
                "occurred_on": d.occurred_on, "starts_on": d.starts_on, "ends_on": d.ends_on,
                "sessions_per_week": d.sessions_per_week,
            }
            for d in pupil.directions
        ],
        "placements": [
            {
                "id": p.id, "ref": p.ref, "provider": p.provider, "commissioner": p.commissioner,
                "reason": p.reason, "starts_on": p.occurred_on, "ends_on": p.planned_ends_on,
                "ended_on": p.ended_on, "end_reason": p.end_reason, "intent": p.intent,
                "sessions_per_week": p.sessions_per_week,
            }
            for p in pupil.placements
        ],
        "outreach": [
            {
                "id": o.id, "ref": o.ref, "provider": o.provider, "school": o.school,
                "starts_on": o.occurred_on, "ended_on": o.ended_on, "end_reason": o.end_reason,
                "sessions_delivered": o.delivered,
            }
            for o in pupil.outreach
        ],
        "reintegrations": [
            {
                "id": r.id, "ref": r.ref, "school": r.school, "placement": r.placement,
                "started_on": r.occurred_on, "phased_until": r.phased_until,
                "ended_on": r.ended_on, "outcome": r.outcome,
            }
            for r in pupil.reintegrations
        ],
        "managed_moves": [
            {
                "id": m.id, "ref": m.ref, "from_school": m.from_school, "to_school": m.to_school,
                "occurred_on": m.occurred_on, "parent_agreed": m.parent_agreed,
            }
            for m in pupil.managed_moves
        ],
        "part_time": [
            {
                "id": t.id, "ref": t.ref, "school": t.school,
                "sessions_per_week": t.sessions_per_week, "starts_on": t.occurred_on,
                "ends_on": t.ends_on, "review_on": t.review_on, "ended_on": t.ended_on,
            }
            for t in pupil.part_time
        ],
        "fair_access": [
            {
                "id": c.id, "ref": c.ref, "category": c.category, "occurred_on": c.occurred_on,
                "by": c.by, "open": c.open,
                "decisions": [
                    {
                        "id": d.id, "panel_on": d.panel_on, "decision": d.decision,
                        "school": d.school, "provider": d.provider, "starts_on": d.starts_on,
                    }
                    for d in c.decisions
                ],
                "responses": [
                    {
                        "id": r.id, "occurred_on": r.occurred_on, "school": r.school,
                        "response": r.response, "ground": r.ground,
                    }
                    for r in c.responses
                ],
            }
            for c in pupil.fair_access
        ],
        "ehc": [
            {"id": m.id, "milestone": m.milestone, "occurred_on": m.occurred_on, "school": m.school}
            for m in pupil.ehc
        ],
        "funding": [
            {
                "id": f.id, "placement": f.placement, "from": f.occurred_on, "until": f.until_on,
                "education": f.education, "health": f.health, "social_care": f.social_care,
                "band": f.band, "payer": f.payer, "health_payer": f.health_payer,
                "care_payer": f.care_payer,
            }
            for f in pupil.funding
        ],
        "contacts": [
            {
                "id": c.id, "name": c.name, "relation": c.relation,
                "parental_responsibility": c.parental_responsibility, "email": c.email,
                "phone": c.phone, "address": c.address, "language": c.language,
                "may_see": c.may_see, "ended_on": c.ended_on,
            }
            for c in pupil.contacts
        ],
        "parent_requests": [
            {"id": r.id, "of": r.of, "request": r.request, "occurred_on": r.occurred_on}
            for r in pupil.parent_requests
        ],
    }  # fmt: skip
    plain: dict[str, Any] = _plain(shown)
    return plain


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

    def words(value: object) -> str:
        if isinstance(value, str):
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
    text = kind.sentence.format_map(_Words({k: words(v) for k, v in data.items()}))
    return text[:1].upper() + text[1:]
