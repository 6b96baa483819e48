"""Move the rows of exactly those late events that a round of the sequencer takes."""

from alembic import op

from ap_registry.store.sequencer_functions import SEQUENCE_EVENTS

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SEQUENCE_EVENTS)
