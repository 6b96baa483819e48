"""Notices that are only tried: by what is said of them, they can show somebody else's pupil."""

from collections.abc import Iterable
from datetime import date, datetime

from ap_registry.access import Caller
from ap_registry.errors import Refused
from ap_registry.receipts import Accepted, Repeated
from ap_registry.store import reads
from ap_registry.store.database import Connection

TRIED = "A notice that was tried and not sent"


def note_trials(
    connection: Connection, outcomes: Iterable[Accepted | Repeated | Refused], caller: Caller, *,
    today: date, at: datetime,
) -> None:  # fmt: skip
    """A notice that would make the relation, as of joining a roll, is judged for whoever does not
    see the pupil yet: were it sent it would stand in the record, and tried it is a read."""
    shown = [
        one.workspace.shown_id
        for one in outcomes
        if isinstance(one, Accepted) and one.workspace.was_unseen_by(caller, today)
    ]
    reads.note(connection, caller, what=TRIED, pupils=shown, at=at)
