"""Virtual schools and social workers see the children whom they look after, and no others of their
LA. Whoever is in care, was, or has a social worker waits to be brought in line, which the worker
does as it starts. Locks report_run for an instant.
"""

from alembic import op

from ap_registry.store import walls

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    for statement in (walls.FUNCTIONS, walls.GATHERING, walls.GRANTS):
        op.execute(statement)
    for statement in walls.policies(["report_run"]):
        op.execute(statement)
    op.execute(
        "insert into behind (pupil_id) select distinct pupil_id from detail"
        " where until_at = 'infinity' and (looked_after in ('current', 'previous')"
        " or social_worker in ('cin', 'cp')) on conflict do nothing"
    )
