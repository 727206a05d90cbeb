"""Deleted datasets are purged after a time; mapping sets keep an example of the data that they are for."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    with op.batch_alter_table("datasets") as table:
        table.add_column(sa.Column("purging_ms", sa.BigInteger, nullable=True))
    with op.batch_alter_table("mapping_sets") as table:
        table.add_column(sa.Column("sample", sa.Text, nullable=False, server_default=""))
