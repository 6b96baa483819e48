"""What is asked in one call, and what became of each of its notices."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from ap_registry.access import sight
from ap_registry.errors import Problem, Refused
from ap_registry.intake import digest_of_ref
from ap_registry.receipts import Accepted, Repeated
from ap_registry.sent import Notice, Sent, Settings
from ap_registry.store import codec, ledger, queries, who
from ap_registry.store.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one notice: created, unchanged, duplicate or refused."""

    status: str
    event_id: UUID | None = None
    receipt: Mapping[str, Any] | None = None
    problems: tuple[Problem, ...] = ()


def status(found: Accepted | Repeated | Refused) -> Outcome:
    if isinstance(found, Refused):
        return Outcome(status="refused", problems=found.problems)
    if isinstance(found, Repeated):
        status = "duplicate" if found.in_this_call else "unchanged"
        return Outcome(status=status, event_id=found.event.id)
    return Outcome(status="created", event_id=found.event.id)


def named(notices: Sequence[Notice]) -> tuple[set[str], set[UUID]]:
    upns: set[str] = set()
    ids: set[UUID] = set()
    for notice in notices:
        for name in ("upn", "new_upn", "other_upn"):
            if isinstance(upn := notice.get(name), str) and upn.strip():
                upns.add(upn.strip().upper())
        for name in ("pupil_id", "other_pupil_id"):
            with suppress(ValueError):
                ids.add(UUID(str(notice.get(name))))
    return upns, ids


def placed(outcomes: Sequence[Accepted | Repeated | Refused], first: int | None) -> list[Problem]:
    """All problems, each pointing into the array where one was sent."""
    found = []
    for number, outcome in enumerate(outcomes, start=first or 0):
        if isinstance(outcome, Refused):
            for problem in outcome.problems:
                pointer = problem.pointer if first is None else f"/{number}{problem.pointer}"
                found.append(replace(problem, pointer=pointer))
    return found


def stored(connection: Connection, found: Repeated) -> Mapping[str, Any] | None:
    """The answer that was first given, kept beside the reference."""
    if found.event.ref_hash is None:
        return None
    row = connection.execute(
        "select receipt::text from notice_ref where by = %s and ref_hash = %s",
        (found.event.by, found.event.ref_hash),
    ).fetchone()
    if row is None:
        return None
    answer: Mapping[str, Any] = codec.decode(row[0])
    return answer


def sent_before(
    connection: Connection, settings: Settings, found: Sent, by: str, content: bytes, number: int
) -> ledger.Stored | None:
    """Whom a notice registered that names no pupil: by its ref, else the number-th by content."""
    if found.ref is not None:
        pupil = queries.pupil_of_ref(connection, by, digest_of_ref(settings.hash_key, found.ref))
    else:
        name = found.registering.get("family_name") or found.values.get("family_name")
        pupil = queries.pupil_of_content(connection, str(name), content, number)
    if pupil is None or not _may_have_sent(connection, settings, by, pupil):
        return None
    return ledger.load(connection, ids=[pupil]).pupils[0]


def _may_have_sent(connection: Connection, settings: Settings, by: str, pupil: UUID) -> bool:
    """Whoever sends for another is led by its words to a pupil whom it sees, and to nobody else."""
    caller = settings.caller
    if caller.sees_all or by in caller.organisations:
        return True
    kept = who.keepers(connection, [pupil]).get(pupil, pupil)
    rows = queries.visibility(connection, kept, caller.sees_for)
    return sight(caller, rows, settings.today).visible
