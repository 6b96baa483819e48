"""All whom a scope sees, to be searched by name; and what is shown of those that are found."""

from collections.abc import Sequence
from datetime import date
from typing import LiteralString
from uuid import UUID

from ap_registry.searching import Known
from ap_registry.store.database import Connection
from ap_registry.store.queries import FEW_SCOPED, SCOPED, Found, Scope, scoped
from ap_registry.store.who import OF_SHOWN, SHOWN_ID

_SEEN: LiteralString = f"""
select coalesce(array_agg(concat_ws(' ', i.given_name, i.family_name)), '{{}}'),
       coalesce(string_agg(uuid_send({SHOWN_ID.format(t="i")}), ''), '')
  from identity i
 where i.until_at = 'infinity' and {SCOPED.format(t="i")}
   and (%(born)s::date is null or i.date_of_birth = %(born)s)
   and not exists (select from merged m where m.other = i.pupil_id and m.until_at = 'infinity')
"""
_SHOWN: LiteralString = f"""
select {SHOWN_ID.format(t="i")}::text, concat_ws(' ', i.given_name, i.family_name), i.upn,
       i.date_of_birth,
       (select string_agg(r.school, ';' order by r.school) from roll r
         where r.pupil_id = i.pupil_id and r.until_at = 'infinity'
           and r.from_on <= %(today)s and (r.until_on is null or r.until_on > %(today)s))
  from identity i
 where i.until_at = 'infinity' and {OF_SHOWN} and {FEW_SCOPED.format(t="i")}
"""


def seen(connection: Connection, scope: Scope, born: date | None = None) -> Known:
    """All of them, or those born on a day."""
    with connection.cursor(binary=True) as cursor:
        row = cursor.execute(_SEEN, {**scoped(scope), "born": born}).fetchone()
    assert row is not None
    return Known(*row)


def shown(connection: Connection, scope: Scope, pupils: Sequence[UUID]) -> Found:
    """id, name, upn, born and schools (separated by ``;``), in the order asked."""
    asked = {**scoped(scope), "pupils": list(pupils)}
    names = ("id", "name", "upn", "born", "schools")
    rows = connection.execute(_SHOWN, asked).fetchall()
    by_id = {row[0]: dict(zip(names, row, strict=True)) for row in rows}
    return [by_id[str(pupil)] for pupil in pupils if str(pupil) in by_id]
