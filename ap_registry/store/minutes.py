"""Minutes of panels' meetings: entries in the LA's own stream of the ledger, never changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID, uuid5

from ap_registry.instants import instant
from ap_registry.store import codec
from ap_registry.store.database import Connection
from ap_registry.store.locks import WORLD_LOCK
from ap_registry.store.reference import NAMESPACE, REFERENCE, Fact, append

ALIAS = "panel_minuted.v1"

_ENTRIES: LiteralString = """
select e.id, e.recorded_at, e.data::text, p.data::text
  from event e
  left join log l using (pupil_id, stream, version)
  left join event_private p using (pupil_id, stream, version)
 where e.pupil_id = %(stream)s and e.stream = %(reference)s and e.type = %(alias)s
   and (%(as_at)s::timestamptz is null or l.known_at <= %(as_at)s)
   and e.data::json->>'panel_on' = %(panel_on)s
 order by e.version
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Minuted:
    """``known_by``: of the entry that signs, up to when was known what it signs.

    ``events``: the decisions and agreed actions that it signs, by id. ``words`` of a correction.
    """

    id: UUID
    kind: str  # signed, correction
    recorded_at: datetime
    by_name: str | None
    words: str | None = None
    known_by: datetime | None = None
    events: tuple[str, ...] = ()

    @property
    def as_json(self) -> dict[str, Any]:
        return {
            "event": str(self.id),
            "kind": self.kind,
            "recorded_at": instant(self.recorded_at),
            "by_name": self.by_name,
            "words": self.words,
            "known_by": instant(self.known_by) if self.known_by else None,
            "events": list(self.events),
        }


def write_entry(
    connection: Connection, la: str, panel_on: date, kind: str, *, data: Mapping[str, Any],
    private: Mapping[str, str], actor: str, on: date, clock: datetime | None,
) -> None:  # fmt: skip
    """``la``: as an organisation. ``private``: names and free text."""
    fact = Fact(
        organisation=la,
        alias=ALIAS,
        data={"panel_on": panel_on, "entry": kind, **data},
        private=private,
    )
    append(connection, [fact], by=la, actor=actor, on=on, clock=clock)


def one_at_a_time(connection: Connection) -> None:
    """Until the transaction ends nobody else signs: minutes are signed once."""
    connection.execute("select pg_advisory_xact_lock(%s)", (WORLD_LOCK,))


def entries(
    connection: Connection, la: str, panel_on: date, as_at: datetime | None = None
) -> list[Minuted]:
    """Of one meeting in the order in which they were made; the first signs it."""
    return list(_entries(connection, la, panel_on, as_at))


def _entries(
    connection: Connection, la: str, panel_on: date, as_at: datetime | None
) -> Iterator[Minuted]:
    asked = {
        "stream": uuid5(NAMESPACE, la), "reference": REFERENCE, "alias": ALIAS, "as_at": as_at,
        "panel_on": panel_on.isoformat(),
    }  # fmt: skip
    for id_, recorded_at, data, private in connection.execute(_ENTRIES, asked).fetchall():
        said, hidden = codec.decode(data), codec.decode(private) if private else {}
        known_by = said.get("known_by")
        yield Minuted(
            id=id_,
            kind=said["entry"],
            recorded_at=recorded_at,
            by_name=hidden.get("by_name"),
            words=hidden.get("words"),
            known_by=datetime.fromisoformat(known_by) if known_by else None,
            events=tuple(said.get("events", ())),
        )
