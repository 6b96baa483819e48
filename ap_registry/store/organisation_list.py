"""The organisations, page by page."""

from collections.abc import Mapping
from typing import Any, LiteralString

from psycopg.rows import dict_row

from ap_registry.store.database import Connection

FILTERS = ("id", "kind", "la", "trust", "ukprn", "laestab")
_LISTED: LiteralString = """
select id, kind, name, la, trust, ukprn, laestab, type_code, setting_type,
       opened_on::text, closed_on::text
  from organisation where until_at = 'infinity'
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
    after: str | None = None,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """Organisations as they now are, by id; ``wanted``: by FILTERS, None for any."""
    cursor = connection.cursor(row_factory=dict_row, binary=True)
    asked = {**dict.fromkeys(FILTERS), **wanted, "after": after, "limit": limit}
    return cursor.execute(_LISTED, asked).fetchall()
