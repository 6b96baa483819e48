"""A sight made anew while a request reads is looked into by its own width; whoever comes brings
those who were merged into it before. Locks each table of pupils for an instant."""

from alembic import op

from ap_registry.store import sights, walls

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    for statement in (walls.FUNCTIONS, sights.NOTED, walls.GRANTS):
        op.execute(statement)
    tables = [row[0] for row in op.get_bind().exec_driver_sql(walls.PUPIL_TABLES)]
    for statement in walls.policies(tables):
        op.execute(statement)
    op.execute("drop function if exists reader_mask()")
