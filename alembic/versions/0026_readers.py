"""A reader of the web sees its own pupils only, also where a query asks for others.

Makes the role ap_reader where the owner may, and puts every table of pupils behind policies. Locks
each of them for an instant.
"""

from alembic import op

from ap_registry.store import walls

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    for statement in (walls.ROLE, walls.FUNCTIONS, walls.GATHERING, walls.GRANTS):
        op.execute(statement)
    tables = [row[0] for row in op.get_bind().exec_driver_sql(walls.PUPIL_TABLES)]
    for statement in walls.policies(tables):
        op.execute(statement)
