"""Ask by an index whether a reader sees the pupil that a page is about. Locks nothing."""

from alembic import op

from ap_registry.store import walls

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.execute(walls.GATHERING)
