"""What is known besides pupils, kept until its version in the database moves on."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import LiteralString

from ap_registry.notice import World
from ap_registry.organisations import Organisation
from ap_registry.store import reference
from ap_registry.store.adjustments import read_adjustments
from ap_registry.store.arrangements import read_arrangements
from ap_registry.store.database import Connection
from ap_registry.store.sheets import read_checks

VERSION: LiteralString = """
select string_agg(value, '/' order by name) from setting
 where name in ('calendar_version', 'organisation_version')
"""


class Worlds:
    """Organisations and calendars of one database, read when their version changes."""

    def __init__(self) -> None:
        self._world: World | None = None

    def current(self, connection: Connection, version: str) -> World:
        """The world as of the version that the same statement read with the pupils.

        It may have changed since: what is derived by it is then refused when it is written.
        """
        world = self._world
        if world is None or world.version != version:
            world = self._world = _read(connection, version)
        return world

    def fresh(self, connection: Connection) -> World:
        """The world as of now."""
        row = connection.execute(VERSION).fetchone()
        assert row is not None
        return self.current(connection, row[0])


def world_as_at(connection: Connection, at: datetime) -> World:
    """Organisations, calendars and what LAs had set, as known by an instant."""
    return _read(connection, "", at)


def _read(connection: Connection, version: str, at: datetime | None = None) -> World:
    found = list(reference.all_organisations(connection, at))
    calendars = reference.load_calendars(connection, as_at=at, organisations=found)
    return World(
        organisation=finder(found),
        calendars=calendars,
        health_partners=health_partners(found),
        arrangements=read_arrangements(connection, at),
        adjustments=read_adjustments(connection, at),
        checks=read_checks(connection, at),
        organisations=tuple(found),
        version=version,
    )


def finder(found: Iterable[Organisation]) -> Callable[[str], Organisation | None]:
    """Organisations by id, or by LAESTAB with or without its slash."""
    listed = tuple(found)
    named = {one.id: one for one in listed} | {one.laestab: one for one in listed if one.laestab}
    return lambda name: named.get(name.replace("/", ""))


def health_partners(found: Iterable[Organisation]) -> Mapping[str, str]:
    """The health organisation that serves each LA (three digits); the first by id."""
    partners: dict[str, str] = {}
    for one in sorted(found, key=lambda o: o.id):
        if one.kind == "health":
            for la in (*one.las, *([one.la] if one.la else [])):
                partners.setdefault(la, one.id)
    return partners
