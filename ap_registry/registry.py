"""The only door: notices are read, refused or recorded, and answered with a receipt."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from uuid import UUID

import psycopg

from ap_registry.access import COMMAND_LINE, Caller
from ap_registry.answering import Outcome, named, placed, sent_before, status, stored
from ap_registry.calendar import london_today
from ap_registry.errors import Problem, Refused, VersionConflict
from ap_registry.instants import instant
from ap_registry.intake import Intake, digest_of_ref, open_intake
from ap_registry.meant import as_meant, meant
from ap_registry.near import with_near
from ap_registry.notice import FollowUp
from ap_registry.receipts import Accepted, Repeated
from ap_registry.regrouping import StandsAlone
from ap_registry.remembering import remembering
from ap_registry.seals import UNSEALED, Seals
from ap_registry.sent import Settings
from ap_registry.signing import Signer
from ap_registry.store import in_line, ledger, owing, readers, sequencer, who
from ap_registry.store.attendance_follow_ups import settle_follow_ups
from ap_registry.store.database import Connection, Database
from ap_registry.store.derived import held_rows, marked_rows
from ap_registry.store.list_confirmations import settle_lists
from ap_registry.store.log import last_recorded
from ap_registry.store.recompute import recompute
from ap_registry.store.registration_watch import watch_at_once
from ap_registry.store.worlds import Worlds
from ap_registry.trials import note_trials
from ap_registry.unknown_names import note_unknown
from ap_registry.watching import providers_concerned
from ap_registry.workspace import Workspace

ATTEMPTS = 6
OVERTAKEN = Problem(
    "", "version_conflict", "others are changing this pupil's record: please try again"
)
Notice = Mapping[str, Any]
Before = Callable[[Connection], None]
After = Callable[[Connection, list[Outcome]], None]


def _maybe(connection: Connection, after: After | None) -> AbstractContextManager[object]:
    """One transaction where something must be written with the notices; else each is its own."""
    return nullcontext() if after is None else connection.transaction()


class Registry:
    """Records notices in one database, by one clock (``AP_REGISTRY_CLOCK``) or the real one.

    ``sequences``: whether a read may sequence the ledger itself, as commands do; the web waits for
    its sequencer. ``signer`` holds the key that signs what it sequences, ``seals`` those of secrets
    that the database has. ``practice``: whether it was made with a clock of its own, by whichever
    it is served now.
    """

    def __init__(
        self, database: Database, *, clock: datetime | None = None, sequences: bool = True,
        signer: Signer | None = None, seals: Seals = UNSEALED, practice: bool = False,
    ) -> None:  # fmt: skip
        self.database = database
        self.clock = clock
        self.sequences = sequences
        self.signer = signer
        self.seals = seals
        self.practice = practice
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
        before: Before | None = None,
        after: After | None = None,
        receipts: bool = True,
    ) -> list[Outcome]:
        """Record all or none, or with ``each`` the good ones; a lost race is run again.

        ``counted`` counts rows of equal content over a whole file, so that sending it again
        creates nothing. ``after``, and ``before`` where there is an ``after``, run in the same
        transaction as the write. Without ``receipts``
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
        uncounted = dict(counted) if counted is not None else None
        taken: dict[tuple[str, bytes], UUID] = {}
        for attempt in range(ATTEMPTS):
            if counted is not None and uncounted is not None:
                counted.clear()
                counted.update(uncounted)
            try:
                return self._attempt(
                    notices,
                    settings,
                    each=each,
                    dry_run=dry_run,
                    array=array,
                    counted=counted,
                    before=before,
                    after=after,
                    taken=taken,
                    receipts=receipts,
                )
            except psycopg.errors.UniqueViolation as error:
                taken = self._taken(notices, settings)
                if attempt == ATTEMPTS - 1:
                    raise VersionConflict((OVERTAKEN,)) from error
            except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure):
                if attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    def recompute_follow_ups(self) -> dict[str, list[dict[str, Any]]]:
        """After a calendar has changed: derive what runs anew; answer moved, opened, closed."""
        with self.database.connection() as connection:
            changes = recompute(connection, self.worlds, clock=self.clock)
            changes.moved += settle_lists(connection, self.worlds, self.clock)
        return changes.as_json()

    def closed(self, connection: Connection, as_at: datetime | None = None) -> datetime:
        """The instant to read at: as asked, or the latest; nothing can appear before it any more.

        Raise Unavailable when the web has waited 10 seconds for the sequencer.
        """
        if self.sequences:
            with readers.lifted(), self.database.connection() as own:
                until = self.sequence(own).closed_at
        else:
            until = sequencer.wait_for_round(connection, as_at)
        return until if as_at is None else min(as_at, until)

    def sequence(self, connection: Connection) -> sequencer.Round:
        return sequencer.sequence(connection, self.clock, signer=self.signer)

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
        before: Before | None,
        after: After | None,
        taken: dict[tuple[str, bytes], UUID],
        receipts: bool,
    ) -> list[Outcome]:
        with remembering(), self.database.connection() as connection, _maybe(connection, after):
            if before is not None:
                before(connection)
            told = self._take(
                connection,
                notices,
                settings,
                each=each,
                dry_run=dry_run,
                first=0 if array else None,
                counted=counted,
                taken=taken,
                receipts=receipts,
            )
            if after is not None:
                after(connection, told)
            return told

    def _take(
        self,
        connection: Connection,
        notices: Sequence[Notice],
        settings: Settings,
        *,
        each: bool,
        dry_run: bool,
        first: int | None,
        counted: dict[bytes, int] | None,
        taken: Mapping[tuple[str, bytes], UUID],
        receipts: bool,
    ) -> list[Outcome]:
        """``first``: the number of the first notice in the array that was sent."""
        intake, notices, others = self._open(connection, notices, settings)
        intake.counted = dict(counted) if counted is not None else None
        intake.taken = dict(taken)
        intake.find = partial(sent_before, connection, settings)
        intake.claimed = partial(who.pupil_of_upn, connection)
        intake.join = partial(ledger.join, connection)
        intake.alone = len(notices) == 1
        outcomes: list[Accepted | Repeated | Refused] = []
        for number, notice in enumerate(notices):
            try:
                outcomes.append(intake.take(notice))
            except Refused as refused:
                outcomes.append(refused)
            except StandsAlone:
                return self._take_apart(
                    connection,
                    notices,
                    settings,
                    number,
                    each=each,
                    dry_run=dry_run,
                    first=first,
                    counted=counted,
                    taken=taken,
                    receipts=receipts,
                )
        if counted is not None and intake.counted is not None:
            counted.update(intake.counted)
        outcomes = with_near(connection, notices, outcomes, settings, others)
        if dry_run:
            note_trials(connection, outcomes, settings.caller, today=self.today(), at=self.now())
        else:
            note_unknown(connection, notices, outcomes, settings.caller, at=self.now())
        problems = placed(outcomes, first)
        if problems and not each:
            raise Refused(tuple(problems))
        at = None if dry_run else self._write(connection, intake)
        return [
            self._outcome(connection, found, at) if receipts else status(found)
            for found in outcomes
        ]

    def _take_apart(
        self,
        connection: Connection,
        notices: Sequence[Notice],
        settings: Settings,
        number: int,
        *,
        dry_run: bool,
        first: int | None,
        **options: Any,
    ) -> list[Outcome]:
        """What comes before a merge is written before it, and what comes after sees it."""
        told: list[Outcome] = []
        with connection.transaction(force_rollback=dry_run):
            for start, end in ((0, number), (number, number + 1), (number + 1, len(notices))):
                if start < end:
                    told += self._take(
                        connection,
                        notices[start:end],
                        settings,
                        dry_run=False,
                        first=None if first is None else first + start,
                        **options,
                    )
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
    ) -> tuple[Intake, Sequence[Notice], Mapping[int, frozenset[UUID]]]:
        """The pupils of a call; its notices, and of each who was said not to be meant by it."""
        upns, asked = named(notices)
        shown = who.pupils_of_ids(connection, asked) if asked else {}
        ids = set(shown.values())
        loaded = ledger.load(connection, upns, ids)
        if behind := [one for p in loaded.pupils if p.behind for one in (p.pupil_id, *p.others)]:
            recompute(connection, self.worlds, clock=self.clock, only=behind)
            loaded = ledger.load(connection, upns, ids)
        found = meant(connection, notices, loaded.upns, settings)
        if found.same:
            notices = [
                as_meant(notice, found.same[place]) if place in found.same else notice
                for place, notice in enumerate(notices)
            ]
            shown |= who.pupils_of_ids(connection, found.same.values())
            loaded = ledger.load(connection, upns, ids | set(shown.values()))
        world = self.worlds.current(connection, loaded.world)
        held: dict[UUID, dict[UUID, FollowUp]] = {}
        if any(notice.get("type") == "follow_up_done" for notice in notices):
            held = owing.held_follow_ups(connection, [p.pupil_id for p in loaded.pupils])
        intake = open_intake(world, settings, loaded.pupils, held)
        intake.ids = shown
        return intake, notices, found.different

    def _write(self, connection: Connection, intake: Intake) -> datetime | None:
        batch = ledger.Batch()
        changed = [w for w in intake.workspaces() if w.accepted]
        if not changed:
            return None
        touched = [w.pupil_id for w in changed if w.marked and w.answers_for_marks]
        for workspace in sorted(changed, key=lambda w: w.pupil_id.bytes):
            if workspace.apart is None:
                workspace.write_into(batch)
            else:
                touched = self._regroup(connection, batch, workspace)
        self.refuse_clock_behind(connection)
        with connection.transaction() if touched else nullcontext():
            if touched:  # in the order in which whoever brings in line takes them
                in_line.keep_slots(connection, [one for w in changed for one in w.concerned])
            at = ledger.record(
                connection,
                batch,
                actor=intake.settings.caller.actor,
                clock=self.clock,
                world=intake.world.version,
            )
            settle_follow_ups(
                connection, self.worlds, touched, today=self.today(), clock=self.clock
            )
        watch_at_once(connection, self.worlds, self.clock, providers_concerned(changed))
        return at

    def _regroup(
        self, connection: Connection, batch: ledger.Batch, workspace: Workspace
    ) -> list[UUID]:
        """Write the rows of all pupils whose records were merged or came apart; answer whose."""
        pupils = workspace.concerned
        latest = ledger.latest(connection, pupils)
        held = held_rows(connection, pupils)
        workspace.write_regrouped(batch, held, at_least=latest)
        for table, rows in marked_rows(connection, pupils).items():
            batch.close(table, rows)
        return pupils

    def refuse_clock_behind(self, connection: Connection) -> None:
        """AP_REGISTRY_CLOCK may stand still, but not go back (contract section 1)."""
        if self.clock is None:
            return
        last = last_recorded(connection)
        if last is not None and last > self.clock:
            words = (
                f"AP_REGISTRY_CLOCK is earlier than the last record ({instant(last)}):"
                " unset it, or set it to that instant or later"
            )
            raise Refused((Problem("", "future_date", words),))

    def _outcome(
        self,
        connection: Connection,
        found: Accepted | Repeated | Refused,
        at: datetime | None,
    ) -> Outcome:
        if isinstance(found, Refused):
            return status(found)
        if isinstance(found, Repeated):
            receipt = found.receipt(at or self.now(), stored(connection, found))
        else:
            receipt = found.receipt(at or self.now())
        return replace(status(found), receipt=receipt)
