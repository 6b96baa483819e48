"""A Common Transfer File of any version into values; a pupil that cannot be read says why."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO
from xml.etree.ElementTree import Element

from ap_registry.ctf.document import (
    UNKNOWN_ESTAB,
    UNKNOWN_LA,
    AttendanceYear,
    Ctf,
    CtfPupil,
    Header,
    MealSpell,
    Place,
    SchoolSpell,
    SenSpell,
)
from ap_registry.errors import Unreadable
from ap_registry.ingest.results import BadRow
from ap_registry.ingest.xml_files import child, children, elements, tag, text_of

_YES = {"true": True, "t": True, "1": True, "y": True, "yes": True}
_YES |= {"false": False, "f": False, "0": False, "n": False, "no": False}
# Until 2018 a CTF had school action and statements too.
_OLD_PROVISION = {"A": "K", "P": "K", "S": "E"}
_TIME = re.compile(r"[T ].*")
_READ = frozenset({
    "upn", "surname", "forename", "dob", "sex", "gender", "basicdetails", "fsmhistory",
    "senhistory", "lookedafter", "attendance", "schoolhistory",
})  # fmt: skip
_READ_BASIC = frozenset({"formerupn", "ncyearactual", "ethnicity", "languages", "enrolstatus"})


@dataclass(frozen=True, slots=True)
class Opened:
    """The header, and each pupil in turn as it is read."""

    header: Header
    pupils: Iterator[CtfPupil | BadRow]


def open_ctf(file: BinaryIO) -> Opened:
    """Read the header; raise Unreadable for what is no CTF, also while pupils are read."""
    found = elements(file, {"pupil"})
    root = next(found, None)
    if root is None or tag(root) != "ctfile":
        raise Unreadable("This is XML, but no Common Transfer File (its root is not CTfile).")
    header = next(found, None)
    if header is None or tag(header) != "header":
        raise Unreadable("The file has no Header: a CTF names its source school there.")
    read = _header(header)
    return Opened(read, (_read(one) for one in found if tag(one) == "pupil"))


def read_ctf(file: BinaryIO) -> Ctf:
    """The whole file; raise BadRow for the first pupil that cannot be read."""
    opened = open_ctf(file)
    pupils: list[CtfPupil] = []
    for pupil in opened.pupils:
        if isinstance(pupil, BadRow):
            raise pupil
        pupils.append(pupil)
    return Ctf(header=opened.header, pupils=tuple(pupils))


def _header(element: Element) -> Header:
    return Header(
        written_at=_instant(text_of(element, "DateTime")),
        source=_place(child(element, "SourceSchool")),
        destination=_place(child(element, "DestSchool")),
        version=text_of(element, "CTFversion") or "",
        qualifier=text_of(element, "DocumentQualifier") or "",
        supplier=text_of(element, "SupplierID") or "",
        academic_year=_whole(text_of(element, "SourceSchool", "AcademicYear")),
    )


def _place(element: Element | None) -> Place:
    """Old files say ``LA`` or ``LEA``; numbers may have lost their leading zeros."""
    la = text_of(element, "LEA") or text_of(element, "LA") or UNKNOWN_LA
    estab = text_of(element, "Estab") or UNKNOWN_ESTAB
    return Place(
        la=la.upper().zfill(3), estab=estab.upper().zfill(4), name=text_of(element, "SchoolName")
    )


def _instant(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None) if text else None
    except ValueError:
        return None


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else None


def _read(element: Element) -> CtfPupil | BadRow:
    try:
        return _pupil(element)
    except BadRow as bad:
        return bad


def _pupil(element: Element) -> CtfPupil:
    basic = child(element, "BasicDetails")
    born_on = _day(text_of(element, "DOB"), "DOB")
    if born_on is None:
        raise BadRow("DOB", "required", "DOB is needed")
    needs = children(element, "SENhistory", "SENneeds", "SENneed") or children(
        element, "SENneeds", "SENneed"
    )
    return CtfPupil(
        surname=_needed(element, "Surname"),
        forename=_needed(element, "Forename"),
        born_on=born_on,
        sex=(text_of(element, "Sex") or _needed(element, "Gender"))[0].upper(),
        upn=text_of(element, "UPN"),
        former_upn=text_of(basic, "FormerUPN"),
        nc_year=_nc_year(text_of(basic, "NCyearActual")),
        ethnicity=text_of(basic, "Ethnicity"),
        first_language=_first_language(basic),
        enrolment=text_of(basic, "EnrolStatus"),
        sen=tuple(map(_sen, children(element, "SENhistory", "SEN"))),
        sen_needs=tuple(_ranked(needs)),
        in_care=_yes(text_of(element, "LookedAfter", "InCare")),
        care_la=text_of(element, "LookedAfter", "CareAuthority"),
        meals=tuple(_meals(children(element, "FSMhistory", "FSMinstance"))),
        schools=tuple(map(_school, children(element, "SchoolHistory", "School"))),
        attendance=tuple(map(_year, children(element, "Attendance", "YearData"))),
        not_read=tuple(_not_read(element, basic)),
    )


def _needed(element: Element, name: str) -> str:
    text = text_of(element, name)
    if text is None:
        wanted = "Sex (or Gender)" if name == "Gender" else name
        raise BadRow(name, "required", f"{wanted} is needed")
    return text


def _day(text: str | None, name: str) -> date | None:
    """ISO, as the format has it; DD/MM/YYYY in files of long ago."""
    if text is None:
        return None
    for pattern in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(_TIME.sub("", text), pattern).date()
        except ValueError:
            continue
    raise BadRow(name, "bad_format", f"{name} must be a date such as 2011-02-03")


def _nc_year(text: str | None) -> str | None:
    return text.lstrip("0") or None if text else None


def _first_language(basic: Element | None) -> str | None:
    """``F`` is the first language; a file of one language without a type means that one."""
    spoken = children(basic, "Languages", "Type") or children(basic, "Languages", "Language")
    first = [one for one in spoken if (text_of(one, "LanguageType") or "F") == "F"]
    for one in first:
        if text := text_of(one, "Language") or (one.text or "").strip():
            return text
    return None


def _sen(element: Element) -> SenSpell:
    provision = (text_of(element, "SENprovision") or "N").upper()
    return SenSpell(
        starts_on=_day(text_of(element, "StartDate"), "StartDate"),
        provision=_OLD_PROVISION.get(provision, provision),
    )


def _ranked(needs: Iterable[Element]) -> Iterator[str]:
    """Primary need first."""
    ranked = sorted(needs, key=lambda one: _whole(text_of(one, "SENtypeRank")) or 99)
    for one in ranked:
        if text := text_of(one, "SENtype"):
            yield text.upper()


def _yes(text: str | None) -> bool | None:
    return None if text is None else _YES.get(text.lower())


def _meals(instances: Iterable[Element]) -> Iterator[MealSpell]:
    for one in instances:
        starts_on = _day(text_of(one, "FSMstartDate"), "FSMstartDate")
        if starts_on is not None:
            ends_on = _day(text_of(one, "FSMendDate"), "FSMendDate")
            yield MealSpell(starts_on=starts_on, ends_on=ends_on)


def _school(element: Element) -> SchoolSpell:
    return SchoolSpell(
        school=_place(element),
        entered_on=_day(text_of(element, "EntryDate"), "EntryDate"),
        left_on=_day(text_of(element, "LeavingDate"), "LeavingDate"),
        leaving_reason=text_of(element, "LeavingReason"),
    )


def _year(element: Element) -> AttendanceYear:
    sessions = child(element, "AttendSessions")
    return AttendanceYear(
        school=_place(element),
        year=_whole(text_of(element, "Year")),
        possible=_whole(text_of(element, "SessionsPossible")),
        authorised=_whole(text_of(element, "SessionsAuthorised")),
        attended=_whole(text_of(element, "SessionsAttended")),
        unauthorised=_whole(text_of(element, "SessionsUnauthorised")),
        starts_on=_day(text_of(sessions, "AttendanceStartDate"), "AttendanceStartDate"),
        marks=text_of(sessions, "AttendanceMarks") or "",
    )


def _not_read(element: Element, basic: Element | None) -> Iterator[str]:
    """Parts with content that have no place in a notice, by name, each once."""
    named: dict[str, str] = {}
    for parent, read in ((element, _READ), (basic, _READ_BASIC)):
        for one in parent if parent is not None else ():
            if tag(one) not in read and "".join(one.itertext()).strip():
                named.setdefault(tag(one), str(one.tag).rpartition("}")[2])
    yield from named.values()
