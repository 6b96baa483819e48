"""A made-up England: a few hundred pupils notified in the ordinary way, then multiplied by COPY.

Every other pupil is one of them again, in another LA, with an id of its own. Weeks go in by date
and then by chance, as registers come in, so that no pupil and no LA finds its rows lying together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString

from ap_registry import embedded
from ap_registry.demo import build
from ap_registry.demo.building import furnish
from ap_registry.demo.terms import PRESENT
from ap_registry.demo.world import FIRST_LA, la_codes
from ap_registry.installation import Installation
from ap_registry.settings import Settings
from ap_registry.store.database import Connection, connect
from reports.loading import TABLES
from tests.bench._practice import for_practice

SEED = 1
PUPILS = 218
COPIES = 3  # in each LA
LAS = 153
SHARING = 3  # neighbouring LAs that use the providers of the first of them
PROVIDERS = -(-LAS // SHARING) * 9  # a PRU, two AP academies, six that are not registered

_COPIED = (*TABLES, "attendance_week")
_PLACES = frozenset(
    {"school", "provider", "commissioner", "home_la", "destination", "organisation"}
)
# An LA's invented URNs are a block of 80 (demo/organisations.py), its providers' the last ten of
# them; its other ids carry its code.
_MOVED: LiteralString = f"""
case when {{c}} ~ '^AP-' then replace({{c}}, '{FIRST_LA}', host.code)
     when {{c}} !~ '^9[0-9]{{{{5}}}}$' then replace({{c}}, '{FIRST_LA}', la.code)
     when ({{c}}::int - 900000) / 80 <> {FIRST_LA} then {{c}}
     when {{c}}::int %% 80 >= 70 then ({{c}}::int + 80 * (host.code::int - {FIRST_LA}))::text
     else ({{c}}::int + 80 * (la.code::int - {FIRST_LA}))::text end
"""
_PUPIL: LiteralString = "md5(t.pupil_id::text || n)::uuid"
_FROM: LiteralString = (
    'from base."{t}" t, generate_series(%(first)s::int, %(last)s::int) n'
    " join unnest(%(las)s::text[]) with ordinality la (code, number)"
    f" on la.number = n / {COPIES} + 1"
    " join unnest(%(las)s::text[]) with ordinality host (code, number)"
    f" on host.number = n / {COPIES} / {SHARING} * {SHARING} + 1"
)


@dataclass(frozen=True, slots=True)
class England:
    """An installation with some pupils of LA 0 notified; ``grow`` adds all others."""

    found: Installation
    las: tuple[str, ...]

    def grow(self, first: int, last: int) -> None:
        """Add LAs ``first`` to ``last``, both included; LA 0 gets the pupils that it lacks."""
        if first:
            furnish(self.found.registry, SEED, self.las[first : last + 1])
            self.found.registry.clock = PRESENT
        with connect(self.found.servers.database_owner_url) as connection:
            if not first:
                _keep_base(connection)
            copies = (max(1, first * COPIES), last * COPIES + COPIES - 1)
            for table in _COPIED:
                _multiply(connection, table, self.las, copies)
            connection.execute("vacuum analyze")


def england(servers: embedded.Servers) -> England:
    """The first LA, with the pupils who are notified in the ordinary way."""
    made = as_grown(servers)
    for_practice(made.found.servers.database_owner_url)
    build(made.found.registry, seed=SEED, pupils=PUPILS)
    return made


def as_grown(servers: embedded.Servers) -> England:
    """As it is in the database."""
    found = Installation(settings=Settings(registry_clock=PRESENT), servers=servers)
    return England(found, tuple(la_codes(LAS)))


def _keep_base(connection: Connection) -> None:
    connection.execute("create schema base")
    for table in _COPIED:
        connection.execute(f'create table base."{table}" as table public."{table}"')


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
    values = ", ".join(
        _PUPIL if c == "pupil_id" else _MOVED.format(c=f"t.{c}") if c in _PLACES else f"t.{c}"
        for c in columns
    )
    order = "order by t.week, 1" if table == "attendance_week" else "order by 1"
    connection.execute(
        f'insert into public."{table}" ({", ".join(columns)})'
        f" select {values} {_FROM.format(t=table)} {order}",
        {"first": copies[0], "last": copies[1], "las": list(las)},
    )
