"""Numbers that LAs have set for rules: events of reference data, and the rows that follow."""

from datetime import date, datetime
from typing import Any

from ap_registry.adjustments import Adjustment, Adjustments, Number, by_rule, is_derived_from
from ap_registry.store.database import Connection
from ap_registry.store.locks import WORLD_LOCK
from ap_registry.store.reference import (
    BEHIND_ORGANISATION,
    HELD,
    Fact,
    append,
    bump,
    close,
    leave_behind,
)

ALIAS = "rule_adjusted.v1"
COLUMNS = ("organisation", "rule", "from_on", "value", "reason", "source")


def write_adjustment(
    connection: Connection, found: Adjustment, *, actor: str, on: date, clock: datetime | None
) -> None:
    """Record it; one for the same day replaces the earlier. Whom it may concern is left behind."""
    data = {
        "rule": found.rule, "from_on": found.from_on, "value": found.value,
        "reason": found.reason, "source": found.source,
    }  # fmt: skip
    fact = Fact(organisation=found.organisation, alias=ALIAS, data=data)
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (WORLD_LOCK,))
        at = append(connection, [fact], by=found.organisation, actor=actor, on=on, clock=clock)
        where = (
            "organisation = (%(names)s::text[])[1] and rule = (%(names)s::text[])[2]"
            " and from_on = (%(names)s::text[])[3]::date"
        )
        key = [found.organisation, found.rule, found.from_on.isoformat()]
        close(connection, "adjustment", where, at, key)
        value = None if found.value is None else str(found.value)
        connection.execute(
            "insert into adjustment"
            " (organisation, rule, from_on, from_at, until_at, value, reason, source)"
            " values (%s, %s, %s, %s, 'infinity', %s, %s, %s)",
            (*key, at, value, found.reason, found.source),
        )
        if is_derived_from(found.rule):
            leave_behind(connection, [found.organisation], BEHIND_ORGANISATION)
        bump(connection, "organisation_version")


def read_adjustments(connection: Connection, as_at: datetime | None = None) -> Adjustments:
    """All of them, as at an instant (default: now)."""
    rows = connection.execute(
        f"select {', '.join(COLUMNS)} from adjustment"
        f" where {HELD} order by organisation, rule, from_on",
        {"at": as_at},
    ).fetchall()
    return by_rule(
        Adjustment(
            organisation=la, rule=rule, from_on=from_on, value=_number(value), reason=reason,
            source=source,
        )
        for la, rule, from_on, value, reason, source in rows
    )  # fmt: skip


def adjustment_of(data: dict[str, Any]) -> Adjustment:
    """As its event says."""
    return Adjustment(
        organisation=data["organisation"],
        rule=data["rule"],
        from_on=date.fromisoformat(data["from_on"]),
        value=data["value"],
        reason=data["reason"],
        source=data["source"],
    )


def _number(text: str | None) -> Number | None:
    return int(text) if text is not None and text.isdigit() else text
