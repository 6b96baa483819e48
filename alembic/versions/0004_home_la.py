"""Index home LAs without the pupil. Locks detail against writing while it builds.

With the pupil in the key PostgreSQL 18 skips through it, LA by LA, to find some pupils: one LA's
report took longer with each LA that there was. A million rows build in about a second.
"""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("drop index if exists detail_home_la")
    op.execute("create index detail_home_la on detail (home_la)")
