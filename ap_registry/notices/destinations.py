"""What comes after Year 11: offers and activities (NCCIS codes), and when to look."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

from ap_registry import codes
from ap_registry.fields import Code, Destination
from ap_registry.happenings import Activity
from ap_registry.notice import Entry, Facts, NoticeType
from ap_registry.pupil import Pupil

SENDERS = frozenset({"school", "provider", "la"})


class Recorded(Facts, frozen=True, kw_only=True):
    activity: Annotated[str, Code(codes=codes.NCCIS_ACTIVITY.codes, words="an NCCIS activity code")]
    organisation: Annotated[str, Destination()] | None = None


def _apply(pupil: Pupil, entry: Entry[Recorded]) -> Pupil:
    activity = Activity(
        **entry.stem,
        kind="offer" if entry.type == "offer_recorded" else "destination",
        activity=entry.facts.activity,
        organisation=entry.facts.organisation,
    )
    return replace(pupil, activities=(*pupil.activities, activity))


def _types() -> Iterator[NoticeType[Any]]:
    yield NoticeType(
        name="offer_recorded",
        facts=Recorded,
        sentence="Post-16 offer recorded (activity {activity})",
        apply=_apply,
        senders=SENDERS,
    )
    yield NoticeType(
        name="destination_recorded",
        facts=Recorded,
        sentence="Post-16 activity recorded ({activity})",
        apply=_apply,
        senders=SENDERS,
    )


TYPES: tuple[NoticeType[Any], ...] = tuple(_types())
CLOCKS = ()
