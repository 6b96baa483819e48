"""Which panel meets on which day, and by what was known; shared by all parts of its pack."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, LiteralString

from psycopg.rows import dict_row

from ap_registry.calendar import SchoolCalendar
from ap_registry.notice import World
from ap_registry.registry import Registry
from ap_registry.store.database import Connection
from ap_registry.store.worlds import world_as_at

Row = dict[str, Any]
_SEEN: LiteralString = (
    "exists (select from visibility v where v.pupil_id = {{t}}.pupil_id and v.organisation ="
    " %(owner)s and {held} and (v.from_on is null or v.from_on <= %(on)s)"
    " and (v.until_on is null or v.until_on >= %(on)s))"
)
_THEN: LiteralString = _SEEN.format(held="v.from_at <= %(at)s and v.until_at > %(at)s")
_NOW: LiteralString = _SEEN.format(held="v.until_at = 'infinity'")
# That the LA sees the pupil of row ``t`` on the day of the meeting, as known by then and as known
# now: whom it should never have seen, by what was put right since, is shown no more.
VISIBLE: LiteralString = f"{_THEN} and {_NOW}"
NOW = datetime(9999, 12, 30, tzinfo=UTC)  # reads the rows of the present, which end at infinity


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """``la``: three digits; ``at``: nothing recorded later is read, but it is judged on ``on``."""

    connection: Connection
    la: str
    on: date
    at: datetime
    world: World

    @property
    def owner(self) -> str:
        """The LA as an organisation."""
        return f"LA{self.la}"

    @property
    def as_at(self) -> datetime | None:
        """None: what the sequencer has not seen yet counts too."""
        return None if self.at == NOW else self.at

    @property
    def calendar(self) -> SchoolCalendar:
        return self.world.calendars.of(self.owner)

    def name(self, organisation: str | None) -> str:
        """Of an organisation by its id; as it is where it is not on record."""
        found = self.world.organisation(organisation) if organisation else None
        return found.name if found else organisation or ""

    def rows(self, query: LiteralString, **more: Any) -> list[Row]:
        """``query`` may name la, owner, on, at and as_at, and ``more``."""
        asked: Mapping[str, Any] = {
            "la": self.la, "owner": self.owner, "on": self.on, "at": self.at,
            "as_at": self.as_at, **more,
        }  # fmt: skip
        with self.connection.cursor(row_factory=dict_row, binary=True) as cursor:
            return cursor.execute(query, asked).fetchall()


@contextmanager
def meeting(registry: Registry, la: str, on: date, at: datetime | None = None) -> Iterator[Meeting]:
    """In one snapshot; without ``at`` as things are now."""
    with registry.database.snapshot() as connection:
        world = world_as_at(connection, at) if at else registry.worlds.fresh(connection)
        yield Meeting(connection=connection, la=la, on=on, at=at or NOW, world=world)
