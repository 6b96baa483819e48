"""The organisations, page by page."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, LiteralString

from psycopg.rows import dict_row

from ap_registry.store.database import Connection
from ap_registry.store.who import HELD

FILTERS = ("id", "kind", "name", "la", "trust", "ukprn", "laestab")
_LISTED: LiteralString = f"""
select id, kind, name, la, coalesce(las, '{{}}') as las, trust, ukprn, laestab, type_code,
       setting_type, opened_on::text, closed_on::text,
       coalesce(predecessors, '{{}}') as predecessors
  from organisation o where {HELD.format(t="o")}
   and (%(on)s::date is null or coalesce(opened_on <= %(on)s, true)
        and coalesce(closed_on > %(on)s, true))
   and (%(name)s::text is null or position(lower(%(name)s) in lower(name)) > 0)
   and (%(id)s::text is null or id = %(id)s)
   and (%(kind)s::text is null or kind = %(kind)s)
   and (%(la)s::text is null or la = %(la)s)
   and (%(trust)s::text is null or trust = %(trust)s)
   and (%(ukprn)s::text is null or ukprn = %(ukprn)s)
   and (%(laestab)s::text is null or laestab = %(laestab)s)
   and (%(after)s::text is null or id collate "C" > %(after)s)
 order by id collate "C" limit %(limit)s
"""


def organisations(
    connection: Connection,
    wanted: Mapping[str, str | None],
    *,
    on: date | None = None,
    as_at: datetime | None = None,
    after: str | None = None,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """Organisations by id, as recorded by an instant (default: now); ``on``: those open that day.

    ``wanted``: by FILTERS, ``name`` by a part of it; None for any.
    """
    cursor = connection.cursor(row_factory=dict_row, binary=True)
    asked = {
        **dict.fromkeys(FILTERS), **wanted, "on": on, "as_at": as_at, "after": after,
        "limit": limit,
    }  # fmt: skip
    return cursor.execute(_LISTED, asked).fetchall()
