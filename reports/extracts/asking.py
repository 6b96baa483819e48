"""Periods of the extracts where none is given, and who a pupil is in their rows."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ap_registry.calendar import SchoolCalendar
from ap_registry.happenings import Contact
from reports.pupils import Known


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Of which school, from when to when; both days included."""

    school: str
    from_on: date
    to_on: date


def term_of(calendar: SchoolCalendar, day: date) -> tuple[date, date]:
    """First and last day of the school's term (its two half-terms) that holds the day, or the next.

    Where no terms are loaded: the three months up to the day.
    """
    part = calendar.term_of(day)
    blocks = [b for b in calendar.blocks if calendar.term_of(b.starts_on) == part]
    if not blocks:
        return day - timedelta(days=90), day
    return min(b.starts_on for b in blocks), max(b.ends_on for b in blocks)


def last_month(today: date) -> tuple[date, date]:
    """The last calendar month that is over."""
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def month_of(day: date) -> tuple[date, date]:
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def who(known: Known) -> dict[str, Any]:
    return {
        "pupil_id": str(known.id),
        "name": known.name,
        "upn": known.upn,
        "year_group": known.pupil.year_group(known.day),
    }


def carers(known: Known) -> list[Contact]:
    """Contacts with parental responsibility, as they stand on the day."""
    return [
        contact
        for contact in known.pupil.contacts
        if contact.parental_responsibility
        and (contact.ended_on is None or contact.ended_on > known.day)
    ]


def address(known: Known) -> str | None:
    """Of the one recorded last who has one; whether the caller may be told is not asked here."""
    found = [contact.address for contact in carers(known) if contact.address]
    return found[-1] if found else None
