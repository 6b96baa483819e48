"""Who is told what: the person at an organisation who does the duty that fits."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

DUTIES = (
    "exclusions", "attendance", "safeguarding", "senco", "virtual_school_head", "social_care",
    "panel_chair", "health", "sendiass", "families", "lead",
)  # fmt: skip
LEAD = "lead"
FAMILIES, SENDIASS = FOR_FAMILIES = ("families", "sendiass")
_BY_START = (
    ("attendance_", "attendance"), ("sickness_", "attendance"), ("code_n_", "attendance"),
    ("unauthorised_", "attendance"), ("persistent_", "attendance"), ("severe_", "attendance"),
    ("first_day_", "safeguarding"), ("register_missing", "attendance"), ("part_time_", "senco"),
    ("sixth_day_", "exclusions"), ("day_six_", "exclusions"), ("day_one_", "exclusions"),
    ("governors_", "exclusions"),
    ("la_notice", "exclusions"), ("parent_notice", "exclusions"), ("review_", "exclusions"),
    ("social_worker_", "exclusions"), ("virtual_school_head_", "exclusions"),
    ("cancellation_", "exclusions"), ("suspension", "exclusions"), ("exclusion_", "exclusions"),
    ("permanent_exclusion", "exclusions"), ("ehc_", "senco"), ("health_", "health"),
    ("registration_watch", "safeguarding"),
    ("new_pupil_", "attendance"), ("deletion_", "attendance"), ("joined_roll", "attendance"),
    ("left_roll", "attendance"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who does a duty, and who stands in when mail to them comes back.

    ``phone`` and ``hours``, when it is answered: for families.
    """

    organisation: str
    duty: str
    name: str
    email: str
    deputy_name: str | None = None
    deputy_email: str | None = None
    phone: str | None = None
    hours: str | None = None


@cache
def duty_for(kind: str) -> str:
    """Of a kind of follow-up or notice; what fits nowhere else is for whoever leads."""
    return next((duty for start, duty in _BY_START if kind.startswith(start)), LEAD)


People = Mapping[tuple[str, str], Person]


def answering(people: People, organisation: str) -> Person | None:
    """Who answers families there: whoever is named for it, or sees to exclusions, or leads."""
    duties = (FAMILIES, "exclusions", LEAD)
    return next((one for duty in duties if (one := people.get((organisation, duty)))), None)


def unsaid(people: People, authority: str) -> tuple[str, ...]:
    """Of which of ``FOR_FAMILIES`` the LA's families are told no telephone number."""
    told = {FAMILIES: answering(people, authority), SENDIASS: people.get((authority, SENDIASS))}
    return tuple(duty for duty, one in told.items() if one is None or one.phone is None)


def addresses(person: Person | None, organisation: str | None) -> tuple[str, ...]:
    """In the order in which they are tried: the person, the deputy, the organisation's own."""
    found = (person.email, person.deputy_email) if person else ()
    return tuple(dict.fromkeys(one for one in (*found, organisation) if one))
