"""Dates as offices in England write them into files."""

import re
from datetime import date, timedelta

# What people and spreadsheets write in files. With strokes or points a year of two digits is the
# last part, as all England writes it; 01-09-25 may be 1 September 2025 or 25 September 2001.
_MIDNIGHT = re.compile(r"[T ]00:00(:00(\.0+)?)?(Z|\+0[01]:00)?$")  # London's, in summer too
# By the clock on the wall; 23:00 may be London's midnight of the next day, as UTC has it in summer.
_TIME = re.compile(r"[T ](?!23:00(:00(\.0+)?)?$)([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?$")
# By a clock of twelve hours: with AM in capitals programs write it that put the month first.
_HALF_DAY = re.compile(
    r"[T ]\s*(?!11[:.]00(?:[:.]00)?\s?pm)(0?[1-9]|1[0-2])([:.][0-5]\d([:.][0-5]\d(\.\d+)?)?)?"
    r"\s?(am|pm)$",
    re.IGNORECASE,
)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY = re.compile(rf"({'|'.join(_WEEKDAYS)})[a-z]*,?\s+", re.IGNORECASE)
_YEAR_FIRST = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|((?:19|20)\d\d)(\d\d)(\d\d)", re.ASCII
)
_ENGLISH_DATE = re.compile(r"(\d{1,2})([/.-])(\d{1,2})([/.-])(\d{4}|\d\d)", re.ASCII)
_MONTH_FIRST = re.compile(
    r"([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})", re.IGNORECASE | re.ASCII
)
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212"), "-")
_AROUND = re.compile(r"\s*([/.-])\s*")
_NAMED_MONTH = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?(?:\s+of)?[\s-]*([a-z]{3,9})\.?,?[\s-]*(\d{4}|\d\d)",
    re.IGNORECASE | re.ASCII,
)
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_SERIAL = re.compile(r"[2-5]\d{4}(\.0)?", re.ASCII)  # Excel's days since 30 December 1899
_EXCEL_DAY_0 = date(1899, 12, 30)
LONGEST = 80  # characters: the longest way to write a day is half of it


def day_in_file(text: str) -> date | None:
    """A date as offices in England write it, or Excel counts it; raise ValueError if none such.

    None too for one that contradicts itself, or may be another day.
    """
    if len(text) > LONGEST:
        return None
    found = _read(_alone(text))
    said = _WEEKDAY.match(text)
    if said and found and _WEEKDAYS[found.weekday()] != said[1].lower():
        return None
    clock = _HALF_DAY.search(text)
    if clock and clock[5].isupper() and _either_order(_alone(text)):
        return None
    return found


def _read(text: str) -> date | None:
    if parts := _YEAR_FIRST.fullmatch(text):
        year, month, day = (part for part in parts.group(1, 3, 4, 5, 6, 7) if part)
        return date(int(year), int(month), int(day))
    if parts := _ENGLISH_DATE.fullmatch(text):
        if len(parts[5]) == 2 and "-" in {parts[2], parts[4]}:
            return None
        return date(_year(parts[5]), int(parts[3]), int(parts[1]))
    if parts := _NAMED_MONTH.fullmatch(text):
        return _named(parts[1], parts[2], parts[3])
    if parts := _MONTH_FIRST.fullmatch(text):
        return _named(parts[2], parts[1], parts[3])
    if _SERIAL.fullmatch(text):
        return _EXCEL_DAY_0 + timedelta(days=int(text[:5]))
    return None


def _alone(text: str) -> str:
    """The day without a weekday before it or a time behind it."""
    text = text.translate(_DASHES)
    if weekday := _WEEKDAY.match(text):
        text = text[weekday.end() :]
    text = _HALF_DAY.sub("", _TIME.sub("", _MIDNIGHT.sub("", text)))
    return _AROUND.sub(r"\1", text)


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _named(day: str, name: str, year: str) -> date | None:
    months = [n for n, m in enumerate(_MONTHS, start=1) if m.startswith(name.lower()[:4])]
    return date(_year(year), months[0], int(day)) if months else None


def doubt(text: str) -> str:
    """Why a day was not taken that looks like one; nothing where that is plain."""
    if len(text) > LONGEST:
        return ""
    alone = _alone(text.strip())
    parts = _ENGLISH_DATE.fullmatch(alone)
    if parts is not None and int(parts[1]) <= 12 < int(parts[3]) <= 31:
        return ": the month seems to stand first, so look at the file's other days too"
    if _WEEKDAY.match(text.strip()):
        return ": look whether it falls on that weekday"
    if _HALF_DAY.search(text) and _either_order(alone):
        return ": with such a time programs put the month first, so it may be another day"
    return ""


def _either_order(text: str) -> bool:
    """Whether it would be another day with the month before the day."""
    parts = _ENGLISH_DATE.fullmatch(text)
    return parts is not None and int(parts[1]) != int(parts[3]) and int(parts[1]) <= 12
