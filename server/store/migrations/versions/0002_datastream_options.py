"""Options of a datastream that nothing is ever searched by: one document, so that a new one needs no migration."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("datastreams") as table:
        table.add_column(sa.Column("options", sa.Text, nullable=False, server_default="{}"))
