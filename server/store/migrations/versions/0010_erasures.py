"""Persons who are to be forgotten, and by what they are known again."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("namespace", sa.String(64), nullable=False),
        sa.Column("identity", sa.Text, nullable=False),
        sa.Column("requested_ms", sa.BigInteger, nullable=False),
        sa.Column("requested_by", sa.String(100), nullable=False),
        sa.Column("done_ms", sa.BigInteger, nullable=True),
        sa.Column("person", sa.Text, nullable=False, server_default=""),
        sa.Column("report", sa.Text, nullable=False, server_default=""),
    )
    op.create_index("erasures_by_done", "erasures", ["done_ms"])
    op.create_table(
        "tombstones",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("forgotten_ms", sa.BigInteger, nullable=False),
    )
