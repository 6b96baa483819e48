"""Pupils near to what a notice said, as far as a scope sees them, by the id that is shown."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import LiteralString
from uuid import UUID

from ap_registry.likeness import Details
from ap_registry.store.database import Connection
from ap_registry.store.queries import SCOPED, Scope, scoped
from ap_registry.store.who import SHOWN_ID

_BY_UPNS: LiteralString = f"""
select {SHOWN_ID.format(t="i")}
  from upn_claim c
  left join merged m on m.other = c.pupil_id and m.until_at = 'infinity'
  join identity i on i.pupil_id = coalesce(m.pupil_id, c.pupil_id) and i.until_at = 'infinity'
 where c.upn = any(%(upns)s) and {SCOPED.format(t="i")}
 order by c.upn
"""
_BORN_ON: LiteralString = f"""
select {SHOWN_ID.format(t="i")}, i.given_name, i.family_name, i.date_of_birth, i.sex
  from identity i
 where i.date_of_birth = any(%(days)s) and i.until_at = 'infinity' and {SCOPED.format(t="i")}
 order by i.pupil_id
"""


def by_upns(connection: Connection, scope: Scope, upns: Sequence[str]) -> list[UUID]:
    """Whom these UPNs, present or former, name."""
    if not upns:
        return []
    parameters = {**scoped(scope), "upns": list(upns)}
    return [row[0] for row in connection.execute(_BY_UPNS, parameters).fetchall()]


def born_on(
    connection: Connection, scope: Scope, days: Iterable[date]
) -> list[tuple[UUID, Details]]:
    """Everybody born on one of these days."""
    rows = connection.execute(_BORN_ON, {**scoped(scope), "days": list(days)}).fetchall()
    return [
        (pupil, Details(given_name=given, family_name=family, date_of_birth=born, sex=sex))
        for pupil, given, family, born, sex in rows
    ]
