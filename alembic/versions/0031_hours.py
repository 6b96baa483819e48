"""When whoever answers families is there. Adds a column; locks person briefly."""

from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.execute("alter table person add column if not exists hours text")
