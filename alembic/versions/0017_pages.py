"""Index what closes later and who sees whom on which days, for pages. Locks both against writing
while it builds: a million rows in about a second.
"""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.execute(
        "create index if not exists follow_up_closed on follow_up (closed_on)"
        " where until_at = 'infinity' and closed_on is not null"
    )
    op.execute(
        "create index if not exists visibility_seen on visibility (organisation, pupil_id)"
        " include (from_on, until_on) where until_at = 'infinity'"
    )
