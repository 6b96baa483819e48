"""What is known besides pupils, kept until its version in the database moves on."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from ap_registry.calendar import Calendars
from ap_registry.notice import World
from ap_registry.organisations import Organisation
from ap_registry.store import reference
from ap_registry.store.database import Connection


class Worlds:
    """Organisations and calendars of one database, read when their versions change."""

    def __init__(self) -> None:
        self._versions: tuple[str, ...] = ()
        self._organisations: dict[str, Organisation | None] = {}
        self._calendars: Calendars | None = None
        self._health_partners: Mapping[str, str] = {}
        self.calendar_version = 0

    def current(self, connection: Connection, versions: tuple[str, ...]) -> World:
        """The world as of the versions that the same statement read with the pupils."""
        if versions != self._versions or self._calendars is None:
            found = list(reference.all_organisations(connection))
            self._organisations = {one.id: one for one in found}
            self._organisations |= {one.laestab: one for one in found if one.laestab}
            self._calendars = reference.load_calendars(connection, organisations=found)
            self._health_partners = health_partners(found)
            self._versions = versions
            self.calendar_version = int(versions[0]) if versions else 0
        return World(
            organisation=self._find,
            calendars=self._calendars,
            health_partners=self._health_partners,
        )

    def fresh(self, connection: Connection) -> World:
        """The world as of now."""
        rows = connection.execute(
            "select value from setting where name in ('calendar_version', 'organisation_version')"
            " order by name"
        ).fetchall()
        return self.current(connection, tuple(row[0] for row in rows))

    def _find(self, name: str) -> Organisation | None:
        return self._organisations.get(name.replace("/", ""))


def world_as_at(connection: Connection, at: datetime) -> World:
    """Organisations and calendars as they were known by an instant."""
    found = list(reference.all_organisations(connection, at))
    named = {one.id: one for one in found} | {one.laestab: one for one in found if one.laestab}
    calendars = reference.load_calendars(connection, as_at=at, organisations=found)
    return World(
        organisation=lambda name: named.get(name.replace("/", "")),
        calendars=calendars,
        health_partners=health_partners(found),
    )


def health_partners(found: Iterable[Organisation]) -> Mapping[str, str]:
    """The health organisation that serves each LA (three digits); the first by id."""
    partners: dict[str, str] = {}
    for one in sorted(found, key=lambda o: o.id):
        if one.kind == "health":
            for la in (*one.las, *([one.la] if one.la else [])):
                partners.setdefault(la, one.id)
    return partners
