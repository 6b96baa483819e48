"""Letters that a report is ready. Adds two columns with no rewrite; locks both tables briefly."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.execute(
        "alter table report_run add column if not exists tell text not null default 'nobody'"
    )
    op.execute("alter table access_letter add column if not exists about uuid")
