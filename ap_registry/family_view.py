"""What a family is shown of a pupil: facts alone; the page has the words.

Two parents may not be on terms: what one has sent is told to the other only as what must now happen
to the child, and to whom something is owed is "you" only where that person asked for it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from ap_registry import arrangements
from ap_registry.calendar import academic_year
from ap_registry.family_exclusions import Out, excluded, exclusions_of, experts, review_by
from ap_registry.family_record import OF_AGE, Record
from ap_registry.follow_ups import status_on
from ap_registry.happenings import Contact
from ap_registry.organisations import Organisation
from ap_registry.people import FAMILIES, SENDIASS, People, Person, answering
from ap_registry.suspended import suspended_sessions

TOLD = (
    "sixth_day_provision", "day_one_provision", "parent_notice", "governors_meeting",
    "governors_representations", "governors_outcome", "governors_reconsider", "review_hearing",
    "off_site_review", "off_site_outcome", "review_requested", "reintegration_meeting",
    "reintegration_review_10", "reintegration_review_30", "reintegration_review_60",
    "reintegration_two_terms", "placement_review", "part_time_review", "part_time_limit",
    "fair_access_place", "section_19", "ehc_decision", "ehc_plan", "dispute",
)  # fmt: skip
# Owed to whoever asked: to others it is what happens next, by the kind that says no more of it; an
# answer to a dispute is nobody else's business.
_TO_OTHERS = {
    "governors_representations": "governors_meeting", "review_requested": "off_site_review",
    "dispute": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the pupil learns. ``kind``: roll, placement, direction, outreach, part_time, return.

    ``name``: None where it is not shown. ``why``: a placement's reason. ``sessions``: half days a
    week. ``until``: as planned.
    """

    event: UUID
    kind: str
    name: str | None
    since: date
    until: date | None = None
    sessions: int | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What somebody must do for the pupil; ``late``: the day is past.

    ``out``: the first day of the exclusion that it is for; ``place``: the other place that it is
    for. Neither where it is for neither, or may not be said.
    """

    kind: str
    owner: str | None
    due_on: date
    late: bool
    out: date | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """Whom to ask. ``kind``: school, provider, la or sendiass; ``ask_for``: who answers there.

    ``hours``: when, in words of their own.
    """

    kind: str
    name: str
    email: str | None
    phone: str | None = None
    hours: str | None = None
    ask_for: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """``you``: the reader is the pupil. ``la``: the home LA's name. ``provision``: its words.

    ``may_ask``: of governors, of a review, of the school about an off-site direction.
    ``experts``: the exclusions at whose review an SEN expert may still be asked for.
    """

    first_name: str
    you: bool
    guarded: bool
    may_ask: bool
    la: str | None
    provision: str
    places: tuple[Place, ...]
    out: tuple[Out, ...]
    suspended_days: float
    most_days: int
    next: tuple[Next, ...]
    review_by: tuple[UUID, date] | None
    experts: tuple[UUID, ...]
    directions: tuple[UUID, ...]
    help: tuple[Help, ...]
    numbers: Mapping[str, int]


def shown_to_family(
    record: Record, people: People, *, contact: Contact | None, mine: frozenset[UUID]
) -> Shown:
    """``contact``: the reader, None where it is the pupil; ``mine``: what the reader has sent."""
    pupil, today = record.seen.pupil, record.today
    la = pupil.home_la(today)
    words = arrangements.in_force(record.world.arrangements, f"LA{la}", "words", today)
    found = record.world.organisation(f"LA{la}") if la else None
    return Shown(
        first_name=record.first_name,
        you=contact is None,
        guarded=record.guarded,
        may_ask=_may_ask(record, contact),
        la=found.name if found else None,
        provision=words.value if words else "alternative_provision",
        places=tuple(_places(record)),
        out=tuple(excluded(record, mine)),
        suspended_days=suspended_sessions(pupil, academic_year(today), record.world) / 2,
        most_days=record.number("suspension.max-days"),
        next=tuple(sorted(dict.fromkeys(_next(record, mine)), key=_by_day)),
        review_by=review_by(record),
        experts=tuple(experts(record, mine)),
        directions=tuple(d.id for d in pupil.directions if d.ends_on >= today),
        help=tuple(_help(record, people)),
        numbers={
            "representations": record.number("governors.representations"),
            "apply": record.number("review.application"),
            "hearing": record.number("review.hearing"),
            "of_age": record.number(OF_AGE),
            "sixth_day": record.number("exclusion.sixth-day"),
        },
    )


def _may_ask(record: Record, contact: Contact | None) -> bool:
    """A parent, once of age the pupil: the relevant person of SI 2012/1033 reg. 2."""
    if contact is None:
        return (record.age or 0) >= record.number(OF_AGE)
    return contact.parental_responsibility


def _places(record: Record) -> Iterator[Place]:
    pupil, today = record.seen.pupil, record.today

    def place(one: Any, kind: str, organisation: str, **more: Any) -> Place:
        return Place(event=one.id, kind=kind, name=record.named(organisation), **more)

    for spell in pupil.rolls:
        if spell.holds(today):
            yield place(spell, "roll", spell.school, since=spell.occurred_on)
    for one in pupil.placements:
        if one.open:
            yield place(one, "placement", one.provider, since=one.occurred_on,
                        until=one.planned_ends_on, sessions=one.sessions_per_week,
                        why=one.reason)  # fmt: skip
    placed = {one.provider for one in pupil.placements if one.open}
    for told in pupil.directions:
        if told.ends_on >= today and told.provider not in placed:
            yield place(told, "direction", told.provider, since=told.starts_on,
                        until=told.ends_on, sessions=told.sessions_per_week)  # fmt: skip
    for help_ in pupil.outreach:
        if help_.ended_on is None:
            yield place(help_, "outreach", help_.provider, since=help_.occurred_on)
    for part in pupil.part_time:
        if part.open:
            yield place(part, "part_time", part.school, since=part.occurred_on,
                        until=part.ends_on, sessions=part.sessions_per_week)  # fmt: skip
    for back in pupil.reintegrations:
        if back.ended_on is None:
            yield place(back, "return", back.school, since=back.occurred_on,
                        until=back.phased_until)  # fmt: skip


def _by_day(one: Next) -> tuple[date, str, date]:
    return one.due_on, one.kind, one.out or date.min


def _next(record: Record, mine: frozenset[UUID]) -> Iterator[Next]:
    outs, places = exclusions_of(record), _places_of(record)
    for owed in record.owed():
        kind = owed.kind if owed.opened_by in mine else _TO_OTHERS.get(owed.kind, owed.kind)
        if kind in TOLD and owed.opened_on <= record.today:
            status = status_on(owed.closed_on, owed.outcome, owed.due_on, record.today)
            yield Next(kind=kind, owner=record.named(owed.owner), due_on=owed.due_on,
                       late=status == "overdue", out=outs.get(owed.opened_by),
                       place=record.named(places.get(owed.opened_by)))  # fmt: skip


def _places_of(record: Record) -> dict[UUID, str]:
    """By each placement's and direction's notice, and by what was asked and found of them since."""
    pupil = record.seen.pupil
    found = {one.id: one.provider for one in pupil.placements}
    found |= {one.id: one.provider for one in pupil.directions}
    about = [(one.id, one.of) for one in pupil.parent_requests]
    about += [(one.id, one.of) for one in pupil.reviews]
    return found | {event: found[of] for event, of in about if of in found}


def _help(record: Record, people: People) -> Iterator[Help]:
    """SENDIASS, the school, where the pupil is placed, the home LA; of a guarded pupil no place."""
    pupil, today = record.seen.pupil, record.today
    main = pupil.main_roll(today)
    named = [] if record.guarded else [
        *([("school", main.school)] if main else []),
        *(("provider", one.provider) for one in pupil.placements if one.open),
    ]  # fmt: skip
    if la := pupil.home_la(today):
        named.append(("la", f"LA{la}"))
        if advice := people.get((f"LA{la}", SENDIASS)):
            yield Help(kind=SENDIASS, name=advice.name, email=advice.email, phone=advice.phone,
                       hours=advice.hours)  # fmt: skip
    for kind, organisation in dict.fromkeys(named):
        if found := record.world.organisation(organisation):
            yield _asked_there(kind, found, answering(people, organisation))


def _asked_there(kind: str, at: Organisation, who: Person | None) -> Help:
    """An address is shown only of whoever is named for families: others' is for work."""
    email = who.email if who and who.duty == FAMILIES else at.email
    if who is None or who.phone is None:
        return Help(kind=kind, name=at.name, email=email)
    return Help(kind=kind, name=at.name, email=email, phone=who.phone, hours=who.hours,
                ask_for=who.name)  # fmt: skip
