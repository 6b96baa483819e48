"""What was recorded after a reader's last day with a pupil: it names nobody who came later."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from ap_registry.access import FAMILY
from ap_registry.calendar import london_today

Item = dict[str, Any]


def as_told_by(timeline: Sequence[Item], known: Collection[str], last: date) -> list[Item]:
    """The notices of those who had to do with the pupil by the last day, or were on record then.

    What others have put right since stands as it is right; not who they are, nor why.
    """
    on_record = [one for one in timeline if one["by"] in known or not _since(one, last)]
    named = {v for one in on_record for v in one["data"].values() if isinstance(v, str)}
    told = named.union(known, FAMILY)
    return [
        {**one, "changes": [_unnamed(change, told, last) for change in one["changes"]]}
        for one in timeline
        if one["by"] in told or not _since(one, last)
    ]


def _unnamed(change: Item, told: Collection[str], last: date) -> Item:
    if change["by"] in told or not _since(change, last):
        return change
    return {**change, "by": None, "reason": None}


def _since(one: Item, last: date) -> bool:
    """Whether it was recorded after the day."""
    return london_today(datetime.fromisoformat(one["recorded_at"])) > last
