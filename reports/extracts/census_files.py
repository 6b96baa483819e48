"""The census return as the files that are loaded: XML, and a CSV with the same items."""

import csv
import re
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from io import BytesIO, StringIO
from typing import Any
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from ap_registry.ingest.results import safe

POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?) ?(\d[A-Z]{2})\b", re.IGNORECASE)
ADDRESS_LINES = 5
# What may not stand in XML 1.0 at all.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ITEMS: Mapping[str, str] = {
    "UPN": "upn", "Surname": "surname", "Forename": "forename", "DOB": "date_of_birth",
    "Sex": "sex", "Ethnicity": "ethnicity", "SENprovision": "sen_provision",
    "SENtype": "sen_need", "Address": "address", "PostCode": "postcode",
    "EntryDate": "entry_date", "LeavingDate": "leaving_date", "URN": "urn", "UKPRN": "ukprn",
    "SettingType": "setting_type", "PrimaryReason": "reason_code",
    "AttendancePattern": "attendance_code", "SessionsPerWeek": "sessions_per_week",
}  # fmt: skip
Row = Mapping[str, Any]


def postcode(address: str | None) -> str | None:
    """The last one in an address, as it is written: LE1 1AA."""
    found = POSTCODE.findall(address or "")
    return " ".join(found[-1]).upper() if found else None


def as_rows(found: Row) -> bytes:
    """A line for each child; the head has the names of the items."""
    text = StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(_ITEMS)
    for child in found["children"]:
        cells = (child[key] for key in _ITEMS.values())
        lines.writerow("" if cell is None else safe(str(cell)) for cell in cells)
    return text.getvalue().encode()


def as_xml(found: Row) -> bytes:
    """An item without a value is left out; the moment of it is the one by which all was known."""
    message = Element("Message")
    _header(SubElement(message, "Header"), found)
    pupils = SubElement(message, "Pupils")
    for child in found["children"]:
        pupil = SubElement(pupils, "Pupil")
        _pupil(pupil, child)
        for part in [one for one in pupil if len(one) == 0]:
            pupil.remove(part)
    indent(message)
    made = BytesIO()
    ElementTree(message).write(made, encoding="utf-8", xml_declaration=True)
    return made.getvalue() + b"\n"


def _header(header: Element, found: Row) -> None:
    collection = SubElement(header, "CollectionDetails")
    _put(collection, Collection="AP census", Year=found["year"],
         ReferenceDate=found["reference_date"])  # fmt: skip
    source = SubElement(header, "Source")
    _put(
        source, SourceLevel="L", LEA=found["la"], SoftwareCode="AP Registry",
        Release=version("ap-registry"), SerialNo="001", DateTime=found["known_by"][:19],
    )  # fmt: skip


def _pupil(pupil: Element, child: Row) -> None:
    _items(SubElement(pupil, "PupilIdentifiers"), child, "UPN", "Surname", "Forename", "DOB", "Sex")
    characteristics = SubElement(pupil, "PupilCharacteristics")
    _items(characteristics, child, "Ethnicity")
    if child["free_school_meals"]:
        periods = SubElement(characteristics, "FSMeligibility")
        for period in child["free_school_meals"]:
            _put(SubElement(periods, "FSMinstance"), FSMstartDate=period["from"],
                 FSMendDate=period["until"])  # fmt: skip
    sen = SubElement(pupil, "SpecialEducationalNeeds")
    _items(sen, child, "SENprovision")
    if child["sen_need"]:
        need = SubElement(SubElement(sen, "SENneeds"), "SENneed")
        _put(need, SENtypeRank=1, SENtype=child["sen_need"])
    if child["address"]:
        address = SubElement(SubElement(pupil, "HomeInformation"), "Address")
        _put(address, **dict(_lines(child)), PostCode=child["postcode"])
    placement = SubElement(pupil, "Placement")
    _items(placement, child, "EntryDate", "LeavingDate", "URN", "UKPRN", "SettingType",
           "PrimaryReason", "AttendancePattern", "SessionsPerWeek")  # fmt: skip


def _lines(child: Row) -> Iterator[tuple[str, str]]:
    """Without the postcode; what is more than five lines is joined in the fifth."""
    without = POSTCODE.sub("", child["address"]) if child["postcode"] else child["address"]
    parts = [part.strip() for part in re.split(r"[,\n]", without) if part.strip()]
    kept, rest = parts[: ADDRESS_LINES - 1], parts[ADDRESS_LINES - 1 :]
    for number, line in enumerate([*kept, *([", ".join(rest)] if rest else [])], start=1):
        yield f"AddressLine{number}", line


def _items(element: Element, child: Row, *names: str) -> None:
    _put(element, **{name: child[_ITEMS[name]] for name in names})


def _put(element: Element, **values: Any) -> None:
    for name, value in values.items():
        if value is not None:
            SubElement(element, name).text = _FORBIDDEN.sub("", str(value))
