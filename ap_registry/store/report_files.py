"""Files of reports: who may get one, and how long it is kept."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import LiteralString
from uuid import UUID

from ap_registry.access import Caller
from ap_registry.store import who
from ap_registry.store.database import Connection
from ap_registry.store.report_runs import MINE, Asker, named_by

FILES_KEPT = timedelta(days=30)
_SEEN: LiteralString = """
select count(distinct pupil_id) from visibility
 where pupil_id = any(%(pupils)s) and organisation = any(%(organisations)s)
   and until_at = 'infinity' and (from_on is null or from_on <= %(today)s)
"""


def may_be_got(
    connection: Connection, caller: Caller, pupils: Iterable[UUID], today: date
) -> bool:  # fmt: skip
    """Whether the caller may still know of everybody whom a file shows, if up to a last day only.

    Of an erased pupil nobody may, nor of an adopted one by its former id.
    """
    wanted = set(pupils)
    found = who.pupils_of_ids(connection, wanted)
    if len(found) < len(wanted) or caller.sees_all:
        return len(found) == len(wanted)
    asked = {"pupils": list(found.values()), "organisations": list(caller.sees_for)}
    row = connection.execute(_SEEN, {**asked, "today": today}).fetchone()
    return row is not None and row[0] == len(set(found.values()))


def forget(connection: Connection) -> int:
    """Delete the files that were made a month ago; how many."""
    done = connection.execute(
        "update report_run set file = null, pupils = null"
        " where file is not null and finished_at < clock_timestamp() - %s::interval",
        (FILES_KEPT,),
    )
    return done.rowcount


def file_of(
    connection: Connection, holder: Asker, id: UUID
) -> tuple[str, str, bytes, list[UUID]] | None:
    """Kind, format, file and whom it shows; None where there is none."""
    row = connection.execute(
        f"select r.kind, r.format, r.file, r.pupils from report_run r"
        f" where r.id = %(id)s and r.file is not null and {MINE}",
        named_by(holder, id=id),
    ).fetchone()
    return (row[0], row[1], bytes(row[2]), row[3] or []) if row else None


def kind_of(connection: Connection, id: UUID) -> str | None:
    """Of one whose file is there to be got; for a letter about it."""
    row = connection.execute(
        "select kind from report_run where id = %s and file is not null", (id,)
    ).fetchone()
    return row[0] if row else None
