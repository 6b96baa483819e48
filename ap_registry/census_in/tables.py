"""A school census or AP census as a table, as our own reports write it: a row a child or placement.

A table does not say whose it is and of when: whoever sends it does.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import BinaryIO

from ap_registry.calendar import census_day
from ap_registry.census_in.document import AP, SCHOOL, CensusFile, Child, Header
from ap_registry.census_in.names import names_in
from ap_registry.census_in.reading import ONLY_OF_SETTING, open_census
from ap_registry.census_in.saying import LATEST, OF_CHILD, OF_SETTING, OLDEST, child_of
from ap_registry.errors import Problem, Refused, Unreadable
from ap_registry.ingest.kinds import SNIFF_BYTES, kind_of
from ap_registry.ingest.results import BadRow, RowError
from ap_registry.ingest.spreadsheets import Cells, read_rows
from ap_registry.ingest.text_tables import encoding_of

WHOSE = "A table does not say whose census it is: name the organisation"
_LA = re.compile(r"(?:LA)?(\d{3})", re.IGNORECASE | re.ASCII)
_BY, _NAME, _NOT_GIVEN = "by", "name", "not given"
# What our extract of AP that schools arranged calls them.
_OURS = {"entry_date": "starts_on", "leaving_date": "ends_on", "reason_code": "reason",
         _BY: _BY, _NAME: _NAME}  # fmt: skip
_PASSED = frozenset(
    {"address", "postcode", "la", "lea", "estab", "year", "term", "sentyperank", "year_group",
     "arranged_by", "provider_name", "reason_words", "wrong"}
)  # fmt: skip
_NUMBERS = {6: "urn", 8: "ukprn"}  # by how many figures they have
_OF_PLACEMENT = frozenset({*ONLY_OF_SETTING, "urn", _BY})


def header_of(organisation: str, on: date, *, said: bool = True) -> Header:
    """Of an LA the AP census of the next census day from ``on``; of a school that of ``on``.

    ``said``: whether somebody said ``on``, or it is only today.
    Raise Refused for a day of no census.
    """
    if not OLDEST <= on.year <= LATEST:
        words = f"on must be a day of the years {OLDEST} to {LATEST}"
        raise Refused((Problem("/on", "bad_format", words),))
    la = _LA.fullmatch(organisation.strip())
    if la is None:
        return Header(
            kind=SCHOOL, la="", school=organisation.strip(), year=on.year, on=on, said=said
        )
    day = next_census_day(on)
    return Header(kind=AP, la=la[1], year=day.year, on=day, said=said and day == on)


def next_census_day(on: date) -> date:
    """The day itself, where it is one."""
    this = census_day(on.year - 1)
    return this if on <= this else census_day(on.year)


def is_table(head: bytes) -> bool:
    """By how the file begins: no XML, and nothing that is neither table nor text."""
    start = head.decode(encoding_of(head), errors="ignore").lstrip("\ufeff \t\r\n")
    return bool(start) and not start.startswith("<")


def open_file(file: BinaryIO, header: Header | None = None) -> CensusFile:
    """XML, or a table of what ``header`` says, with a school by its URN.

    Raise Unreadable for what is no census.
    """
    head = file.read(SNIFF_BYTES)
    file.seek(0)
    if not is_table(head):
        return open_census(file)
    if kind_of(head) == "jsonl":
        raise Unreadable("This is JSON: send a census as XML, CSV or XLSX.")
    if header is None:
        raise Unreadable(f"{WHOSE}.")
    rows = list(read_rows(file, known=columns()))
    named = next((cells for _, cells in rows if isinstance(cells, dict)), {})
    fields = {_columns()[name] for name in named if name in _columns()}
    if named and fields.isdisjoint({"upn", "surname", _NAME}):
        raise Unreadable("The file has no column UPN or Surname: it says of nobody who it is.")
    said = [(n, cells if isinstance(cells, BadRow) else _texts(cells)) for n, cells in rows]
    known = [texts for _, texts in said if isinstance(texts, dict)]
    own = _without_own(header, known)
    placed = (
        header.kind == AP or not rows or not fields.isdisjoint(_OF_PLACEMENT - {"urn"})
        or any("urn" in texts for texts in known)
    )  # fmt: skip
    of_roll = header.kind == SCHOOL and (own or not placed or "registration" in fields)
    read = [_child(number, texts, placed=placed and not of_roll) for number, texts in said]
    return CensusFile(header, iter(_together(read)), of_roll=of_roll)


def _without_own(header: Header, rows: Iterable[dict[str, str]]) -> bool:
    """Take out where a school's row says whose pupil it is; whether any does."""
    own = [texts for texts in rows if header.kind == SCHOOL and texts.get("urn") == header.school]
    for texts in own:
        del texts["urn"]
    return bool(own)


def columns() -> frozenset[str]:
    """What the columns of a table may be called, those that are passed over too."""
    return frozenset({*_columns(), *_PASSED})


@cache
def _columns() -> Mapping[str, str]:
    """By its name, as a header is read, the field of a column."""
    by_field = names_in(None)
    fields = {*OF_CHILD, *OF_SETTING}
    called = {name: field for field in sorted(fields) for name in by_field[field]}
    return called | {field: field for field in fields} | _OURS


def _texts(cells: Cells) -> dict[str, str]:
    texts: dict[str, str] = {}
    for name, cell in cells.items():
        if name in _columns() and cell and cell != _NOT_GIVEN:
            texts.setdefault(_columns()[name], cell)
    if _NAME in texts:
        surname, _, forename = texts.pop(_NAME).partition(",")
        texts = {"surname": surname.strip(), "forename": forename.strip(), **texts}
    if _BY in texts:
        by = texts.pop(_BY)
        texts[_NUMBERS.get(len(by), "setting_type") if by.isdigit() else "setting_type"] = by
    return texts


def _child(number: int, texts: dict[str, str] | BadRow, *, placed: bool) -> Child:
    """``placed``: each row is a placement; else what says more than a roll does."""
    if isinstance(texts, BadRow):
        problem = RowError.bad(number, texts)
        return Child(row=number, upn=None, details={}, problems=(problem,))
    if not placed and _OF_PLACEMENT.isdisjoint(texts):
        return child_of(number, texts, ())
    setting = {name: texts.pop(name) for name in OF_SETTING if name in texts}
    return child_of(number, texts, [setting] if setting else [])


def _described(child: Child) -> object:
    said = {"given_name", "family_name", "date_of_birth"} <= child.details.keys()
    return (child.upn_as_written, *sorted(child.details.items())) if said else None


def _together(read: Iterable[Child]) -> Iterable[Child]:
    """The placements of a child that stands in several rows, in its first.

    Without UPN it is the same where all details are, names and birth among them.
    """
    found: dict[object, Child] = {}
    for one in read:
        key = one.upn or _described(one) or one.row
        first = found.get(key)
        found[key] = one if first is None else replace(
            first, placements=(*first.placements, *one.placements),
            problems=(*first.problems, *one.problems),
            registration=first.registration or one.registration,
            starts_on=first.starts_on or one.starts_on, ends_on=first.ends_on or one.ends_on,
        )  # fmt: skip
    return found.values()
