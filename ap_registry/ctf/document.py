"""A Common Transfer File as values: what this registry reads of one, and writes into one."""

from dataclasses import dataclass, field
from datetime import date, datetime

VERSION = "25.0"  # academic year 2025/26
DESCRIPTION = "Common Transfer File"
UNKNOWN_LA, UNKNOWN_ESTAB = "XXX", "XXXX"  # the next school is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A school by LA and establishment number; ``XXX`` ``XXXX`` unknown, ``MMMM`` no school."""

    la: str = UNKNOWN_LA
    estab: str = UNKNOWN_ESTAB
    name: str | None = None

    @property
    def laestab(self) -> str:
        return f"{self.la}{self.estab}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SenSpell:
    """``provision``: N, K or E, as the file has it."""

    starts_on: date | None = None
    provision: str = "N"


@dataclass(frozen=True, slots=True, kw_only=True)
class MealSpell:
    """Entitlement to free school meals; both days included, open where it still runs."""

    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolSpell:
    """A school attended, from the day of entry to the last day there."""

    school: Place
    entered_on: date | None = None
    left_on: date | None = None
    leaving_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceYear:
    """``year``: in which the academic year ends. ``marks``: a character a session, Monday to
    Friday, morning and afternoon, from ``starts_on``; ``-`` none."""

    school: Place
    year: int | None = None
    possible: int | None = None
    authorised: int | None = None
    attended: int | None = None
    unauthorised: int | None = None
    starts_on: date | None = None
    marks: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CtfPupil:
    """``not_read``: parts of the file with content for which the registry has no field."""

    surname: str
    forename: str
    born_on: date
    sex: str
    upn: str | None = None
    former_upn: str | None = None
    nc_year: str | None = None
    ethnicity: str | None = None
    first_language: str | None = None
    enrolment: str | None = None
    sen: tuple[SenSpell, ...] = ()
    sen_needs: tuple[str, ...] = ()  # in order of rank
    in_care: bool | None = None
    care_la: str | None = None
    meals: tuple[MealSpell, ...] = ()
    schools: tuple[SchoolSpell, ...] = ()
    attendance: tuple[AttendanceYear, ...] = ()
    not_read: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    written_at: datetime | None  # local time, as the format has it
    source: Place
    destination: Place = field(default_factory=Place)
    version: str = VERSION
    qualifier: str = "full"
    supplier: str = ""
    academic_year: int | None = None  # in which it ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Ctf:
    header: Header
    pupils: tuple[CtfPupil, ...]


def file_name(header: Header, number: int) -> str:
    """``LLLEEEE_CTF_LLLEEEE_nnn.xml``: from whom, to whom, which."""
    return f"{header.source.laestab}_CTF_{header.destination.laestab}_{number:03}.xml"
