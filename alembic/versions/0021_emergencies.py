"""Records opened in an emergency: an index on the ledger, and letters to others than an account's
owner. Locks event against writing while the index is built, which has no rows yet: under a second
for a million events.
"""

from alembic import op

from ap_registry.store.emergencies import INDEX

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.execute(
        "alter table access_letter add column if not exists to_email text,"
        " add column if not exists to_name text"
    )
    op.execute(INDEX)
