"""The organisations, page by page."""

from typing import Any

from psycopg.rows import dict_row

from ap_registry.store.database import Connection


def organisations(
    connection: Connection,
    *,
    kind: str | None = None,
    la: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """Organisations as they now are, by id."""
    cursor = connection.cursor(row_factory=dict_row, binary=True)
    return cursor.execute(
        "select id, kind, name, la, trust, ukprn, laestab, type_code, setting_type,"
        " opened_on::text, closed_on::text from organisation where until_at = 'infinity'"
        " and (%(kind)s::text is null or kind = %(kind)s)"
        " and (%(la)s::text is null or la = %(la)s)"
        ' and (%(after)s::text is null or id collate "C" > %(after)s)'
        ' order by id collate "C" limit %(limit)s',
        {"kind": kind, "la": la, "after": after, "limit": limit},
    ).fetchall()
