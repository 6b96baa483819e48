"""Load a pupil by the pupil's key alone, also where the tables were never analysed."""

from alembic import op

from ap_registry.store.load_functions import LOAD_MOVEMENTS

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(LOAD_MOVEMENTS)
