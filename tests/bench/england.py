"""A made-up England: a few hundred pupils notified in the ordinary way, then multiplied by COPY.

Every other pupil is one of them again, in another LA, with an id of its own. Weeks go in by date
and then by chance, as registers come in, so that no pupil and no LA finds its rows lying together.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import LiteralString

from ap_registry import embedded
from ap_registry.demo import feed, places
from ap_registry.ingest.calendars import import_closures, import_terms
from ap_registry.ingest.organisations import import_organisations
from ap_registry.installation import Installation
from ap_registry.settings import Settings
from ap_registry.store.database import Connection, connect
from api.demonstration import BEGINS, ENDS, build

PUPILS = 218
COPIES = 3  # in each LA
LAS = 153
HOME = "856"

_TABLES = (
    "detail", "roll", "exclusion", "direction", "placement", "outreach", "reintegration",
    "assessment_shared", "managed_move", "result", "target", "assessment", "offer", "destination",
)  # fmt: skip
_PLACES = frozenset({"school", "provider", "commissioner", "home_la", "destination"})
_MOVED: LiteralString = (
    "case when {c} ~ '^5000[0-9]{{2}}$' then '5' || to_char(n / 3, 'FM000') || right({c}, 2)"
    " else replace({c}, '856', la.code) end"
)
_PUPIL: LiteralString = "md5(t.pupil_id::text || n)::uuid"
_FROM: LiteralString = (
    "from base.{t} t, generate_series(%(first)s::int, %(last)s::int) n"
    " join unnest(%(las)s::text[]) with ordinality la (code, number) on la.number = n / 3 + 1"
)


@dataclass(frozen=True, slots=True)
class England:
    """An installation with some pupils of LA 0 notified; ``grow`` adds all others."""

    found: Installation
    las: tuple[str, ...]

    def grow(self, first: int, last: int) -> None:
        """Add LAs ``first`` to ``last``, both included; LA 0 gets the pupils that it lacks."""
        with connect(self.found.servers.database_owner_url) as connection:
            if first == 0:
                _keep_base(connection)
            else:
                _places(connection, self.las, first, last)
            copies = (max(1, first * COPIES), last * COPIES + COPIES - 1)
            for table in _TABLES:
                _multiply(connection, table, self.las, copies)
            _multiply(connection, "attendance_week", self.las, copies)
            connection.execute("vacuum analyze")


def england(servers: embedded.Servers) -> England:
    """The pupils of LA 856 who are notified in the ordinary way, by the clock of those days."""
    found = Installation(settings=Settings(registry_clock=ENDS), servers=servers)
    build(found, feed.las(1), seed=1, pupils=PUPILS)
    with found.database.connection() as connection:
        connection.execute("insert into setting (name, value) values ('clock', 'set')")
    return England(found, tuple(place.la for place in feed.las(LAS)))


def _keep_base(connection: Connection) -> None:
    connection.execute("create schema base")
    for table in (*_TABLES, "attendance_week"):
        connection.execute(f'create table base.{table} as table public."{table}"')


def _places(connection: Connection, las: Sequence[str], first: int, last: int) -> None:
    """Organisations and terms, imported as files."""
    for number in range(first, last + 1):
        made = _place(las[number], number)
        for rows, take in (
            (places.organisations(made), import_organisations),
            (places.terms(made), import_terms),
            (places.closures(made), import_closures),
        ):
            take(connection, _csv(rows), today=BEGINS.date(), clock=BEGINS)


def _csv(rows: Sequence[dict[str, str]]) -> BytesIO:
    text = StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return BytesIO(text.getvalue().encode())


def _place(la: str, number: int) -> places.Places:
    """As demo/places.py numbers the first LA, so that ids move by their prefix alone."""
    first = places.places(la, 0)

    def moved(ids: Sequence[str]) -> tuple[str, ...]:
        return tuple(f"5{number:03d}{key[-2:]}" for key in ids)

    return places.Places(
        la=la, mainstream=moved(first.mainstream), special=moved(first.special),
        pru=moved((first.pru,))[0], academies=moved(first.academies),
        unregistered=first.unregistered, service=first.service,
    )  # fmt: skip


def _multiply(
    connection: Connection, table: str, las: Sequence[str], copies: tuple[int, int]
) -> None:
    columns = [
        row[0]
        for row in connection.execute(
            "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0"
            " and not attisdropped order by attnum",
            (f'public."{table}"',),
        )
    ]
    moved = _PLACES | ({"organisation"} if table == "attendance_week" else set())
    values = ", ".join(
        _PUPIL if c == "pupil_id" else _MOVED.format(c=f"t.{c}") if c in moved else f"t.{c}"
        for c in columns
    )
    order = "order by t.week, 1" if table == "attendance_week" else "order by 1"
    connection.execute(
        f'insert into public."{table}" ({", ".join(columns)})'
        f" select {values} {_FROM.format(t=table)} {order}",
        {"first": copies[0], "last": copies[1], "las": list(las)},
    )
