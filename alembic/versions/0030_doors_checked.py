"""The doors into the ledger check what they are given. Locks nothing for longer than an instant.

A program of an older release that still runs can sequence nothing until it is replaced; what it was
sent waits.
"""

from alembic import op

from ap_registry.store import ledger_functions

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.execute("drop function if exists keep_subtrees(smallint, bigint, bigint, bytea[])")
    for statement in (
        ledger_functions.RECORD_REGISTERS,
        ledger_functions.KEEP_TREE,
        ledger_functions.KEEP_KEYS,
        ledger_functions.BEGIN_ROUND,
    ):
        op.get_bind().exec_driver_sql(statement)
    op.execute(ledger_functions.GRANTS)
