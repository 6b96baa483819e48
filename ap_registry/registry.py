"""The only door: notices are read, refused or recorded, and answered with a receipt."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from uuid import UUID

import psycopg
from psycopg.errors import UniqueViolation

from ap_registry.access import COMMAND_LINE, Caller
from ap_registry.calendar import london_today
from ap_registry.errors import Problem, Refused, VersionConflict
from ap_registry.intake import Intake, digest_of_ref, open_intake
from ap_registry.notice import FollowUp
from ap_registry.receipts import Accepted, Repeated
from ap_registry.sent import Sent, Settings
from ap_registry.store import codec, ledger, queries, sequencer, who
from ap_registry.store.attendance_follow_ups import settle_follow_ups
from ap_registry.store.database import Connection, Database
from ap_registry.store.recompute import recompute
from ap_registry.store.worlds import Worlds

ATTEMPTS = 6
Notice = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one notice: created, unchanged, duplicate or refused."""

    status: str
    event_id: UUID | None = None
    receipt: Mapping[str, Any] | None = None
    problems: tuple[Problem, ...] = ()


After = Callable[[Connection, list[Outcome]], None]


def _maybe(connection: Connection, after: After | None) -> AbstractContextManager[object]:
    """One transaction where something must be written with the notices; else each is its own."""
    return nullcontext() if after is None else connection.transaction()


class Registry:
    """Records notices in one database, by one clock (``AP_REGISTRY_CLOCK``) or the real one.

    ``sequences``: whether a read may sequence the ledger itself, as commands do; the web waits for
    its sequencer.
    """

    def __init__(
        self, database: Database, *, clock: datetime | None = None, sequences: bool = True
    ) -> None:
        self.database = database
        self.clock = clock
        self.sequences = sequences
        self.worlds = Worlds()
        self._hash_key: bytes | None = None

    def now(self) -> datetime:
        return self.clock or datetime.now(UTC)

    def today(self) -> date:
        return london_today(self.now())

    def record(self, notice: Notice, caller: Caller = COMMAND_LINE, **options: Any) -> Outcome:
        """Record one notice, or raise Refused."""
        return self.record_many([notice], caller, **options)[0]

    def record_many(
        self,
        notices: Sequence[Notice],
        caller: Caller = COMMAND_LINE,
        *,
        each: bool = False,
        dry_run: bool = False,
        from_file: bool = False,
        amend: str | None = None,
        if_match: int | None = None,
        array: bool = False,
        counted: dict[bytes, int] | None = None,
        after: After | None = None,
        receipts: bool = True,
    ) -> list[Outcome]:
        """Record all or none, or with ``each`` the good ones; a lost race is run again.

        ``counted`` counts rows of equal content over a whole file, so that sending it again
        creates nothing. ``after`` runs in the same transaction as the write. Without ``receipts``
        an outcome says no more than what became of the notice.
        """
        settings = Settings(
            caller=caller,
            today=self.today(),
            hash_key=self.hash_key(),
            from_file=from_file,
            amend=amend,
            if_match=if_match,
        )
        before = dict(counted) if counted is not None else None
        taken: dict[tuple[str, bytes], UUID] = {}
        for attempt in range(ATTEMPTS):
            if counted is not None and before is not None:
                counted.clear()
                counted.update(before)
            try:
                return self._attempt(
                    notices,
                    settings,
                    each=each,
                    dry_run=dry_run,
                    array=array,
                    counted=counted,
                    after=after,
                    taken=taken,
                    receipts=receipts,
                )
            except UniqueViolation as error:
                taken = self._taken(notices, settings)
                if attempt == ATTEMPTS - 1:
                    raise VersionConflict(
                        (
                            Problem(
                                "",
                                "version_conflict",
                                "others are changing this pupil's record: please try again",
                            ),
                        )
                    ) from error
            except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure):
                if attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    def recompute_follow_ups(self) -> list[dict[str, Any]]:
        """After a calendar has changed: derive what is running anew; answer what moved."""
        with self.database.connection() as connection:
            return recompute(connection, self.worlds, clock=self.clock)

    def closed(self, connection: Connection, as_at: datetime | None = None) -> datetime:
        """The instant to read at: as asked, or the latest; nothing can appear before it any more.

        Raise Unavailable when the web has waited 10 seconds for the sequencer.
        """
        if self.sequences:
            until = sequencer.sequence(connection, self.clock).closed_at
        else:
            until = sequencer.wait_for_round(connection, as_at)
        return until if as_at is None else min(as_at, until)

    def as_at(self, connection: Connection, wanted: datetime | None) -> datetime | None:
        """As ``closed``; None, the present, never waits."""
        return None if wanted is None else self.closed(connection, wanted)

    def hash_key(self) -> bytes:
        if self._hash_key is None:
            with self.database.connection() as connection:
                self._hash_key = ledger.hash_key(connection)
        return self._hash_key

    def _attempt(
        self,
        notices: Sequence[Notice],
        settings: Settings,
        *,
        each: bool,
        dry_run: bool,
        array: bool,
        counted: dict[bytes, int] | None,
        after: After | None,
        taken: dict[tuple[str, bytes], UUID],
        receipts: bool,
    ) -> list[Outcome]:
        with self.database.connection() as connection, _maybe(connection, after):
            intake = self._open(connection, notices, settings)
            intake.counted = counted
            intake.taken = dict(taken)
            intake.find = partial(_sent_before, connection, settings)
            intake.claimed = partial(who.pupil_of_upn, connection)
            outcomes: list[Accepted | Repeated | Refused] = []
            for notice in notices:
                try:
                    outcomes.append(intake.take(notice))
                except Refused as refused:
                    outcomes.append(refused)
            problems = _placed(outcomes, several=array)
            if problems and not each:
                raise Refused(tuple(problems))
            at = None
            if not dry_run:
                at = self._write(connection, intake)
            told = [
                self._outcome(connection, found, at) if receipts else _status(found)
                for found in outcomes
            ]
            if after is not None:
                after(connection, told)
            return told

    def _taken(
        self, notices: Sequence[Notice], settings: Settings
    ) -> dict[tuple[str, bytes], UUID]:
        """Which pupils the refs of a call belong to: asked only once one has clashed."""
        hashes = [
            digest_of_ref(settings.hash_key, str(notice["ref"]).strip())
            for notice in notices
            if notice.get("ref")
        ]
        with self.database.connection() as connection:
            rows = connection.execute(
                "select by, ref_hash, pupil_id from notice_ref where ref_hash = any(%s)", (hashes,)
            ).fetchall()
        return {(by, bytes(ref_hash)): pupil_id for by, ref_hash, pupil_id in rows}

    def _open(
        self, connection: Connection, notices: Sequence[Notice], settings: Settings
    ) -> Intake:
        upns, named = _named(notices)
        shown = who.pupils_of_ids(connection, named) if named else {}
        ids = set(shown.values())
        loaded = ledger.load(connection, upns, ids)
        if behind := [p.pupil_id for p in loaded.pupils if p.behind]:
            recompute(connection, self.worlds, clock=self.clock, only=behind)
            loaded = ledger.load(connection, upns, ids)
        world = self.worlds.current(connection, loaded.world)
        held: dict[UUID, dict[UUID, FollowUp]] = {}
        if any(notice.get("type") == "follow_up_done" for notice in notices):
            held = queries.held_follow_ups(connection, [p.pupil_id for p in loaded.pupils])
        intake = open_intake(world, settings, loaded.pupils, held)
        intake.ids = shown
        return intake

    def _write(self, connection: Connection, intake: Intake) -> datetime | None:
        batch = ledger.Batch()
        changed = [w for w in intake.workspaces() if w.accepted]
        if not changed:
            return None
        for workspace in sorted(changed, key=lambda w: w.pupil_id.bytes):
            workspace.write_into(batch)
        self.refuse_clock_behind(connection)
        at = ledger.record(
            connection,
            batch,
            actor=intake.settings.caller.actor,
            clock=self.clock,
            world=intake.world.version,
        )
        answering = [w.pupil_id for w in changed if w.marked and w.answers_for_marks]
        settle_follow_ups(connection, self.worlds, answering, today=self.today(), clock=self.clock)
        return at

    def refuse_clock_behind(self, connection: Connection) -> None:
        """AP_REGISTRY_CLOCK may stand still, but not go back (contract section 1)."""
        if self.clock is None:
            return
        row = connection.execute(
            "select greatest((select max(known_at) from log),"
            " (select max(recorded_at) from unsequenced))"
        ).fetchone()
        if row and row[0] and row[0] > self.clock:
            raise Refused(
                (
                    Problem(
                        "",
                        "future_date",
                        f"AP_REGISTRY_CLOCK is earlier than the last record ({row[0]})",
                    ),
                )
            )

    def _outcome(
        self,
        connection: Connection,
        found: Accepted | Repeated | Refused,
        at: datetime | None,
    ) -> Outcome:
        if isinstance(found, Refused):
            return _status(found)
        if isinstance(found, Repeated):
            receipt = found.receipt(at or self.now(), _stored(connection, found))
        else:
            receipt = found.receipt(at or self.now())
        return replace(_status(found), receipt=receipt)


def _status(found: Accepted | Repeated | Refused) -> Outcome:
    if isinstance(found, Refused):
        return Outcome(status="refused", problems=found.problems)
    if isinstance(found, Repeated):
        status = "duplicate" if found.in_this_call else "unchanged"
        return Outcome(status=status, event_id=found.event.id)
    return Outcome(status="created", event_id=found.event.id)


def _sent_before(
    connection: Connection, settings: Settings, found: Sent, by: str, content: bytes, number: int
) -> ledger.Stored | None:
    """Whom a notice registered that names no pupil: by its ref, else the number-th by content."""
    if found.ref is not None:
        pupil = queries.pupil_of_ref(connection, by, digest_of_ref(settings.hash_key, found.ref))
    else:
        name = found.registering.get("family_name") or found.values.get("family_name")
        pupil = queries.pupil_of_content(connection, str(name), content, number)
    return ledger.load(connection, ids=[pupil]).pupils[0] if pupil else None


def _named(notices: Sequence[Notice]) -> tuple[set[str], set[UUID]]:
    upns: set[str] = set()
    ids: set[UUID] = set()
    for notice in notices:
        for name in ("upn", "new_upn"):
            if isinstance(upn := notice.get(name), str) and upn.strip():
                upns.add(upn.strip().upper())
        if pupil_id := notice.get("pupil_id"):
            try:
                ids.add(UUID(str(pupil_id)))
            except ValueError:
                continue
    return upns, ids


def _placed(outcomes: Sequence[Accepted | Repeated | Refused], *, several: bool) -> list[Problem]:
    """All problems, each pointing into the array where one was sent."""
    found = []
    for number, outcome in enumerate(outcomes):
        if isinstance(outcome, Refused):
            for problem in outcome.problems:
                pointer = f"/{number}{problem.pointer}" if several else problem.pointer
                found.append(
                    Problem(pointer, problem.code, problem.detail, problem.rule, problem.source)
                )
    return found


def _stored(connection: Connection, found: Repeated) -> Mapping[str, Any] | None:
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
