"""Files of reports: who may get one, and how long it is kept."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import LiteralString
from uuid import UUID

from ap_registry.access import Caller
from ap_registry.store import who
from ap_registry.store.database import Connection
from ap_registry.store.report_runs import LEASE, MINE, Asker, named_by

FILES_KEPT = timedelta(days=30)
# Whose sight of a pupil ended is shown it up to then. An end told late, of days that the file has,
# closes the file: it shows more than whoever asks may see now.
_SEEN: LiteralString = """
with sight as (
  select pupil_id,
         max(coalesce(until_on, 'infinity')) filter (
           where until_at = 'infinity' and (from_on is null or from_on <= %(today)s)) as sees,
         max(coalesce(until_on, 'infinity')) filter (
           where from_at <= %(begun_at)s and until_at > %(begun_at)s) as saw
    from visibility
   where pupil_id = any(%(pupils)s) and organisation = any(%(organisations)s) group by pupil_id)
select count(*) from sight where sees is not null and (
   saw is null or sees >= least(saw, (%(begun_at)s at time zone 'Europe/London')::date))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file and whom it shows; ``begun_at``: before anything of it was read."""

    kind: str
    format: str
    file: bytes
    pupils: list[UUID]
    begun_at: datetime


def may_be_got(connection: Connection, caller: Caller, kept: Kept, today: date) -> bool:
    """Whether the caller may still know of everybody whom a file shows, as far as it shows them.

    Of an erased pupil nobody may, nor of an adopted one by its former id.
    """
    wanted = set(kept.pupils)
    found = who.pupils_of_ids(connection, wanted)
    if len(found) < len(wanted) or caller.sees_all:
        return len(found) == len(wanted)
    asked = {
        "pupils": list(found.values()), "organisations": list(caller.sees_for), "today": today,
        "begun_at": kept.begun_at,
    }  # fmt: skip
    row = connection.execute(_SEEN, asked).fetchone()
    return row is not None and row[0] == len(set(found.values()))


def forget(connection: Connection) -> int:
    """Delete the files that were made a month ago; how many."""
    done = connection.execute(
        "update report_run set file = null, pupils = null"
        " where file is not null and finished_at < clock_timestamp() - %s::interval",
        (FILES_KEPT,),
    )
    return done.rowcount


def file_of(connection: Connection, holder: Asker, id: UUID) -> Kept | None:
    """None where there is none. Once it is made, not_before is the end of its worker's lease."""
    row = connection.execute(
        f"select r.kind, r.format, r.file, r.pupils, r.not_before - %(lease)s from report_run r"
        f" where r.id = %(id)s and r.file is not null and {MINE}",
        named_by(holder, id=id, lease=LEASE),
    ).fetchone()
    if row is None:
        return None
    kind, format_, file, pupils, begun_at = row
    return Kept(
        kind=kind, format=format_, file=bytes(file), pupils=pupils or [], begun_at=begun_at
    )  # fmt: skip


_TOLD: LiteralString = """
select r.kind, r.error from report_run r, account a
 where r.id = %(id)s and a.id = %(account)s and not a.disabled
   and case when %(failed)s then r.status = 'failed' else r.file is not null end
   and (a.last_on is null or a.last_on >= %(today)s)
   and a.role = r.role and r.organisations = array[a.organisation::text]
"""


def told(
    connection: Connection, id: UUID, account: UUID, today: date, *, failed: bool
) -> tuple[str, str] | None:
    """For a letter to an account's owner: which report it is, and why it failed where it did.

    None where it is not there to be got, or has not ``failed``.
    """
    asked = {"id": id, "account": account, "today": today, "failed": failed}
    row = connection.execute(_TOLD, asked).fetchone()
    return (row[0], row[1] or "") if row else None
