"""Index what is owed by its kind: boards and reviews looked through all that is owed.

Locks follow_up against writing while it builds: a million rows in about a second.
"""

from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.execute(
        "create index if not exists follow_up_kind on follow_up (kind, due_on)"
        " where until_at = 'infinity' and closed_on is null"
    )
