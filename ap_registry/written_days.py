"""Dates as offices in England write them into files."""

import re
from datetime import date, timedelta

# What people and spreadsheets write in files. With strokes or points a year of two digits is the
# last part, as all England writes it; 01-09-25 may be 1 September 2025 or 25 September 2001.
_MIDNIGHT = re.compile(r"[T ]00:00(:00(\.0+)?)?(Z|\+00:00)?$")
# By the clock on the wall; 23:00 may be London's midnight of the next day, as UTC has it in summer.
_TIME = re.compile(r"[T ](?!23:00(:00(\.0+)?)?$)([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?$")
_WEEKDAY = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+", re.IGNORECASE)
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


def day_in_file(text: str) -> date | None:
    """A date as offices in England write it, or Excel counts it; raise ValueError if none such."""
    text = _alone(text)
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
    text = _TIME.sub("", _MIDNIGHT.sub("", _WEEKDAY.sub("", text.translate(_DASHES), count=1)))
    return _AROUND.sub(r"\1", text)


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _named(day: str, name: str, year: str) -> date | None:
    months = [n for n, m in enumerate(_MONTHS, start=1) if m.startswith(name.lower()[:4])]
    return date(_year(year), months[0], int(day)) if months else None


def month_first(text: str) -> bool:
    """Can only be read with the month before the day, as some programs write it: 9/13/2026."""
    parts = _ENGLISH_DATE.fullmatch(_alone(text.strip()))
    return parts is not None and int(parts[1]) <= 12 < int(parts[3]) <= 31
