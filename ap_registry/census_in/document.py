"""A census file as values: what of it this registry can compare."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from ap_registry.ingest.results import RowError

AP, SCHOOL = "ap", "school"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A placement as the file has it; ``reason`` and ``attendance`` in DfE's codes."""

    starts_on: date | None = None
    ends_on: date | None = None
    urn: str | None = None
    ukprn: str | None = None
    setting_type: str | None = None
    reason: str | None = None
    attendance: str | None = None
    sessions_per_week: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """``details``: in the fields and codes of a notice; ``row``: which pupil of the file.

    ``gone``: the file has the child among those no longer on the roll. ``problems``: what of it
    could not be read, and is left out here. ``upn_as_written``: also where it is none.
    """

    row: int
    upn: str | None
    upn_as_written: str = ""
    details: Mapping[str, str]
    registration: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    gone: bool = False
    placements: tuple[Setting, ...] = ()
    problems: tuple[RowError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """``kind``: AP of an LA, SCHOOL of a school, which is named by LAESTAB or URN.

    ``said``: whether somebody said ``on``, or it was taken by default.
    """

    kind: str
    la: str
    school: str | None = None
    year: int | None = None
    on: date | None = None
    said: bool = True


@dataclass(frozen=True, slots=True)
class CensusFile:
    """The header, and each child in turn as it is read. ``of_roll``: it says who is on the roll."""

    header: Header
    children: Iterator[Child]
    of_roll: bool = True
