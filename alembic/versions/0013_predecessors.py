"""Whose place an organisation took. Adds a column; locks organisation for a moment."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute("alter table organisation add column if not exists predecessors text[]")
