"""A school census or AP census, as XML, into values; a child that cannot be read says why.

Found are elements by their names, wherever in the child's part they stand: modules have other
names from year to year.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import BinaryIO
from xml.etree.ElementTree import Element

from ap_registry.census_in.document import AP, SCHOOL, CensusFile, Child, Header, Setting
from ap_registry.census_in.names import names, names_in
from ap_registry.errors import Unreadable
from ap_registry.fields import BadValue, Day, Kind, Reading, Whole
from ap_registry.identifiers import BadIdentifier, parse_upn
from ap_registry.ingest.results import BadRow
from ap_registry.ingest.xml_files import elements, tag
from ap_registry.notices import CATALOGUE

_READING = Reading(on=date.max, organisation=lambda _name: None, from_file=True)
_DAY, _SESSIONS = Day(), Whole(low=1, high=10)
_REGISTERED = CATALOGUE["pupil_registered"].fields
_DETAILS = ("sex", "ethnicity", "first_language", "nc_year", "sen_provision", "sen_need")
OLDEST, LATEST = 2000, 2100
_YEARS = f"{OLDEST} to {LATEST}"
_BORN_FROM = 1900
_WRITTEN_YEAR = re.compile(r"(\d{4})(\D\d{2}(\d{2})?)?", re.ASCII)
_NAMES = {"given_name": "forename", "family_name": "surname"}
_OWN = {*_DETAILS, *_NAMES.values(), "upn", "born_on", "registration", "starts_on", "ends_on"}
_TAKEN = frozenset(n.element.lower() for n in names() if n.field in {"pupil", "pupil_gone"})
Named = Mapping[str, tuple[str, ...]]
Texts = Mapping[str, str]


def open_census(file: BinaryIO) -> CensusFile:
    """Read the header; raise Unreadable for what is no census, also while children are read."""
    found = elements(file, _TAKEN)
    root = next(found, None)
    if root is None or tag(root) != "message":
        raise Unreadable("This is XML, but no census file (its root is not Message).")
    first = next(found, None)
    if first is None or tag(first) != "header":
        raise Unreadable("The file has no Header: a census file says there whose it is.")
    try:
        header = _header(first)
    except BadRow as bad:
        raise Unreadable(f"The Header cannot be read: {bad.detail}.") from None
    named = names_in(header.year)
    parts = (one for one in found if tag(one) in _TAKEN)
    read = ((n, _read(n, one, named)) for n, one in enumerate(parts, start=1))
    return CensusFile(header, read)


def _header(element: Element) -> Header:
    texts = _texts([*element.iter()], names_in(None))
    la = texts.get("la", "").zfill(3)
    if not la.isdigit() or la == "000":
        raise Unreadable("The Header does not say whose LA it is (Source/LEA).")
    estab = texts.get("estab", "")
    of_school = texts.get("source_level", "").upper() == "S" or bool(estab)
    on = _day(texts, "reference_date")
    year = _year(texts.get("year"))
    if on is not None and not OLDEST <= on.year <= LATEST:
        raise BadRow("reference_date", "bad_format", f"reference_date must be in {_YEARS}")
    school = f"{la}{estab.zfill(4)}" if estab else texts.get("urn_of_school")
    if of_school and not school:
        raise Unreadable("The Header does not say which school it is (Source/Estab).")
    return Header(
        kind=SCHOOL if of_school else AP, la=la, school=school if of_school else None, on=on,
        year=year or (on.year if on else None),
    )  # fmt: skip


def _year(text: str | None) -> int | None:
    """Of an academic year, such as 2025/26, the first; raise BadRow for one of no census."""
    if text is None:
        return None
    found = _WRITTEN_YEAR.fullmatch(text)
    if found is None or not OLDEST <= int(found[1]) <= LATEST:
        raise BadRow("year", "bad_format", f"year must be one of {_YEARS}")
    return int(found[1])


def _read(row: int, element: Element, named: Named) -> Child | BadRow:
    try:
        return _child(row, element, named)
    except BadRow as bad:
        return bad


def _child(row: int, element: Element, named: Named) -> Child:
    placements = [place for part in element for place in _placements(part, named)]
    within = {id(part) for one in placements for part in one.iter()}
    own = [one for one in element.iter() if id(one) not in within]
    texts = _texts(own, {field: named[field] for field in _OWN if field in named})
    texts = {**texts, **_first_need(own, named)}
    return Child(
        row=row,
        upn=_upn(texts.get("upn")),
        details=_details(texts),
        registration=texts.get("registration", "").upper() or None,
        starts_on=_day(texts, "starts_on"),
        ends_on=_day(texts, "ends_on"),
        gone=tag(element) in named["pupil_gone"],
        placements=tuple(_setting(one, named) for one in placements if len(one)),
    )


def _placements(element: Element, named: Named) -> list[Element]:
    """One alone within another is a part of it; several within one are what it wraps.

    So is one alone, where nothing of what wraps it stands outside it.
    """
    within = [place for part in element for place in _placements(part, named)]
    if not _places(element, named):
        return within
    inner = {id(part) for one in within for part in one.iter()}
    own = [one for one in element.iter() if id(one) not in inner]
    says = bool(_texts(own, {name: named[name] for name in _OF_SETTING if name in named}))
    return [element] if not within or (says and len(within) == 1) else within


def _places(element: Element, named: Named) -> bool:
    """By its name, or by what stands in it alone: the names of the modules are not sure."""
    if tag(element) in named["placement"]:
        return True
    within = {tag(one) for one in element}
    return any(not within.isdisjoint(named[field]) for field in _ONLY_OF_SETTING)


def _texts(parts: list[Element], named: Named) -> dict[str, str]:
    """Of each field the first that says something."""
    said: dict[str, str] = {}
    for one in parts:
        text = (one.text or "").strip()
        if text and len(one) == 0:
            said.setdefault(tag(one), text)
    found = {
        field: next((said[t] for t in tags if t in said), None) for field, tags in named.items()
    }
    return {field: text for field, text in found.items() if text}


def _first_need(own: list[Element], named: Named) -> dict[str, str]:
    """The need of rank 1; DfE lists two, in any order."""
    of = {"sen_need": named["sen_need"], "sen_rank": named["sen_rank"]}
    ranked = [_texts([*one], of) for one in own if len(one)]
    needs = [one for one in ranked if "sen_need" in one]
    needs.sort(key=lambda one: one.get("sen_rank", "9"))
    return {"sen_need": needs[0]["sen_need"]} if needs else {}


def _upn(text: str | None) -> str | None:
    try:
        return parse_upn(text) if text else None
    except BadIdentifier as bad:
        raise BadRow("upn", bad.code, str(bad)) from None


def _details(texts: Texts) -> dict[str, str]:
    """In the codes of a notice; raise BadRow for one that is none."""
    said = {name: texts[field] for name, field in _NAMES.items() if field in texts}
    if "born_on" in texts:
        said["date_of_birth"] = str(_day({"date_of_birth": texts["born_on"]}, "date_of_birth"))
    said |= {name: texts[name] for name in _DETAILS if name in texts}
    return {name: _as(name, text, _REGISTERED[name].kind) for name, text in said.items()}


def _as(name: str, text: str, kind: Kind) -> str:
    text = text.lstrip("0") or text if name == "nc_year" else text
    try:
        return str(kind.read(text, _READING))
    except BadValue as bad:
        raise BadRow(name, bad.code, f"{name} {bad.detail}") from None


def _day(texts: Texts, name: str) -> date | None:
    try:
        found = _DAY.read(texts[name], _READING) if name in texts else None
    except BadValue as bad:
        raise BadRow(name, bad.code, f"{name} {bad.detail}") from None
    if found is not None and not _BORN_FROM <= found.year <= LATEST:
        words = f"{name} must be a day of the years {_BORN_FROM} to {LATEST}"
        raise BadRow(name, "bad_format", words)
    return found


def _setting(element: Element, named: Named) -> Setting:
    texts = _texts([*element.iter()], {name: named[name] for name in _OF_SETTING if name in named})
    sessions = texts.get("sessions_per_week")
    try:
        number = _SESSIONS.read(sessions, _READING) if sessions else None
    except BadValue as bad:
        name = "sessions_per_week"
        raise BadRow(name, bad.code, f"{name} {bad.detail}") from None
    return Setting(
        starts_on=_day(texts, "starts_on"),
        ends_on=_day(texts, "ends_on"),
        sessions_per_week=number,
        **{name: texts.get(name) for name in ("urn", "ukprn", "setting_type", "reason",
                                              "attendance")},
    )  # fmt: skip


_ONLY_OF_SETTING = ("setting_type", "reason", "attendance", "sessions_per_week", "ukprn")
_OF_SETTING = (
    "starts_on", "ends_on", "urn", "ukprn", "setting_type", "reason", "attendance",
    "sessions_per_week",
)  # fmt: skip
