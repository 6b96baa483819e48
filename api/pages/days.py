"""A day that a person types into a page, as files have it too: 31/3/2026 or 2026-03-31."""

from datetime import date

from ap_registry.fields import BadValue, Day, Reading

_DAY = Day()
_READING = Reading(on=date.min, organisation=lambda _name: None, from_file=True)


def read_day(text: str) -> date:
    """Raise BadValue with what is wrong."""
    return _DAY.read(text, _READING)


def day(text: str) -> date | None:
    """None for what is none."""
    try:
        return read_day(text)
    except BadValue:
        return None
