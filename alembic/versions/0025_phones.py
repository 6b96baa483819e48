"""At which number whoever does a duty answers families. Adds a column; locks person briefly."""

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.execute("alter table person add column if not exists phone text")
