"""Readers write nothing but reads and a second factor, and know of whom they owe something. Locks
each table of pupils for an instant."""

from alembic import op

from ap_registry.store import walls

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    for statement in (walls.FUNCTIONS, walls.GATHERING, walls.GRANTS):
        op.execute(statement)
    tables = [row[0] for row in op.get_bind().exec_driver_sql(walls.PUPIL_TABLES)]
    for statement in walls.policies(tables):
        op.execute(statement)
