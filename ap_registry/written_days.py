"""Dates as offices in England write them into files."""

import re
from datetime import date, timedelta

# What people and spreadsheets write in files. A year of two digits is only sure after a month by
# name: 01-09-25 may be 1 September 2025 or 25 September 2001.
_MIDNIGHT = re.compile(r"[T ]00:00(:00(\.0+)?)?(Z|\+00:00)?$")
_WEEKDAY = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+", re.IGNORECASE)
_ENGLISH_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
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
    text = _MIDNIGHT.sub("", _WEEKDAY.sub("", text, count=1))
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        return date.fromisoformat(text)
    if parts := _ENGLISH_DATE.fullmatch(text):
        return date(int(parts[3]), int(parts[2]), int(parts[1]))
    if parts := _NAMED_MONTH.fullmatch(text):
        name = parts[2].lower()
        months = [n for n, month in enumerate(_MONTHS, start=1) if month.startswith(name[:4])]
        year = int(parts[3]) if len(parts[3]) == 4 else 2000 + int(parts[3])
        return date(year, months[0], int(parts[1])) if months else None
    if _SERIAL.fullmatch(text):
        return _EXCEL_DAY_0 + timedelta(days=int(text[:5]))
    return None
