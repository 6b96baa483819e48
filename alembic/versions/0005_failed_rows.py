"""An index of what could be put into no message. Locks the outbox against writes for seconds."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute(
        "create index if not exists outbox_failed on outbox (id)"
        " where message is null and failed is not null"
    )
