"""More pupils than were recorded: copies of the derived rows, which lists and searches read.

Ids, UPNs, names and days of birth are other ones, so that no two look like one pupil. The ledger is
not copied: a copy has no timeline.
"""

import psycopg
from sqlmodel import SQLModel

from ap_registry.store.tables import DERIVED, AttendanceWeek

_NAME = "initcap(translate(left(md5({0} || n), 7), '0123456789', 'ghijklmnop'))"
_OTHER = {
    "upn": "left(upn, 1) || lpad(n::text, 3, '0') || right(upn, 9)",
    "family_name": _NAME.format("pupil_id || family_name"),
    "given_name": _NAME.format("pupil_id || given_name"),
    "date_of_birth": "date_of_birth + n * 11",
}


def copy_pupils(owner_url: str, copies: int) -> None:
    """``copies`` of every pupil beside it."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        for table in (*DERIVED, AttendanceWeek):
            name = str(table.__tablename__)
            columns = SQLModel.metadata.tables[name].columns
            values = [_value(column.name, column.type.python_type.__name__) for column in columns]
            names = ", ".join(f'"{column.name}"' for column in columns)
            connection.execute(
                f'insert into "{name}" ({names}) select {", ".join(values)}'
                f' from "{name}" t cross join generate_series(1, {copies}) n'
                " where t.until_at = 'infinity'"
            )  # type: ignore[call-overload]
        connection.execute("vacuum analyze")


def _value(name: str, kind: str) -> str:
    if kind == "UUID":
        return f"""md5(t."{name}"::text || '/' || n)::uuid"""
    return _OTHER.get(name, f't."{name}"')
