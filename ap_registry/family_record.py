"""The record behind a private link: who may have a link, and whether one still stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from ap_registry.access import Caller, sight
from ap_registry.happenings import Contact
from ap_registry.history import Picture, history, picture
from ap_registry.notice import FollowUp, World
from ap_registry.registry import Registry
from ap_registry.store import family_links, ledger, queries, who
from ap_registry.store.database import Connection
from ap_registry.store.family_links import Link
from ap_registry.store.succession import acting_for
from ap_registry.views import limited

LASTS, OWN_FROM, OF_AGE = "family-link.lasts", "family-link.own-from", "family-link.of-age"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One pupil as it stands today; ``recorded``: who sent each notice, and through what."""

    pupil_id: UUID
    seen: Picture
    world: World
    today: date

    @property
    def shown_as(self) -> UUID:
        return self.seen.pupil.shown_as or self.pupil_id

    @property
    def guarded(self) -> bool:
        """Some must not learn where the pupil is."""
        return bool(self.seen.pupil.detail("restricted", date.max))

    @property
    def born(self) -> date | None:
        """None once the pupil is erased."""
        found = self.seen.pupil.detail("date_of_birth", date.max)
        return found if isinstance(found, date) else None

    @property
    def age(self) -> int | None:
        born, today = self.born, self.today
        if born is None:
            return None
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day))

    @property
    def first_name(self) -> str:
        return str(self.seen.pupil.detail("given_name", date.max) or "")

    def number(self, rule: str) -> int:
        """As the pupil's home LA has set it."""
        return self.world.number(rule, self.today, of=f"LA{self.seen.pupil.home_la(self.today)}")

    def lasts(self, maker: str | None) -> timedelta:
        """How long a link of this organisation works."""
        return timedelta(days=self.world.number(LASTS, self.today, of=maker))

    def named(self, organisation: str | None) -> str | None:
        """Of a guarded pupil no page says where."""
        found = self.world.organisation(organisation) if organisation else None
        return None if self.guarded or found is None else found.name

    def owed(self) -> Iterator[FollowUp]:
        """What somebody must still do."""
        for one in self.seen.follow_ups.values():
            if one.closed_on is None or one.closed_on > self.today:
                yield one


def read_record(registry: Registry, connection: Connection, pupil_id: UUID) -> Record | None:
    """Of the pupil into whom this one is merged, where it is; None where nothing is on record."""
    kept = who.keepers(connection, [pupil_id]).get(pupil_id, pupil_id)
    loaded = ledger.load(connection, ids=[kept])
    stored = next((one for one in loaded.pupils if one.recorded), None)
    if stored is None:
        return None
    world = registry.worlds.current(connection, loaded.world)
    today = registry.today()
    past = limited(history(stored.recorded), today)
    return Record(
        pupil_id=stored.pupil_id, seen=picture(past, world, upn=stored.upn), world=world,
        today=today,
    )  # fmt: skip


def why_none(record: Record, contact: Contact | None) -> str | None:
    """Why this person (None: the pupil) gets no link: a word that the page puts in plain words."""
    age = record.age
    if age is None:
        return "erased"
    if contact is None:
        return "too_young" if age < record.number(OWN_FROM) else None
    if not contact.may_see:
        return "not_to_see"
    if contact.ended_on is not None and contact.ended_on <= record.today:
        return "ended"
    if age >= record.number(OF_AGE):
        return "of_age"
    if contact.version <= _adopted_at(record):
        return "before_adoption"
    return None


def _adopted_at(record: Record) -> int:
    """The version at which the pupil was adopted: whoever was a contact before is one no more."""
    by = record.seen.pupil.adopted_by
    events = record.seen.history.recorded
    return next((event.version for event in events if event.id == by), 0)


def contact_of(record: Record, link: Link) -> Contact | None:
    """The parent as on record now: recorded again by name and relation, it is the same person."""
    standing = {s.entry.id: s.entry for s in record.seen.history.standing}
    entry = standing.get(link.contact) if link.contact else None
    if entry is None or entry.status == "void":
        return None
    key = entry.facts.name, entry.facts.relation
    return next((c for c in record.seen.pupil.contacts if (c.name, c.relation) == key), None)


def said_by(connection: Connection, record: Record, link: Link) -> frozenset[UUID]:
    """The notices that the person of this link has sent, through whichever link of theirs."""
    person = contact_of(record, link)
    pupils = who.all_ids(connection, record.pupil_id)
    actors = {
        one.caller.actor
        for one in family_links.of_pupils(connection, pupils)
        if (one.reader, one.shown_as) == (link.reader, link.shown_as)
        and contact_of(record, one) == person
    }
    return frozenset(e.id for e in record.seen.history.recorded if e.actor in actors)


def stands(registry: Registry, connection: Connection, link: Link, at: datetime) -> Record | None:
    """The record, while the link may show it; it ends with the sight of whoever made it."""
    if not link.runs(at):
        return None
    return _shown_by(registry, connection, link)


def opened_by(
    registry: Registry, connection: Connection, link: Link, at: datetime
) -> Record | None:
    """As ``stands``, for whoever bears it; what has once been ended so is never good again."""
    found = stands(registry, connection, link, at)
    if found is None and link.runs(at):
        family_links.end(connection, link.id, link.pupil_id, [link.organisation], at=at)
    return found


def _shown_by(registry: Registry, connection: Connection, link: Link) -> Record | None:
    record = read_record(registry, connection, link.pupil_id)
    if record is None or record.shown_as != link.shown_as or record.guarded > link.guarded:
        return None
    contact = contact_of(record, link)
    if (link.contact is not None and contact is None) or why_none(record, contact):
        return None
    return record if sees_now(connection, record, link.caller, link.role) else None


def sees_now(connection: Connection, record: Record, caller: Caller, role: str) -> bool:
    """Whether the organisation sees the pupil today, not only up to a last day."""
    names = acting_for(connection, role, caller.organisations, record.today)
    maker = Caller(actor=caller.actor, role=role, organisations=names)
    rows = queries.visibility(connection, record.pupil_id, names)
    found = sight(maker, rows, record.today)
    return found.visible and found.until_on is None


def persons(record: Record) -> Iterator[tuple[Contact | None, str | None]]:
    """Whoever might have a link, the pupil last, each with why there is none."""
    for contact in record.seen.pupil.contacts:
        yield contact, why_none(record, contact)
    yield None, why_none(record, None)
