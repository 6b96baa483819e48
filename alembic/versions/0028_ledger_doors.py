"""Web and job add to the ledger by functions alone. Locks nothing for longer than an instant.

A program of an older release that still runs can take in no registers and sequence nothing until
it is replaced; what it was sent waits.
"""

from alembic import op

from ap_registry.store import ledger_functions

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(ledger_functions.RECORD_REGISTERS)
    op.get_bind().exec_driver_sql(ledger_functions.KEEP_TREE)
    op.get_bind().exec_driver_sql(ledger_functions.KEEP_KEYS)
    op.get_bind().exec_driver_sql(ledger_functions.BEGIN_ROUND)
    op.execute(ledger_functions.GRANTS)
