"""The marks of a CTF, a character a session from a first day, and packed weeks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from ap_registry import codes
from ap_registry.ctf.document import AttendanceYear

_DAYS, _SESSIONS = 5, 2
_LONGEST = 2 * 7 * 60  # sessions of a year, weekends and some more
_NONE = frozenset("-* ")
_CLOSED = _NONE | {"#"}
_ONE_CHARACTER = {code: code[0] for code in codes.ATTENDANCE}


@dataclass(frozen=True, slots=True)
class Totals:
    """Sessions of a string of packed marks by their statistical class."""

    possible: int
    attended: int
    authorised: int
    unauthorised: int


def written(weeks: Mapping[date, str]) -> tuple[date, str]:
    """The first Monday, and the marks of these weeks (packed, by Monday) up to the last one.

    A code of two letters becomes its first: more a CTF cannot say.
    """
    first, last = min(weeks), max(weeks)
    text = ""
    for number in range((last - first).days // 7 + 1):
        packed = weeks.get(first + timedelta(weeks=number), codes.NO_MARK * _DAYS * _SESSIONS)
        text += "".join(_character(byte) for byte in packed)
    return first, text.rstrip(codes.NO_MARK)


def _character(byte: str) -> str:
    code = codes.from_byte(byte)
    return _ONE_CHARACTER.get(code, code)


def totals(packed: str) -> Totals:
    attended = sum(byte in codes.PRESENT_BYTES + codes.APPROVED_BYTES for byte in packed)
    authorised = sum(byte in codes.AUTHORISED_BYTES for byte in packed)
    unauthorised = sum(byte in codes.UNAUTHORISED_BYTES for byte in packed)
    return Totals(
        possible=attended + authorised + unauthorised,
        attended=attended,
        authorised=authorised,
        unauthorised=unauthorised,
    )


def read(year: AttendanceYear) -> dict[date, str]:
    """Packed weeks by Monday; raise ValueError where the marks cannot be trusted.

    A CTF does not say whether weekends are in the string; where its totals are given and do not
    agree with what is read, nothing is. A character that is no code of that day is left out.
    """
    if year.starts_on is None or not year.marks:
        return {}
    if len(year.marks) > _LONGEST or year.starts_on.year > date.max.year - 2:
        raise ValueError("there are more marks than a year has sessions")
    found = dict(_by_session(year.starts_on, year.marks))
    if not _agrees(year, "".join(found.values())):
        raise ValueError("the marks do not add up to the totals beside them")
    weeks: dict[date, list[str]] = {}
    for (day, session), byte in found.items():
        monday = day - timedelta(days=day.weekday())
        week = weeks.setdefault(monday, [codes.NO_MARK] * _DAYS * _SESSIONS)
        week[day.weekday() * _SESSIONS + session] = byte
    packed = {monday: "".join(week) for monday, week in weeks.items()}
    return {monday: week for monday, week in packed.items() if week.strip(codes.NO_MARK)}


def _by_session(starts_on: date, marks: str) -> Iterator[tuple[tuple[date, int], str]]:
    """Monday to Friday, or all days where every weekend's sessions hold nothing."""
    seven = _holds_weekends(starts_on, marks)
    day, session = starts_on, 0
    for character in marks:
        while not seven and day.weekday() >= _DAYS:
            day += timedelta(days=1)
        school_day = day.weekday() < _DAYS and character not in _NONE
        if school_day and codes.is_valid_mark(character, day):
            yield (day, session), codes.to_byte(character)
        session += 1
        if session == _SESSIONS:
            day, session = day + timedelta(days=1), 0


def _holds_weekends(starts_on: date, marks: str) -> bool:
    """Nothing stands on any Saturday or Sunday, and something on most other days.

    Two weekends at least: in fewer it might be chance.
    """
    in_week: list[str] = []
    weekend: list[str] = []
    for place, character in enumerate(marks):
        day = starts_on + timedelta(days=place // _SESSIONS)
        (weekend if day.weekday() >= _DAYS else in_week).append(character)
    filled = sum(one not in _CLOSED for one in in_week)
    long_enough = len(weekend) >= 2 * 2 * _SESSIONS
    return long_enough and filled * 2 >= len(in_week) and set(weekend) <= _CLOSED


def _agrees(year: AttendanceYear, packed: str) -> bool:
    counted = totals(packed)
    pairs = (
        (year.possible, counted.possible),
        (year.attended, counted.attended),
        (year.authorised, counted.authorised),
        (year.unauthorised, counted.unauthorised),
    )
    return all(said is None or said == found for said, found in pairs)
