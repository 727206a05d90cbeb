"""Datastreams that are deleted, and can still be brought back."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("datastreams", sa.Column("deleted_ms", sa.BigInteger, nullable=True))
