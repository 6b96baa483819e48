"""Rows from a picture: pure, and the same on a rebuild."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid5

from ap_registry.follow_ups import NAMESPACE, Key, key_of
from ap_registry.happenings import Happening
from ap_registry.history import Picture
from ap_registry.merging import members
from ap_registry.notice import FollowUp, World, source
from ap_registry.notices.exclusion_decisions import EXCLUSIONS
from ap_registry.pupil import Pupil
from ap_registry.rules import rule
from ap_registry.store import codec
from ap_registry.store.cared_for import cared_for, spells
from ap_registry.store.told_health import told

NEVER_JOINED = ""  # the registration of a spell that begins and ends with the leave
Row = Mapping[str, object]
Rows = dict[str, dict[UUID, Row]]


def rows(picture: Picture, world: World, pupil_id: UUID) -> Rows:
    """Every derived row of a pupil but follow-ups, by table and key."""
    pupil = picture.pupil
    tables: Rows = {name: dict(make(pupil)) for name, make in _MAKERS.items()}
    if pupil.details:
        tables["identity"] = {pupil_id: _identity(pupil)}
    if merged := members(picture.history):
        tables["merged"] = {other: {"other": other} for other in merged}
    tables["placement"] = dict(_placements(picture))
    tables["flag"] = {
        _key(f"{flag.event}/{flag.rule}/{flag.detail}"): {
            "event": flag.event, "rule": flag.rule, "detail": flag.detail, "source": flag.source,
        }
        for flag in picture.flags
    }  # fmt: skip
    tables["visibility"] = dict(_visibility(picture, world))
    return tables


@lru_cache(maxsize=20_000)
def _key(name: str) -> UUID:
    """The same for what is computed before a notice and after it."""
    return uuid5(NAMESPACE, name)


def follow_up_row(owed: FollowUp) -> Row:
    return {
        "kind": owed.kind,
        "owner": owed.owner,
        "opened_on": owed.opened_on,
        "due_on": owed.due_on,
        "closed_on": owed.closed_on,
        "outcome": owed.outcome,
        "opened_by": owed.opened_by,
        "closed_by": owed.closed_by,
        "how": owed.how,
        "rule": owed.rule,
        "source": source(owed.rule, owed.opened_on),
        "statutory": rule(owed.rule, owed.opened_on).statutory,
        "calendar": owed.calendar,
        "clock_on": owed.clock_on or owed.opened_on,
        "counts_start": owed.counts_start,
        "origin": "movements",
    }


def follow_up_key(owed: FollowUp) -> UUID:
    return key_of(owed.kind, owed.opened_by)


def visibility_rows(
    picture: Picture, world: World
) -> Iterator[tuple[str, date | None, date | None]]:
    """(organisation, from, until) for whoever may see the pupil."""
    for _key, row in _visibility(picture, world):
        yield row["organisation"], row["from_on"], row["until_on"]  # type: ignore[misc]


Made = Iterator[tuple[UUID, Row]]


def _identity(pupil: Pupil) -> Row:
    last = date.max
    return {
        "upn": pupil.upn,
        "shown_as": pupil.shown_as,
        "former_upns": list(pupil.former_upns),
        "given_name": pupil.detail("given_name", last),
        "family_name": pupil.detail("family_name", last),
        "date_of_birth": pupil.detail("date_of_birth", last),
        "sex": pupil.detail("sex", last),
        "restricted": bool(pupil.detail("restricted", last)),
    }


_DETAIL = (
    "home_la", "care_la", "sen_provision", "sen_need", "looked_after", "social_worker",
    "young_carer", "free_school_meals", "ethnicity",
)  # fmt: skip


def _details(pupil: Pupil) -> Made:
    standing: dict[str, object] = {}
    for details in pupil.details:
        standing |= details.values
        born = standing.get("date_of_birth")
        stated = details.values.get("nc_year")
        yield (
            details.id,
            {
                "occurred_on": details.occurred_on,
                "version": details.version,
                "birth_year": birth_year(born) if isinstance(born, date) else pupil.birth_year,
                "nc_year": int(stated) if isinstance(stated, str) and stated.isdigit() else None,
                **{name: standing.get(name) for name in _DETAIL},
            },
        )


def birth_year(born: date) -> int:
    """The first calendar year of the academic year of birth."""
    return born.year if born.month >= 9 else born.year - 1


def _rolls(pupil: Pupil) -> Made:
    """A leave without a join on record is an empty spell: its ground counts all the same."""
    for spell in pupil.rolls:
        yield (
            spell.id,
            {
                "school": spell.school,
                "registration": spell.registration,
                "from_on": spell.occurred_on,
                "until_on": spell.until_on,
                "ground": spell.ground,
                "version": spell.version,
            },
        )
    for gone in pupil.departures:
        yield (
            gone.id,
            {
                "school": gone.school,
                "registration": NEVER_JOINED,
                "from_on": gone.occurred_on,
                "until_on": gone.occurred_on,
                "ground": gone.ground,
                "version": gone.version,
            },
        )


def _exclusions(pupil: Pupil) -> Made:
    for exclusion in pupil.exclusions:
        yield (
            exclusion.id,
            {
                "kind": exclusion.kind,
                "school": exclusion.school,
                "occurred_on": exclusion.occurred_on,
                "ends_on": exclusion.ends_on,
                "sessions": exclusion.sessions,
                "reasons": list(exclusion.reasons),
                "status": exclusion.status,
                "undone": exclusion.undone,
                "under_review": exclusion.under_review,
                "version": exclusion.version,
            },
        )


def _placements(picture: Picture) -> Made:
    pupil = picture.pupil
    days = {h.id: h for h in pupil.causes()}
    voided = picture.history.voided()
    exclusions = {r.id for r in picture.history.recorded if r.type in EXCLUSIONS}
    for placement in pupil.placements:
        named = placement.arising_from
        cause = pupil.cause(named)
        happening = days.get(cause) if cause and named not in voided else None
        yield (
            placement.id,
            {
                "provider": placement.provider,
                "commissioner": placement.commissioner,
                "reason": placement.reason,
                "setting_type": placement.setting_type,
                "intent": placement.intent,
                "starts_on": placement.occurred_on,
                "first_planned_ends_on": placement.first_planned_ends_on,
                "planned_ends_on": placement.planned_ends_on,
                "ended_on": placement.ended_on,
                "end_reason": placement.end_reason,
                "destination": placement.destination,
                "sessions_per_week": placement.sessions_per_week,
                "trigger_on": happening.occurred_on if happening else None,
                "cause": cause if cause in exclusions else None,
                "arising_from": named,
                "version": placement.version,
            },
        )


def _fair_access(pupil: Pupil) -> Made:
    for case in pupil.fair_access:
        decided = case.decisions[-1] if case.decisions else None
        answered = case.responses[-1] if case.responses else None
        yield (
            case.id,
            {
                "category": case.category,
                "made_by": case.by,
                "occurred_on": case.occurred_on,
                "decision": decided.decision if decided else None,
                "decided_on": decided.occurred_on if decided else None,
                "panel_on": decided.panel_on if decided else None,
                "school": decided.school if decided else None,
                "provider": decided.provider if decided else None,
                "starts_on": decided.starts_on if decided else None,
                "response": answered.response if answered else None,
                "ground": answered.ground if answered else None,
                "version": case.version,
            },
        )


def _plain(group: str, *names: str, **renamed: str) -> Callable[[Pupil], Made]:
    """Rows that carry the state's fields as they are; ``renamed`` gives column = field."""

    def make(pupil: Pupil) -> Made:
        happening: Happening
        for happening in getattr(pupil, group):
            yield (
                happening.id,
                {
                    **{name: getattr(happening, name) for name in names},
                    **{column: getattr(happening, name) for column, name in renamed.items()},
                },
            )

    return make


def _attained(kind: str, *names: str, **renamed: str) -> Callable[[Pupil], Made]:
    def make(pupil: Pupil) -> Made:
        for attained in pupil.attained:
            if attained.kind == kind:
                yield (
                    attained.id,
                    {
                        "occurred_on": attained.occurred_on,
                        "version": attained.version,
                        **{name: getattr(attained, name) for name in names},
                        **{column: getattr(attained, name) for column, name in renamed.items()},
                    },
                )

    return make


def _activities(kind: str) -> Callable[[Pupil], Made]:
    def make(pupil: Pupil) -> Made:
        for activity in pupil.activities:
            if activity.kind == kind:
                yield (
                    activity.id,
                    {"occurred_on": activity.occurred_on, "activity": activity.activity,
                     "version": activity.version},
                )  # fmt: skip

    return make


def _visibility(picture: Picture, world: World) -> Made:
    """Who may see the pupil, from the facts that make the relation (contract section 8)."""
    pupil = picture.pupil
    found: dict[UUID, Row] = {}

    def sees(
        organisation: str | None, happening: UUID, basis: str, start: date, last: date | None
    ) -> None:
        if organisation:
            key = _key(f"sees/{organisation}/{happening}/{basis}")
            found[key] = {
                "organisation": organisation, "from_on": start, "until_on": last, "basis": basis,
            }  # fmt: skip

    for spell in pupil.rolls:
        last = spell.until_on - timedelta(days=1) if spell.until_on else None
        sees(spell.school, spell.id, "roll", spell.occurred_on, last)
        la = world.la_of(spell.school)
        sees(f"LA{la}" if la else None, spell.id, "school_la", spell.occurred_on, last)
    for name, basis in (("home_la", "home_la"), ("care_la", "care_la")):
        for start, last, value, event in spells(pupil, name):
            sees(f"LA{value}", event, basis, start, last)
    for exclusion in pupil.exclusions:
        sees(exclusion.school, exclusion.id, "exclusion", exclusion.occurred_on,
             exclusion.ends_on or exclusion.occurred_on)  # fmt: skip
        if exclusion.education_from is not None:
            undone_on = exclusion.undoing.back_on if exclusion.undoing else None
            sees(exclusion.education_at, exclusion.id, "sixth_day", exclusion.education_from,
                 undone_on or exclusion.ends_on)  # fmt: skip
    for referral in pupil.referrals:
        if referral.decision not in {"declined", "withdrawn"}:
            last = min(
                (p.occurred_on for p in pupil.placements
                 if p.provider == referral.provider and p.occurred_on >= referral.occurred_on),
                default=None,
            )  # fmt: skip
            sees(referral.provider, referral.id, "referral", referral.occurred_on, last)
    for direction in pupil.directions:
        sees(direction.provider, direction.id, "direction", direction.starts_on, direction.ends_on)
    for placement in pupil.placements:
        for organisation in (placement.provider, placement.commissioner):
            sees(organisation, placement.id, "placement", placement.occurred_on, placement.ended_on)
    for outreach in pupil.outreach:
        sees(outreach.provider, outreach.id, "outreach", outreach.occurred_on, outreach.ended_on)
        sees(outreach.school, outreach.id, "outreach", outreach.occurred_on, outreach.ended_on)
    for returned in pupil.reintegrations:
        sees(returned.school, returned.id, "reintegration", returned.occurred_on, returned.ended_on)
    for move in pupil.managed_moves:
        sees(move.to_school, move.id, "managed_move", move.occurred_on, move.occurred_on)
    for relation in (*told(pupil, world), *cared_for(pupil, world)):
        sees(*relation)
    yield from found.items()


_MAKERS: Mapping[str, Callable[[Pupil], Made]] = {
    "detail": _details,
    "roll": _rolls,
    "exclusion": _exclusions,
    "direction": _plain(
        "directions", "school", "provider", "occurred_on", "starts_on", "ends_on",
        "sessions_per_week", "version",
    ),
    "referral": _plain(
        "referrals", "route", "provider", "about", "occurred_on", "decision", "decided_on",
        "version", made_by="by",
    ),
    "outreach": _plain(
        "outreach", "provider", "school", "ended_on", "end_reason", "delivered", "version",
        starts_on="occurred_on",
    ),
    "reintegration": _plain(
        "reintegrations", "school", "placement", "phased_until", "ended_on", "outcome", "version",
        started_on="occurred_on",
    ),
    "reintegration_plan": _plain(
        "plans", "placement", "school", "occurred_on", "returns_on", "phased_until"
    ),
    "assessment_shared": _plain("shared", "placement", "school", "occurred_on"),
    "managed_move": _plain(
        "managed_moves", "from_school", "to_school", "parent_agreed", "occurred_on", "version"
    ),
    "fair_access_case": _fair_access,
    "part_time": _plain(
        "part_time", "school", "sessions_per_week", "ends_on", "review_on", "ended_on", "version",
        starts_on="occurred_on",
    ),
    "ehc_milestone": _plain("ehc", "milestone", "school", "occurred_on", "version"),
    "funding": _plain(
        "funding", "placement", "occurred_on", "until_on", "education", "health", "social_care",
        "band", "payer", "health_payer", "care_payer", "version",
    ),
    "view_recorded": _plain(
        "views", "whose", "feeling", "share", "about", "occurred_on", "version"
    ),
    "health_response": _plain(
        "health_responses", "about", "response", "service", "occurred_on", "version"
    ),
    "result": _attained("result", "qualification", "subject", "grade", "level", "provider"),
    "target": _attained("target", "qualification", "subject", "level"),
    "assessment": _attained(
        "assessment", "subject", "instrument", "stage", standard_score="score"
    ),
    "wellbeing": _attained("wellbeing", "instrument", "score", "stage", "informant"),
    "offer": _activities("offer"),
    "destination": _activities("destination"),
}  # fmt: skip


def difference(before: Rows, after: Rows) -> tuple[dict[str, list[UUID]], Rows]:
    """What must be closed and what must be opened to come from one to the other."""
    closing: dict[str, list[UUID]] = {}
    opening: Rows = {}
    for table in before.keys() | after.keys():
        old, new = before.get(table, {}), after.get(table, {})
        gone = [key for key, row in old.items() if new.get(key) != row]
        come = {key: row for key, row in new.items() if old.get(key) != row}
        if gone:
            closing[table] = gone
        if come:
            opening[table] = come
    return closing, opening


def follow_ups_changed(
    before: Mapping[Key, FollowUp], lapsed: Mapping[Key, FollowUp], after: Mapping[Key, FollowUp]
) -> Rows:
    """Rows of follow-ups that are new or different; what lapsed keeps its row."""
    found = {
        follow_up_key(owed): follow_up_row(owed)
        for key, owed in {**lapsed, **after}.items()
        if before.get(key) != owed
    }
    return {"follow_up": found} if found else {}


def plain(tables: Rows) -> Rows:
    """The values as JSON has them, as rows that are held are read."""
    return {
        table: {key: codec.decode(codec.encode(row)) for key, row in rows.items()}
        for table, rows in tables.items()
    }


def as_json(pupil_id: UUID, table: Mapping[UUID, Row]) -> list[dict[str, Any]]:
    return [{"pupil_id": pupil_id, "key": key, **row} for key, row in table.items()]
