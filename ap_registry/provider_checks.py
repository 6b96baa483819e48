"""What a provider has confirmed of the checks on its staff, besides what a notice says."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Days on which a provider confirmed its staff checks, or told of a change of staff."""

    confirmed_on: date | None = None
    changed_on: date | None = None


def hold_on(told: Iterable[Checked], day: date) -> bool:
    """Whether a placement that starts that day rests on a confirmation.

    The placing school must have it before the pupil starts, and anew for staff who came after it
    (Keeping children safe in education 2025, part 3).
    """
    listed = tuple(told)
    confirmed = _last((one.confirmed_on for one in listed), day)
    changed = _last((one.changed_on for one in listed), day)
    return confirmed is not None and (changed is None or changed <= confirmed)


def _last(days: Iterable[date | None], by: date) -> date | None:
    return max((day for day in days if day is not None and day <= by), default=None)
