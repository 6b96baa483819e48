"""A Common Transfer File of version 25.0 from values, its elements in the order of the format."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ap_registry.ctf.document import DESCRIPTION, AttendanceYear, Ctf, CtfPupil, Header, Place

COUNTRY = "ENG"


def write_ctf(ctf: Ctf) -> bytes:
    root = Element("CTfile")
    _header(root, ctf.header)
    data = SubElement(root, "CTFpupilData")
    for pupil in ctf.pupils:
        _pupil(data, pupil)
    indent(root)
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _add(parent: Element, name: str, value: object) -> None:
    """An element with text; none where there is nothing to say."""
    if value is not None and value != "":
        SubElement(parent, name).text = str(value)


def _place(parent: Element, place: Place) -> None:
    _add(parent, "LEA", place.la)
    _add(parent, "Estab", place.estab)
    _add(parent, "SchoolName", place.name)


def _header(root: Element, header: Header) -> None:
    element = SubElement(root, "Header")
    _add(element, "DocumentName", DESCRIPTION)
    _add(element, "CTFversion", header.version)
    if header.written_at is not None:
        _add(element, "DateTime", header.written_at.isoformat(timespec="seconds"))
    _add(element, "DocumentQualifier", header.qualifier)
    _add(element, "DataDescriptor", "Pupils who move")
    _add(element, "SupplierID", header.supplier)
    source = SubElement(element, "SourceSchool")
    _place(source, header.source)
    _add(source, "AcademicYear", header.academic_year)
    _place(SubElement(element, "DestSchool"), header.destination)


def _pupil(data: Element, pupil: CtfPupil) -> None:
    element = SubElement(data, "Pupil")
    _add(element, "UPN", pupil.upn)
    _add(element, "Surname", pupil.surname)
    _add(element, "Forename", pupil.forename)
    _add(element, "DOB", pupil.born_on)
    _add(element, "Sex", pupil.sex)
    _basic_details(element, pupil)
    _meals(element, pupil)
    _sen(element, pupil)
    if pupil.in_care is not None:
        cared_for = SubElement(element, "LookedAfter")
        _add(cared_for, "InCare", str(pupil.in_care).lower())
        _add(cared_for, "CareAuthority", pupil.care_la)
    if pupil.attendance:
        within = SubElement(element, "Attendance")
        for year in pupil.attendance:
            _year(within, year)
    if pupil.schools:
        history = SubElement(element, "SchoolHistory")
        for spell in pupil.schools:
            school = SubElement(history, "School")
            _place(school, spell.school)
            _add(school, "EntryDate", spell.entered_on)
            _add(school, "LeavingDate", spell.left_on)
            _add(school, "LeavingReason", spell.leaving_reason)


def _basic_details(element: Element, pupil: CtfPupil) -> None:
    basic = SubElement(element, "BasicDetails")
    _add(basic, "FormerUPN", pupil.former_upn)
    _add(basic, "NCyearActual", pupil.nc_year)
    _add(basic, "Ethnicity", pupil.ethnicity)
    if pupil.first_language:
        spoken = SubElement(SubElement(basic, "Languages"), "Type")
        _add(spoken, "LanguageType", "F")
        _add(spoken, "Language", pupil.first_language)
    _add(basic, "EnrolStatus", pupil.enrolment)


def _meals(element: Element, pupil: CtfPupil) -> None:
    if not pupil.meals:
        return
    history = SubElement(element, "FSMhistory")
    for spell in pupil.meals:
        instance = SubElement(history, "FSMinstance")
        _add(instance, "FSMstartDate", spell.starts_on)
        _add(instance, "FSMendDate", spell.ends_on)
        _add(instance, "UKcountry", COUNTRY)


def _sen(element: Element, pupil: CtfPupil) -> None:
    if not pupil.sen and not pupil.sen_needs:
        return
    history = SubElement(element, "SENhistory")
    for spell in pupil.sen:
        sen = SubElement(history, "SEN")
        _add(sen, "StartDate", spell.starts_on)
        _add(sen, "SENprovision", spell.provision)
    if pupil.sen_needs:
        needs = SubElement(history, "SENneeds")
        for rank, need in enumerate(pupil.sen_needs, start=1):
            one = SubElement(needs, "SENneed")
            _add(one, "SENtypeRank", rank)
            _add(one, "SENtype", need)


def _year(within: Element, year: AttendanceYear) -> None:
    data = SubElement(within, "YearData")
    _add(data, "Year", year.year)
    _place(data, year.school)
    for name, value in _totals(year):
        _add(data, name, value)
    if year.marks or year.starts_on:
        sessions = SubElement(data, "AttendSessions")
        _add(sessions, "AttendanceStartDate", year.starts_on)
        _add(sessions, "AttendanceMarks", year.marks)


def _totals(year: AttendanceYear) -> Iterator[tuple[str, int | None]]:
    yield "SessionsPossible", year.possible
    yield "SessionsAuthorised", year.authorised
    yield "SessionsAttended", year.attended
    yield "SessionsUnauthorised", year.unauthorised
