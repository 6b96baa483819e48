"""Follow-ups as others see them: their id, their status on a day, and what closes silently."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from uuid import UUID, uuid5

from ap_registry.notice import FollowUp

NAMESPACE = UUID("6f0e1f0a-5a7c-4d53-9d6e-6a1f7a4c2b10")
Key = tuple[str, UUID]


@lru_cache(maxsize=20_000)
def key_of(kind: str, opened_by: UUID) -> UUID:
    """The same after a rebuild, a correction and a restore.

    The opening event belongs to one pupil, so the pupil is in the key through it.
    """
    return uuid5(NAMESPACE, f"{kind}/{opened_by}")


def id_of(owed: FollowUp) -> UUID:
    return owed.key or key_of(owed.kind, owed.opened_by)


def status_on(closed_on: date | None, outcome: str | None, due_on: date, on: date) -> str:
    """open (due that day or later), overdue, done or lapsed, judged on a day."""
    if closed_on is not None and closed_on <= on:
        return outcome or "done"
    return "open" if due_on >= on else "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What one notice did to the follow-ups. ``moved`` pairs each with the day it was due."""

    opened: tuple[FollowUp, ...] = ()
    closed: tuple[FollowUp, ...] = ()
    moved: tuple[tuple[FollowUp, date], ...] = ()
    lapsed: tuple[FollowUp, ...] = ()


def _is_closed(owed: FollowUp, on: date) -> bool:
    """By a notice, or by itself once its last day has passed (a parent's window to apply)."""
    if owed.closed_on is None:
        return False
    return owed.closed_by is not None or owed.closed_on <= on


def changes(
    before: Mapping[Key, FollowUp], after: Mapping[Key, FollowUp], by: UUID, on: date
) -> Changes:
    """Compare; what was open and is owed no longer has lapsed, closed by this notice.

    What had lapsed before is among it, as it was: notices sent together have written no row of it.
    """
    opened, closed, moved, lapsed = [], [], [], []
    for key, now in after.items():
        was = before.get(key)
        if was is now:
            continue
        if was is None:
            opened.append(now)
            if _is_closed(now, on):
                closed.append(now)
            continue
        if not _is_closed(was, on) and _is_closed(now, on):
            closed.append(now)
        if was.closed_on is not None and now.closed_on is None:
            opened.append(now)
        if was.due_on != now.due_on:
            moved.append((now, was.due_on))
    for key, was in before.items():
        if key in after:
            continue
        if was.outcome == "lapsed":
            lapsed.append(was)
        else:
            gone = replace(was, closed_on=on, closed_by=by, outcome="lapsed")
            lapsed.append(gone)
            if not _is_closed(was, on):
                closed.append(gone)
    return Changes(
        opened=tuple(opened), closed=tuple(closed), moved=tuple(moved), lapsed=tuple(lapsed)
    )
