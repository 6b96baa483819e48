"""Packed weeks of a file laid down in lanes, a connection each, that write side by side."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, ExitStack, suppress
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import LiteralString
from uuid import UUID

from ap_registry.errors import Unavailable
from ap_registry.store.database import Connection
from ap_registry.store.locks import SLOT
from ap_registry.store.register_lane import Lane, Settle, Work

SHARED_FROM = 10_000  # weeks at once: of a shorter file one lane is as quick
ESCAPE = "\\"  # present in the afternoon, and the escape of COPY

# Whoever is merged into another is written and settled beside it.
_CLAIMED: LiteralString = f"""
select c.upn, c.pupil_id, {SLOT.format(pupil="coalesce(m.pupil_id, c.pupil_id)")}
  from upn_claim c left join merged m on m.other = c.pupil_id and m.until_at = 'infinity'
 where c.upn = any(%s)
"""

_written = lru_cache(maxsize=1_024)(date.isoformat)
Key = tuple[str, str, date]  # UPN, organisation, Monday
Sees = Callable[[Connection, dict[str, UUID]], set[UUID]]
Lend = Callable[[], AbstractContextManager[Connection]]


@dataclass(slots=True)
class Written:
    """By the number of a week: whether it changed what is on record, whose pupil is not known."""

    changed: bytearray = field(default_factory=bytearray)
    unknown: set[int] = field(default_factory=set)


class Writer:
    """Packed weeks of a file: laid down beside the tables, then written some pupils at a time.

    ``sees`` narrows the pupils that the caller may mark; ``lend`` another connection, for a long
    file: half of the pupils are written by each. Use as a context.
    """

    def __init__(self, connection: Connection, *, lend: Lend, sees: Sees | None = None) -> None:
        self.connection = connection
        self.lend = lend
        self.sees = sees
        self.written = Written()
        self.chunks = 0
        self.lanes: list[Lane] = []
        self._copying: list[Future[None]] = []
        self._open = ExitStack()

    def __enter__(self) -> "Writer":
        self._pool = self._open.enter_context(ThreadPoolExecutor(2, "lane"))
        self._add_lane(self.connection)
        return self

    def __exit__(self, *error: object) -> None:
        wait(self._copying)
        self._open.close()

    def _add_lane(self, connection: Connection) -> None:
        self.lanes.append(Lane(connection))
        self._open.callback(self.lanes[-1].close)

    def lay_down(self, first: int, keys: Sequence[Key], marks: Sequence[str]) -> None:
        """Weeks numbered from ``first``; in each chunk a pupil's week stands once."""
        self._copied()
        if not self.chunks and len(keys) >= SHARED_FROM:
            self._share()
        pupils = self._pupils({key[0] for key in keys})
        twice = len(set(pupils.values())) < len(pupils)
        places: Counter[tuple[str, str, date]] = Counter()
        lines: list[list[str]] = [[] for _ in self.lanes]
        self.written.changed.extend(bytes(len(keys)))
        for number, (key, ten) in enumerate(zip(keys, marks, strict=True), start=first):
            upn, organisation, week = key
            if upn not in pupils:
                self.written.unknown.add(number)
                continue
            lane, pupil = pupils[upn]
            chunk = self.chunks
            if twice:  # by two UPNs: the later in a chunk of its own
                chunk += places[pupil, organisation, week]
                places[pupil, organisation, week] += 1
            lines[lane].append(
                f"{pupil}\t{chunk}\t{number}\t{organisation}\t{_written(week)}"
                f"\t{ten.replace(ESCAPE, ESCAPE * 2)}\n"
            )
        self.chunks += max(places.values(), default=1)
        self._copying = [
            self._pool.submit(lane.copy, some) for lane, some in zip(self.lanes, lines, strict=True)
        ]

    def _share(self) -> None:
        """Where no other connection comes free, one lane does all."""
        with suppress(Unavailable):
            other = self._open.enter_context(self.lend())
            if other is not self.connection:
                self._add_lane(other)
                self.lanes[0].ahead, self.lanes[1].ahead = 2 / 3, 1 / 3

    def _copied(self) -> None:
        for copying in self._copying:
            copying.result()
        self._copying = []

    def _pupils(self, upns: set[str]) -> dict[str, tuple[int, str]]:
        """By UPN the lane, and the first columns of each line."""
        rows = self.connection.execute(_CLAIMED, (list(upns),)).fetchall()
        found: dict[str, UUID] = {upn: pupil for upn, pupil, _ in rows}
        seen = set(found.values())
        if self.sees is not None:
            seen = self.sees(self.connection, found)
        return {
            upn: (slot % len(self.lanes), f"{slot}\t{pupil}")
            for upn, pupil, slot in rows
            if pupil in seen
        }

    def write(
        self, *, actor: str, clock: datetime | None, dry_run: bool, settle: Settle
    ) -> Written:
        """Write what was laid down; ``settle`` what the marks of some pupils oblige to.

        What one lane has written stands, whatever becomes of the other.
        """
        self._copied()
        work = Work(
            actor=actor, clock=clock, dry_run=dry_run, chunks=self.chunks,
            changed=self.written.changed, settle=settle,
        )  # fmt: skip
        if len(self.lanes) == 1:
            self.lanes[0].write(work)
            return self.written
        writing = [self._pool.submit(copy_context().run, lane.write, work) for lane in self.lanes]
        try:
            for one in wait(writing, return_when=FIRST_EXCEPTION).done:
                one.result()
        finally:
            work.stopped.set()
            wait(writing)
        return self.written
