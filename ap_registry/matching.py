"""Pupils on record who may be one: found, shown with reasons, and decided by a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from ap_registry.access import Caller
from ap_registry.alike import Alike
from ap_registry.errors import NotFound, Problem, Refused
from ap_registry.history import history
from ap_registry.identifiers import Upn, is_temporary
from ap_registry.instants import instant
from ap_registry.likeness import Details, Likeness
from ap_registry.meant import DIFFERENT, OPEN, SAME, digest_of_sent
from ap_registry.registry import Registry
from ap_registry.store import ledger, matching
from ap_registry.store.database import Connection
from ap_registry.store.matching import Decision, Person
from ap_registry.store.queries import Scope

DECISIONS = (SAME, DIFFERENT, OPEN)
MERGERS = frozenset({"la", "admin"})
SENDERS = frozenset({"school", "provider", "la", "admin"})
_ALIKE: WeakKeyDictionary[Registry, Alike] = WeakKeyDictionary()
_LOOKS_LIKE_ONE = "they were found to be one pupil"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two pupils, the one to be kept first: a permanent UPN, else any, else the lower id."""

    kept: Person
    other: Person
    likeness: Likeness
    decided: Decision | None = None

    def as_json(self) -> dict[str, Any]:
        decided = self.decided
        return {
            "pupil": _as_json(self.kept),
            "other": _as_json(self.other),
            "score": self.likeness.score,
            "reasons": list(self.likeness.reasons),
            "decision": decided and {
                "decision": decided.decision, "at": instant(decided.at), "by": decided.organisation,
                "actor": decided.actor,
            },
        }  # fmt: skip


def _as_json(person: Person) -> dict[str, Any]:
    born = person.details.date_of_birth
    return {
        "id": str(person.id), "upn": person.upn, "given_name": person.details.given_name,
        "family_name": person.details.family_name, "date_of_birth": born and born.isoformat(),
        "sex": person.details.sex, "schools": list(person.schools),
    }  # fmt: skip


def pairs(
    registry: Registry, connection: Connection, scope: Scope, *, settled: bool = False
) -> list[Pair]:
    """Pupils whom the scope sees and who may be one, the likeliest first.

    ``settled``: those who were decided to be different, instead of those who are open.
    """
    return first_pairs(registry, connection, scope, None, settled=settled)[0]


def first_pairs(
    registry: Registry, connection: Connection, scope: Scope, at_most: int | None,
    *, settled: bool = False,
) -> tuple[list[Pair], int]:  # fmt: skip
    """The likeliest of ``pairs``, and how many more there are."""
    decisions = matching.decided(connection)
    chosen = []
    for one, other, likeness in _known_alike(registry).of(connection, scope):
        decision = decisions.get((one, other)) if decisions else None
        if settled == (decision is not None and decision.decision == DIFFERENT):
            chosen.append((one, other, likeness, decision))
    first = chosen[:at_most]
    keys = {key for one, other, *_ in first for key in (one, other)}
    people = {one.key: one for one in matching.people(connection, scope, keys=keys)}
    found = []
    for one, other, likeness, decision in first:
        if one in people and other in people:
            kept, gone = sorted((people[one], people[other]), key=_kept_first)
            found.append(Pair(kept=kept, other=gone, likeness=likeness, decided=decision))
    return found, len(chosen) - len(first)


def _known_alike(registry: Registry) -> Alike:
    return _ALIKE.setdefault(registry, Alike(registry.database))


def _kept_first(person: Person) -> tuple[bool, bool, bytes]:
    upn = person.upn
    return upn is None, upn is not None and is_temporary(Upn(upn)), person.key.bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A decision to be recorded: of two pupils (``other``), or of what was sent of somebody.

    ``shown``: the name, day of birth and sex that a merged pupil bears from then on; None: those
    that were recorded last.
    """

    pupil: UUID
    decision: str
    other: UUID | None = None
    reason: str | None = None
    shown: Details | None = None
    organisation: str | None = None
    sent_upn: str = ""
    sent: Details = field(default_factory=Details)


def decide(registry: Registry, caller: Caller, wanted: Wanted) -> dict[str, Any]:
    """Remember what a person decided; raise Refused, NotFound. ``same`` of two merges them.

    Pupils are named by the ids that are shown.
    """
    allowed = MERGERS if wanted.other is not None else SENDERS
    if caller.role not in allowed:
        raise _no("", "forbidden", f"the role {caller.role} may not decide this")
    if wanted.decision not in DECISIONS:
        raise _no("/decision", "unknown_code", "decision must be one of " + ", ".join(DECISIONS))
    scope = Scope(organisations=caller.sees_for, everything=caller.sees_all, today=registry.today())
    if wanted.other is not None:
        return _decide_pair(registry, caller, wanted, scope)
    return _decide_sent(registry, caller, wanted, scope)


def _no(pointer: str, code: str, detail: str) -> Refused:
    return Refused((Problem(pointer, code, detail),))


def _seen(connection: Connection, scope: Scope, name: str, pupil: UUID) -> Person:
    found = matching.people(connection, scope, [pupil])
    if not found:
        raise NotFound((Problem(f"/{name}", "not_found", "no such pupil is known"),))
    return found[0]


def _decide_pair(
    registry: Registry, caller: Caller, wanted: Wanted, scope: Scope
) -> dict[str, Any]:
    assert wanted.other is not None
    with registry.database.connection() as connection:
        kept = _seen(connection, scope, "pupil_id", wanted.pupil)
        other = _seen(connection, scope, "other_pupil_id", wanted.other)
        if kept.key == other.key:
            raise _no("/other_pupil_id", "bad_format", "other_pupil_id names this same pupil")
        if wanted.decision != SAME:
            matching.decide(connection, caller, kept.key, other.key, decision=wanted.decision,
                            at=registry.now())  # fmt: skip
            return _told(wanted)
    return {**_told(wanted), "receipt": _merge(registry, caller, wanted, kept, other)}


def _merge(registry: Registry, caller: Caller, wanted: Wanted, kept: Person, other: Person) -> Any:
    """The merge and the decision in one transaction; what registered the other means the kept."""
    notice = {
        "type": "pupils_merged", "occurred_on": registry.today().isoformat(),
        "pupil_id": str(kept.id), "other_pupil_id": str(other.id),
        "reason": wanted.reason or _LOOKS_LIKE_ONE,
    }  # fmt: skip
    hash_key, at = registry.hash_key(), registry.now()

    def remember(connection: Connection, _outcomes: object) -> None:
        matching.decide(connection, caller, kept.key, other.key, decision=SAME, at=at)
        by = _registered_by(connection, other.key)
        if other.upn is None and by is not None:
            matching.decide_sent(
                connection, caller, kept.key, digest_of_sent(hash_key, "", other.details),
                organisation=by, decision=SAME, at=at,
            )  # fmt: skip

    notices = [notice, *([_bears(wanted.shown, notice)] if wanted.shown else [])]
    return registry.record_many(notices, caller, after=remember)[0].receipt


def _bears(shown: Details, merge: Mapping[str, str]) -> dict[str, str]:
    """The details that were chosen, said of the merged pupil."""
    born = shown.date_of_birth
    said = {
        "given_name": shown.given_name, "family_name": shown.family_name,
        "date_of_birth": born and born.isoformat(), "sex": shown.sex,
    }  # fmt: skip
    return {
        "type": "pupil_details_changed", "occurred_on": merge["occurred_on"],
        "pupil_id": merge["pupil_id"], **{name: value for name, value in said.items() if value},
    }  # fmt: skip


def _registered_by(connection: Connection, pupil: UUID) -> str | None:
    loaded = ledger.load(connection, ids=[pupil])
    past = history(loaded.pupils[0].recorded)
    own = [r for r in past.recorded if r.merged_from in (None, pupil)]
    return next((r.by for r in own if r.type == "pupil_registered"), None)


def _decide_sent(
    registry: Registry, caller: Caller, wanted: Wanted, scope: Scope
) -> dict[str, Any]:
    """Of what an organisation sends of somebody: whom it means, from now on."""
    own = wanted.organisation or caller.organisation
    if own is None or not _answers_for(registry, caller, own):
        raise _no("/organisation", "required", "organisation: whose notices it is decided of")
    if not wanted.sent_upn and not (wanted.sent.family_name and wanted.sent.date_of_birth):
        words = "say what was sent: upn, or family_name and date_of_birth"
        raise _no("/sent", "required", words)
    with registry.database.connection() as connection:
        pupil = _seen(connection, scope, "pupil_id", wanted.pupil)
        sent = digest_of_sent(registry.hash_key(), wanted.sent_upn, wanted.sent)
        matching.decide_sent(connection, caller, pupil.key, sent, organisation=own,
                             decision=wanted.decision, at=registry.now())  # fmt: skip
    return _told(wanted)


def _answers_for(registry: Registry, caller: Caller, organisation: str) -> bool:
    """An LA does for a school in it: it sends the school's census."""
    if caller.sees_all or organisation in caller.organisations:
        return True
    with registry.database.connection() as connection:
        found = registry.worlds.fresh(connection).organisation(organisation)
    if found is None or found.id != organisation or not found.is_school:
        return False
    return not found.senders.isdisjoint(caller.organisations)


def _told(wanted: Wanted) -> dict[str, Any]:
    return {
        "pupil_id": str(wanted.pupil),
        "other_pupil_id": str(wanted.other) if wanted.other else None,
        "decision": wanted.decision,
    }
