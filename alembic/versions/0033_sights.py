"""Whoever sees very many pupils stands before the whole wall: they are kept gathered. Locks each
table of pupils for an instant."""

from alembic import op

from ap_registry.store import sights, walls

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    for statement in (walls.FUNCTIONS, walls.GATHERING, sights.NOTED, walls.GRANTS):
        op.execute(statement)
    tables = [row[0] for row in op.get_bind().exec_driver_sql(walls.PUPIL_TABLES)]
    for statement in walls.policies(tables):
        op.execute(statement)
    op.execute("drop function if exists reader_opens(text)")
