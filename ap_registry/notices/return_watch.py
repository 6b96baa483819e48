"""A suspension while a reintegration runs is looked at at once (domain 9: escalation triggers)."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from ap_registry.notice import Clock, FollowUp, NoticeType, World
from ap_registry.pupil import Pupil


def _suspended(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    """Due the next school day of the receiving school; the end of the reintegration lapses it."""
    for exclusion in pupil.exclusions:
        if exclusion.kind not in {"suspension", "lunchtime"} or exclusion.undone:
            continue
        running = [
            one
            for one in pupil.reintegrations
            if one.occurred_on <= exclusion.occurred_on <= (one.ended_on or date.max)
        ]
        for one in running[-1:]:
            calendar = world.calendars.of(one.school)
            days = world.number("return-watch.suspension", exclusion.occurred_on, of=one.school)
            yield FollowUp(
                kind="return_watch_suspension",
                owner=one.school,
                opened_on=exclusion.occurred_on,
                due_on=calendar.due_after(exclusion.occurred_on, days)[0],
                opened_by=exclusion.id,
                rule="return-watch.suspension",
                calendar=one.school,
                closed_on=one.ended_on,
                closed_by=one.ended_by if one.ended_on else None,
                outcome="lapsed" if one.ended_on else None,
            )


TYPES: tuple[NoticeType[Any], ...] = ()
CLOCKS = (Clock(kinds=("return_watch_suspension",), derive=_suspended),)
