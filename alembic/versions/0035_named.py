"""Whom a request is about is looked up by the pupil, not among all whom its reader sees. Locks
nothing."""

from alembic import op

from ap_registry.store import walls

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.execute(walls.GATHERING)
