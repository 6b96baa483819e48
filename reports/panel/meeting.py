"""Which panel meets on which day, and by what was known; shared by all parts of its pack."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString

from psycopg.rows import dict_row

from ap_registry.calendar import SchoolCalendar
from ap_registry.notice import World
from ap_registry.store.database import Connection

Row = dict[str, Any]


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
    def calendar(self) -> SchoolCalendar:
        return self.world.calendars.of(self.owner)

    def name(self, organisation: str | None) -> str:
        """Of an organisation by its id; as it is where it is not on record."""
        found = self.world.organisation(organisation) if organisation else None
        return found.name if found else organisation or ""

    def rows(self, query: LiteralString, **more: Any) -> list[Row]:
        """``query`` may name la, owner, on and at (also as ``as_at``), and ``more``."""
        asked: Mapping[str, Any] = {
            "la": self.la, "owner": self.owner, "on": self.on, "at": self.at, "as_at": self.at,
            **more,
        }  # fmt: skip
        with self.connection.cursor(row_factory=dict_row, binary=True) as cursor:
            return cursor.execute(query, asked).fetchall()
