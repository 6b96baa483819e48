"""Attendance codes as people choose them: the commonest first, each in plain words."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from markupsafe import Markup

from ap_registry import codes

WORDS: Mapping[str, str] = {
    "/": "Present", "\\": "Present", "L": "Late", "N": "No reason yet", "I": "Ill",
    "U": "After register closed", "M": "Medical", "O": "Absent without leave", "E": "Excluded",
    "C": "Leave", "C1": "Performance", "C2": "Part-time", "J1": "Interview", "R": "Religious",
    "S": "Study leave", "T": "Travelling", "G": "Holiday", "B": "Off site", "K": "LA arranged",
    "P": "Sport", "V": "Visit", "W": "Work experience", "D": "Other school", "Q": "No LA transport",
    "X": "Not required", "Y1": "Transport", "Y2": "Disruption", "Y3": "Part closed",
    "Y4": "Site closed", "Y5": "Custody", "Y6": "Public health", "Y7": "Unavoidable",
    "Z": "Take mark back", "#": "Closure", "H": "Holiday", "J": "Interview", "Y": "Unable",
}  # fmt: skip
# Sources: SI 2024/208 reg. 10, tables 1 to 4; a page has each sixty times, so these are short.
MEANINGS: Mapping[str, str] = {
    "/": "present in the morning", "\\": "present in the afternoon",
    "L": "late, but before the register closed", "N": "absent, reason not yet established",
    "I": "illness, not an appointment", "U": "arrived after the register closed",
    "M": "medical or dental appointment", "O": "absent in other or unknown circumstances",
    "E": "suspended or excluded, and no other provision made", "C": "leave, exceptional",
    "C1": "leave for a regulated performance or work abroad",
    "C2": "leave of a pupil on a part-time timetable", "J1": "leave for an interview",
    "R": "religious observance", "S": "study leave for a public examination",
    "T": "parent travelling for occupational purposes", "G": "holiday not granted",
    "B": "other approved educational activity off site", "K": "provision arranged by the LA",
    "P": "approved sporting activity", "V": "educational visit", "W": "work experience",
    "D": "dual registered, at the other school", "Q": "no access arrangements by the LA",
    "X": "not of compulsory school age, not required to attend",
    "Y1": "school transport not available", "Y2": "widespread travel disruption",
    "Y3": "part of the premises closed", "Y4": "whole site unexpectedly closed",
    "Y5": "criminal justice detention", "Y6": "public health guidance or law",
    "Y7": "other unavoidable cause affecting the pupil",
    "Z": "not on the roll: takes a wrong mark back", "#": "planned closure of the whole school",
    "H": "holiday granted", "J": "interview", "Y": "unable to attend",
}  # fmt: skip
_PRESENT = ("/", "\\")  # AM, PM


def meant(on: date) -> list[tuple[str, str]]:
    return [(code, words) for code, words in MEANINGS.items() if codes.is_valid_mark(code, on)]


@lru_cache(maxsize=64)
def offered(on: date, session: int) -> tuple[tuple[str, str], ...]:
    """Codes of that day with their words; ``session`` 0 is AM, 1 is PM."""
    other = _PRESENT[1 - session]
    return tuple(
        (code, words)
        for code, words in WORDS.items()
        if code != other and codes.is_valid_mark(code, on)
    )


@lru_cache(maxsize=512)
def options(on: date, session: int, held: str, *, open_: bool, named: bool) -> Markup:
    """What a cell can be, made once for all pupils that hold the same: a register has two cells of
    thirty codes for each. ``open_``: it may stay empty; ``named``: marks of the pupil can be sent.
    """
    option = Markup("<option value={}{}>{} {}")
    chosen = {held: Markup(" selected")}
    found = [option.format(code, chosen.get(code, ""), code, words)
             for code, words in offered(on, session) if named]  # fmt: skip
    return Markup('<option value="">' if open_ else "") + Markup("").join(found)


def present(session: int) -> str:
    return _PRESENT[session]
