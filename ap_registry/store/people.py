"""Who does which duty: events whose names and addresses are private, and the present rows."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import LiteralString

from ap_registry.people import LEAD, Person
from ap_registry.store.database import Connection
from ap_registry.store.locks import WORLD_LOCK
from ap_registry.store.reference import Fact, append

COLUMNS = (
    "organisation", "duty", "name", "email", "deputy_name", "deputy_email", "phone", "hours",
)  # fmt: skip
# Whoever has left is not kept by name: the rows say only while when somebody did the duty.
_END: LiteralString = """
update person set until_at = %(at)s, name = null, email = null, deputy_name = null,
                  deputy_email = null, phone = null, hours = null
 where until_at = 'infinity' and (organisation, duty) in
       (select * from unnest(%(organisations)s::text[], %(duties)s::text[]))
"""


def write_people(
    connection: Connection, found: Sequence[Person], *, actor: str, on: date, clock: datetime | None
) -> None:
    """Record who does these duties now, in place of whoever did."""
    facts = [
        Fact(
            organisation=one.organisation,
            alias="person_recorded.v1",
            data={"duty": one.duty},
            private={name: value for name in COLUMNS[2:] if (value := getattr(one, name))},
        )
        for one in found
    ]
    keys = {
        "organisations": [one.organisation for one in found],
        "duties": [one.duty for one in found],
    }
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (WORLD_LOCK,))
        at = append(connection, facts, by="REGISTRY", actor=actor, on=on, clock=clock)
        connection.execute(
            "delete from person where until_at = 'infinity' and from_at >= %(at)s"
            " and (organisation, duty) in"
            " (select * from unnest(%(organisations)s::text[], %(duties)s::text[]))",
            {**keys, "at": at},
        )
        connection.execute(_END, {**keys, "at": at})
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into person (organisation, duty, name, email, deputy_name, deputy_email,"
                " phone, hours, from_at, until_at)"
                " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, 'infinity')",
                [(*(getattr(one, name) for name in COLUMNS), at) for one in found],
            )


def present_people(connection: Connection) -> dict[tuple[str, str], Person]:
    """By organisation and duty, as of now."""
    rows = connection.execute(
        "select organisation, duty, name, email, deputy_name, deputy_email, phone, hours"
        " from person"
        " where until_at = 'infinity' and email is not null"
    ).fetchall()
    found = (Person(**dict(zip(COLUMNS, row, strict=True))) for row in rows)
    return {(one.organisation, one.duty): one for one in found}


def person_for(
    people: dict[tuple[str, str], Person], organisation: str, duty: str
) -> Person | None:
    """Who does it, else who leads there."""
    return people.get((organisation, duty)) or people.get((organisation, LEAD))
