"""A family of the demo: a mother and her child, and new links for both each time it is served."""

from dataclasses import dataclass
from datetime import date
from typing import LiteralString
from uuid import UUID

from ap_registry.access import Caller
from ap_registry.demo import organisations
from ap_registry.demo.world import FIRST_LA
from ap_registry.family_record import Record, read_record, why_none
from ap_registry.happenings import Contact
from ap_registry.people import Person
from ap_registry.registry import Registry
from ap_registry.store import family_links
from ap_registry.store.people import present_people, write_people

# Somebody whom the commissioner of a placement sees: one placed now if any is, the last first.
_PLACED: LiteralString = """
select p.pupil_id, p.commissioner
  from placement p
  join visibility v on v.pupil_id = p.pupil_id and v.organisation = p.commissioner
   and v.until_at = 'infinity' and v.until_on is null
 where p.until_at = 'infinity' and p.starts_on <= %s
 order by p.ended_on is null desc, p.starts_on desc, p.pupil_id limit 1
"""
_MOTHER = {"name": "Grace Wood", "relation": "mother", "parental_responsibility": True,
           "may_see": True}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """What one of a family was given; ``born``: the other half of the second check."""

    who: str
    token: str
    code: str
    born: date


def invite(registry: Registry) -> tuple[Invited, ...]:
    """Nobody where nobody was ever placed; a young person who is old enough for a link too."""
    name_help(registry)
    with registry.database.connection() as connection:
        row = connection.execute(_PLACED, (registry.today(),)).fetchone()
    if row is None:
        return ()
    pupil_id, commissioner = row
    record, mother = _mother(registry, pupil_id, commissioner)
    role = "la" if commissioner.startswith("LA") else "school"
    by = Caller(actor="command-line", role=role, organisations=(commissioner,))
    readers: list[Contact | None] = [mother]
    if why_none(record, None) is None:
        readers.append(None)
    return tuple(_invited(registry, record, one, by) for one in readers)


def _invited(registry: Registry, record: Record, contact: Contact | None, by: Caller) -> Invited:
    assert record.born is not None
    with registry.database.connection() as connection:
        made = family_links.make(
            connection, record.pupil_id, shown_as=record.shown_as,
            contact=contact.id if contact else None, guarded=record.guarded, by=by,
            account=UUID(int=0), at=registry.now(), lasts=record.lasts(by.organisation),
        )  # fmt: skip
    who = "a mother" if contact else "the young person"
    return Invited(who=who, token=made.token, code=made.code, born=record.born)


def _mother(registry: Registry, pupil_id: UUID, by: str) -> tuple[Record, Contact]:
    for _ in range(2):
        with registry.database.connection() as connection:
            record = read_record(registry, connection, pupil_id)
        assert record is not None
        for contact in record.seen.pupil.contacts:
            if contact.may_see:
                return record, contact
        registry.record(
            {"type": "contact_recorded", "pupil_id": str(record.shown_as), "by": by,
             "occurred_on": str(registry.today()), **_MOTHER}
        )  # fmt: skip
    raise AssertionError("a contact that was recorded is on record")


def name_help(registry: Registry) -> None:
    """The LA says whom its families ask, where it has not: its own team, and its SENDIASS."""
    la, hours = organisations.authority(FIRST_LA), "Monday to Friday, 9am to 5pm"
    helpers = (
        Person(organisation=la, duty="families", name="Inclusion team", phone="01632 960001",
               email="inclusion@demo.example", hours=hours),
        Person(organisation=la, duty="sendiass", name="The made-up SENDIASS", hours=hours,
               phone="01632 960002", email="sendiass@demo.example"),
    )  # fmt: skip
    with registry.database.connection() as connection:
        present = present_people(connection)
        missing = [one for one in helpers if (la, one.duty) not in present]
        if missing:
            write_people(connection, missing, actor="command-line", on=registry.today(),
                         clock=registry.clock)  # fmt: skip
