"""What an API key is for, what it may do, and when it was last used. Locks api_key briefly."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.execute(
        "alter table api_key add column if not exists name text not null default '',"
        " add column if not exists scopes text[] not null default '{read,send}',"
        " add column if not exists used_at timestamptz"
    )
