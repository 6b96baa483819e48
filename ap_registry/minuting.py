"""A panel signs off the minutes of a meeting; afterwards nothing but a new entry says otherwise."""

from collections.abc import Sequence
from datetime import date, datetime

from ap_registry.access import Caller
from ap_registry.errors import Problem, Refused
from ap_registry.instants import instant
from ap_registry.registry import Registry
from ap_registry.store import minutes

SENDERS = frozenset({"panel", "la", "admin"})
LONGEST = 4_000  # characters of a correction


def sign(
    registry: Registry, la: str, panel_on: date, *, events: Sequence[str], known_by: datetime,
    caller: Caller, by_name: str,
) -> None:  # fmt: skip
    """Sign what was decided and agreed as known by an instant; raise Refused with what is wrong.

    ``events``: the notices that say so. They stand in the ledger: what is signed cannot change.
    """
    _may(caller, la)
    if panel_on > registry.today():
        raise _refused("/on", "future_date", "on must not be in the future: the panel has not met")
    if not events:
        raise _refused("", "nothing_open", "nothing was decided or agreed at this meeting yet")
    with registry.database.connection() as connection, connection.transaction():
        minutes.one_at_a_time(connection)
        if minutes.entries(connection, la, panel_on):
            words = "the minutes of this meeting are signed: add a correction"
            raise _refused("", "already_open", words)
        minutes.write_entry(
            connection, la, panel_on, "signed",
            data={"known_by": instant(known_by), "events": list(events)},
            private={"by_name": by_name}, actor=caller.actor, on=registry.today(),
            clock=registry.clock,
        )  # fmt: skip


def correct(
    registry: Registry, la: str, panel_on: date, words: str, *, caller: Caller, by_name: str
) -> None:
    """Add to signed minutes what is to be put right; what was signed stays as it is."""
    _may(caller, la)
    if not words.strip():
        raise _refused("/words", "required", "words is required: say what is to be put right")
    if len(words) > LONGEST:
        raise _refused("/words", "bad_format", f"words must be at most {LONGEST} characters")
    with registry.database.connection() as connection, connection.transaction():
        minutes.one_at_a_time(connection)
        if not minutes.entries(connection, la, panel_on):
            raise _refused("", "nothing_open", "the minutes of this meeting are not signed yet")
        minutes.write_entry(
            connection, la, panel_on, "correction", data={},
            private={"by_name": by_name, "words": words.strip()}, actor=caller.actor,
            on=registry.today(), clock=registry.clock,
        )  # fmt: skip


def _may(caller: Caller, la: str) -> None:
    if caller.role not in SENDERS or not (la in caller.organisations or caller.sees_all):
        raise _refused("", "forbidden", "a panel signs the minutes of its own LA")


def _refused(pointer: str, code: str, detail: str) -> Refused:
    return Refused((Problem(pointer, code, detail),))
