"""A record opened in an emergency: by a person of an LA, for an hour, for a reason in writing.

That it was opened is an act of the pupil's own stream, so that it can be proved, is erased with the
pupil and is in every export; whoever looks after safeguarding is told by letter at once. No other
page shows more of the pupil for it, and nothing can be notified by it.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from ap_registry import searching
from ap_registry.access import Caller, sight
from ap_registry.erasing import stand_alone, write
from ap_registry.errors import NotFound, Problem, Refused
from ap_registry.instants import instant
from ap_registry.notice import World
from ap_registry.people import Person, addresses
from ap_registry.registry import Registry
from ap_registry.store import access_links, account_acts, emergencies, queries, who
from ap_registry.store.acts import OPENED, Act
from ap_registry.store.database import Connection
from ap_registry.store.emergencies import Opening
from ap_registry.store.people import person_for, present_people

MAY = frozenset({"la", "social_care"})
LASTS = timedelta(hours=1)
LEAST_REASON, MOST_REASON = 20, 2_000  # characters
MOST_A_DAY = 10
SAFEGUARDING = "safeguarding"
DAY = timedelta(days=1)


def open_record(
    registry: Registry, caller: Caller, account: UUID, *, wanted: str, reason: str
) -> UUID:
    """Answers the opening's id; raise Refused or NotFound where there is none.

    ``wanted``: a UPN or an id, or a name and a day of birth as they are on record. ``account``: of
    the caller, who is a person.
    """
    why = reason.replace("\x00", "").strip()[:MOST_REASON]
    _check(wanted, why)
    with registry.database.connection() as connection, connection.transaction():
        emergencies.alone(connection, caller.actor)
        at = registry.now()
        if emergencies.tries(connection, caller.actor, since=at - DAY) >= MOST_A_DAY:
            words = f"no more than {MOST_A_DAY} a day: ask your safeguarding lead"
            raise Refused((Problem("/pupil", "forbidden", words),))
        pupil = _found(connection, wanted.replace("\x00", "").strip())
        if pupil is not None:
            _refuse_needless(connection, registry, caller, pupil)
            return _open(registry, connection, caller, account, pupil, why)
        account_acts.note(
            connection, caller.actor, "emergency_unknown", account=account, at=at,
            organisation=caller.organisation or "",
        )  # fmt: skip
    words = "no pupil is on record by that: check the UPN, or the whole name and the day"
    raise NotFound((Problem("/pupil", "not_found", words),))


def _check(wanted: str, why: str) -> None:
    problems = []
    if not wanted.strip():
        words = "enter the pupil's UPN, or the whole name and the day of birth"
        problems.append(Problem("/pupil", "required", words))
    if len(why) < LEAST_REASON:
        words = f"say why you need the record now, in {LEAST_REASON} characters or more"
        problems.append(Problem("/reason", "required", words))
    if problems:
        raise Refused(tuple(problems))


def _found(connection: Connection, wanted: str) -> UUID | None:
    """Only one who is named without a slip: this is no way to look around."""
    named = who.pupil_named(connection, wanted)
    if named is not None:
        return named
    asked = searching.read(wanted)
    if not asked.words or asked.born is None:
        return None
    rows = connection.execute(
        "select pupil_id, given_name || ' ' || family_name from identity"
        " where until_at = 'infinity' and date_of_birth = %s and given_name is not null",
        (asked.born,),
    ).fetchall()
    alike = {pupil for pupil, name in rows if searching.read(name).words == asked.words}
    kept = {who.keepers(connection, [pupil]).get(pupil, pupil) for pupil in alike}
    return kept.pop() if len(kept) == 1 else None


def _refuse_needless(
    connection: Connection, registry: Registry, caller: Caller, pupil: UUID
) -> None:
    rows = queries.visibility(connection, pupil, caller.sees_for)
    seen = sight(caller, rows, registry.today())
    known = who.known_as(connection, pupil)
    if seen.visible and seen.until_on is None and not _kept_back(caller, known):
        words = "you may read this record without an emergency: find the pupil by its UPN"
        raise Refused((Problem("/pupil", "already_open", words),))


def _kept_back(caller: Caller, known: who.Who | None) -> bool:
    """Contacts of a restricted pupil are for its LA's officers alone."""
    return caller.role != "la" and known is not None and known.restricted


def _open(
    registry: Registry, connection: Connection, caller: Caller, account: UUID, pupil: UUID,
    why: str,
) -> UUID:  # fmt: skip
    record = stand_alone(registry, connection, pupil)
    world = registry.worlds.fresh(connection)
    people = present_people(connection)
    told = {
        name: to
        for name in _to_tell(connection, world, caller, record.pupils[0], record.today)
        if (to := _addressee(world, people, name)) is not None
    }
    said = {"until": instant(record.at + LASTS), "role": caller.role, "told": sorted(told)}
    act = Act(type=OPENED, said=said, private={"reason": why})
    write(connection, record, act, caller=caller)
    for email, name in told.values():
        access_links.write_letter(
            connection, account, access_links.EMERGENCY, at=registry.now(), to=(email, name)
        )
    return act.id


def _to_tell(
    connection: Connection, world: World, caller: Caller, pupil: UUID, today: date
) -> frozenset[str]:
    """The caller's own organisation, and the LAs that see the pupil today."""
    own = frozenset({caller.organisation}) if caller.organisation else frozenset[str]()
    seeing = emergencies.seeing(connection, pupil, today=today)
    return own | {
        name
        for name in seeing
        if (found := world.organisation(name)) is not None and found.kind == "la"
    }


def _addressee(
    world: World, people: Mapping[tuple[str, str], Person], organisation: str
) -> tuple[str, str] | None:
    """Who looks after safeguarding there, else who leads, else the organisation itself."""
    found = world.organisation(organisation)
    person = person_for(dict(people), organisation, SAFEGUARDING)
    to = addresses(person, found.email if found else None)
    if not to:
        return None
    return to[0], person.name if person else (found.name if found else organisation)


def as_told(found: Opening, *, named: bool) -> dict[str, Any]:
    """For an export: a family is told for which organisation, the officer by whom and why too."""
    told: dict[str, Any] = {
        "at": instant(found.at), "until": instant(found.until_at),
        "organisation": found.organisation, "role": found.role,
    }  # fmt: skip
    if named:
        told |= {"actor": found.actor, "name": found.name, "reason": found.reason}
    return told
