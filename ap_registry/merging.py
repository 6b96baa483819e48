"""Two records of one pupil: read as one while they are merged, and kept apart in the ledger.

A merge is a relation that the kept pupil's own notices say. While it stands the events of both are
numbered anew in the one order in which they were recorded; each keeps its place in its own stream.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from uuid import UUID

from ap_registry.history import History, Recorded

MERGES = frozenset({"pupils_merged", "merge_undone"})


def members(past: History) -> tuple[UUID, ...]:
    """The pupils that are merged into this one, by the last word on each."""
    voided = past.voided()
    found: dict[UUID, None] = {}
    for event in past.recorded:
        if event.type not in MERGES or event.merged_from is not None or event.id in voided:
            continue
        other = UUID(str(event.values["other"]))
        if event.type == "pupils_merged":
            found[other] = None
        else:
            found.pop(other, None)
    return tuple(found)


def joined(kept: UUID, events: Iterable[tuple[UUID, Recorded]]) -> tuple[Recorded, ...]:
    """Events of several pupils, in the order recorded, as one pupil's."""
    return tuple(
        replace(
            event,
            version=number,
            merged_from=None if pupil == kept else pupil,
            stream_version=event.version,
        )
        for number, (pupil, event) in enumerate(events, start=1)
    )


def place(event: Recorded, kept: UUID) -> tuple[UUID, int]:
    """Where the ledger holds it: whose stream, and its version there."""
    return event.merged_from or kept, event.stream_version or event.version


def owners(past: History, kept: UUID, first_upn: str | None) -> Mapping[str, UUID]:
    """In whose stream each UPN was said; notices that name it go there."""
    found = {first_upn: kept} if first_upn else {}
    for event in past.recorded:
        if event.merged_from is not None and event.upn is not None:
            found.setdefault(event.upn, event.merged_from)
    streams = {event.id: place(event, kept)[0] for event in past.recorded}
    for entry in past.entries():
        if entry.type == "upn_changed" and entry.facts.new_upn is not None:
            found[entry.facts.new_upn] = streams[entry.id]
    return found
