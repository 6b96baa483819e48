"""Take away what says who a pupil is, and make the rows what the ledger without it makes."""

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from ap_registry.store.database import Connection
from ap_registry.store.rebuilding import derive_anew

# What stands beside the ledger and its rows. The ref of an erased pupil stays used up, so that an
# old file cannot bring the pupil back; what was answered to it goes.
_BESIDE: tuple[LiteralString, ...] = (
    "delete from idempotency_key k where exists ("
    " select from upn_claim c where c.pupil_id = any(%(pupils)s)"
    "    and position(convert_to(c.upn, 'UTF8') in k.body) > 0"
    " union all select from unnest(%(ids)s::text[]) as id"
    "  where position(convert_to(id, 'UTF8') in k.body) > 0)",
    "delete from report_run r where exists (select from upn_claim c"
    " where c.pupil_id = any(%(pupils)s) and c.upn = upper(btrim(r.given ->> 'upn')))",
    "update report_run set file = null, pupils = null"
    " where pupils && %(pupils)s or pupils && %(shown)s",
    # A person may have written a name into that of a saved list, against what its page asks.
    "update saved_view v set name = 'Saved list' where exists (select from identity i,"
    " unnest(array[i.upn, i.given_name, i.family_name]) as said where i.pupil_id = any(%(pupils)s)"
    " and length(said) > 1 and position(lower(said) in lower(v.name)) > 0)",
    "delete from kept_form",  # sealed, so whom they name is not known
    "delete from upn_claim where pupil_id = any(%(pupils)s)",
    "update notice_ref set receipt = '{}' where pupil_id = any(%(pupils)s)",
    "update outbox set lapsed_at = %(at)s where pupil_id = any(%(pupils)s)"
    " and sent_at is null and lapsed_at is null",
    "delete from behind where pupil_id = any(%(pupils)s)",
)


def take_away(
    connection: Connection, pupils: Sequence[UUID], shown: Sequence[UUID], at: datetime
) -> int:
    """For pupils whose erasure was just recorded; how many private parts of events are gone.

    ``shown``: the ids by which they were shown. The caller stands alone for the pupils.
    """
    parameters = {"pupils": list(pupils), "ids": [str(one) for one in shown], "at": at,
                  "shown": list(shown)}  # fmt: skip
    for statement in _BESIDE:
        connection.execute(statement, parameters)
    gone = 0
    for pupil in pupils:
        row = connection.execute("select erase_pupil(%s)", (pupil,)).fetchone()
        assert row is not None
        gone += row[0]
    derive_anew(connection, pupils)
    return gone
