"""What LAs have arranged: events of reference data, and the rows that follow from them."""

from datetime import date, datetime
from typing import Any

from ap_registry.arrangements import Arrangement, Arrangements, by_name
from ap_registry.store.database import Connection
from ap_registry.store.locks import WORLD_LOCK
from ap_registry.store.reference import Fact, append, bump, close

ALIAS = "arrangement_recorded.v1"
COLUMNS = ("organisation", "name", "from_on", "value", "basis")


def write_arrangement(
    connection: Connection, found: Arrangement, *, actor: str, on: date, clock: datetime | None
) -> None:
    """Record what an LA has decided; a decision for the same day replaces the earlier one."""
    data = {"name": found.name, "from_on": found.from_on, "value": found.value}
    fact = Fact(
        organisation=found.organisation,
        alias=ALIAS,
        data={**data, "basis": found.basis},
    )
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (WORLD_LOCK,))
        at = append(connection, [fact], by=found.organisation, actor=actor, on=on, clock=clock)
        where = (
            "organisation = (%(names)s::text[])[1] and name = (%(names)s::text[])[2]"
            " and from_on = (%(names)s::text[])[3]::date"
        )
        key = [found.organisation, found.name, found.from_on.isoformat()]
        close(connection, "arrangement", where, at, key)
        connection.execute(
            "insert into arrangement (organisation, name, from_on, from_at, until_at, value, basis)"
            " values (%s, %s, %s, %s, 'infinity', %s, %s)",
            (*key, at, found.value, found.basis),
        )
        bump(connection, "organisation_version")


def read_arrangements(connection: Connection, as_at: datetime | None = None) -> Arrangements:
    """All of them, as at an instant (default: now)."""
    rows = connection.execute(
        f"select {', '.join(COLUMNS)} from arrangement"
        " where case when %(at)s::timestamptz is null then until_at = 'infinity'"
        "            else from_at <= %(at)s and until_at > %(at)s end"
        " order by organisation, name, from_on",
        {"at": as_at},
    ).fetchall()
    return by_name(
        Arrangement(organisation=la, name=name, from_on=from_on, value=value, basis=basis)
        for la, name, from_on, value, basis in rows
    )


def arrangement_of(data: dict[str, Any]) -> Arrangement:
    """As its event says."""
    return Arrangement(
        organisation=data["organisation"],
        name=data["name"],
        from_on=date.fromisoformat(data["from_on"]),
        value=data["value"],
        basis=data.get("basis"),
    )
