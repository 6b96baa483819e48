"""Year 11 leavers: when somebody looks where they are (NCCIS activity survey and O5)."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from ap_registry.happenings import Placement
from ap_registry.notice import Clock, FollowUp, NoticeType, World, ending
from ap_registry.pupil import Pupil

YEAR_11 = 16  # years from the academic year of birth to that in which Year 11 begins
CHECKS = ((11, 1), (12, 31), (3, 31))
NAMES = ("destination_check_1_nov", "destination_check_31_dec", "destination_check_31_mar")
FRESH_FROM = {"destination_check_31_mar": (3, 1)}  # O5: 31 March needs a record dated in March


def _last_placement(pupil: Pupil, start: date, end: date) -> Placement | None:
    """The last one that reaches into Year 11: its provider is asked."""
    held = [
        p
        for p in pupil.placements
        if p.end_reason not in {"error", "died", "left_england"}
        and p.occurred_on <= end
        and (p.ended_on or p.planned_ends_on) >= start
    ]
    return held[-1] if held else None


def _checks(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    if pupil.birth_year is None:
        return
    year = pupil.birth_year + YEAR_11
    placement = _last_placement(pupil, date(year, 9, 1), date(year + 1, 8, 31))
    if placement is None:
        return
    since = max(date(year + 1, 9, 1), placement.occurred_on)
    for kind, (month, day) in zip(NAMES, CHECKS, strict=True):
        due_on = date(year + 1 if month > 8 else year + 2, month, day)
        first = FRESH_FROM.get(kind)
        opened_on = since if first is None else date(year + 2, *first)
        known = next(
            (
                a for a in pupil.activities
                if a.kind == "destination" and opened_on <= a.occurred_on
            ),
            None,
        )  # fmt: skip
        yield FollowUp(
            kind=kind,
            owner=placement.provider,
            opened_on=opened_on,
            due_on=due_on,
            opened_by=placement.id,
            rule="post-16.check",
            **ending(known),
        )
        since = due_on


TYPES: tuple[NoticeType[Any], ...] = ()
CLOCKS = (Clock(kinds=NAMES, derive=_checks),)
