"""A school census or AP census, as XML, into values; a child that cannot be read says why.

Found are elements by their names, wherever in the child's part they stand: modules have other
names from year to year.
"""

import re
from collections.abc import Iterable, Mapping
from typing import BinaryIO
from xml.etree.ElementTree import Element

from ap_registry.census_in.document import AP, SCHOOL, CensusFile, Child, Header
from ap_registry.census_in.names import names, names_in
from ap_registry.census_in.saying import (
    LATEST,
    OF_CHILD,
    OF_SETTING,
    OLDEST,
    child_of,
    day_of,
)
from ap_registry.errors import Unreadable
from ap_registry.ingest.results import BadRow
from ap_registry.ingest.xml_files import elements, tag

ONLY_OF_SETTING = ("setting_type", "reason", "attendance", "sessions_per_week", "ukprn")
_WRITTEN_YEAR = re.compile(r"(\d{4})(\D\d{2}(\d{2})?)?", re.ASCII)
_YEARS = f"{OLDEST} to {LATEST}"
_TAKEN = frozenset(n.element.lower() for n in names() if n.field in {"pupil", "pupil_gone"})
Named = Mapping[str, tuple[str, ...]]


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
    read = (_child(n, one, named) for n, one in enumerate(parts, start=1))
    return CensusFile(header, read)


def _header(element: Element) -> Header:
    texts = _texts([*element.iter()], names_in(None))
    la = texts.get("la", "").zfill(3)
    if not la.isdigit() or la == "000":
        raise Unreadable("The Header does not say whose LA it is (Source/LEA).")
    estab = texts.get("estab", "")
    of_school = texts.get("source_level", "").upper() == "S" or bool(estab)
    on = day_of("reference_date", texts["reference_date"]) if "reference_date" in texts else None
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


def _child(row: int, element: Element, named: Named) -> Child:
    placements = [place for part in element for place in _placements(part, named)]
    within = {id(part) for one in placements for part in one.iter()}
    own = [one for one in element.iter() if id(one) not in within]
    texts = {**_texts(own, _only(OF_CHILD, named)), **_first_need(own, named)}
    of_setting = _only(OF_SETTING, named)
    settings = [_texts([*one.iter()], of_setting) for one in placements if len(one)]
    return child_of(row, texts, settings, gone=tag(element) in named["pupil_gone"])


def _only(fields: Iterable[str], named: Named) -> Named:
    return {name: named[name] for name in fields if name in named}


def _placements(element: Element, named: Named) -> list[Element]:
    """One alone within another is a part of it; several within one are what it wraps.

    So is one alone, where nothing of what wraps it stands outside it.
    """
    within = [place for part in element for place in _placements(part, named)]
    if not _places(element, named):
        return within
    inner = {id(part) for one in within for part in one.iter()}
    own = [one for one in element.iter() if id(one) not in inner]
    says = bool(_texts(own, _only(OF_SETTING, named)))
    return [element] if not within or (says and len(within) == 1) else within


def _places(element: Element, named: Named) -> bool:
    """By its name, or by what stands in it alone: the names of the modules are not sure."""
    if tag(element) in named["placement"]:
        return True
    within = {tag(one) for one in element}
    return any(not within.isdisjoint(named[field]) for field in ONLY_OF_SETTING)


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
