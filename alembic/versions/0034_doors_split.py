"""The web records; ordering, signing and publishing are the job's alone. Locks nothing for longer
than an instant.

A web of an older release that still runs with embedded servers can sequence nothing until it is
replaced; what it was sent waits.
"""

from alembic import op

from ap_registry.store import ledger_functions
from ap_registry.store.functions import record_events_sql
from ap_registry.store.sequencer_functions import SEQUENCE_EVENTS

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    for statement in (
        record_events_sql(),
        SEQUENCE_EVENTS,
        ledger_functions.BEGIN_ROUND,
        ledger_functions.KEEP_SETTINGS,
    ):
        op.get_bind().exec_driver_sql(statement)
    op.execute(ledger_functions.GRANTS)
