"""Builds that some visitors get before others, and builds that are to be published at a time."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("publications", sa.Column("percent", sa.Integer, nullable=False, server_default="100"))
    op.create_table(
        "rollouts",
        sa.Column("property_id", sa.String(64), sa.ForeignKey("properties.id"), primary_key=True),
        sa.Column("environment", sa.String(32), primary_key=True),
        sa.Column("build_hash", sa.String(64), sa.ForeignKey("builds.hash"), nullable=False),
        sa.Column("percent", sa.Integer, nullable=False),
        sa.Column("started_ms", sa.BigInteger, nullable=False),
        sa.Column("started_by", sa.String(100), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "publish_plans",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("property_id", sa.String(64), sa.ForeignKey("properties.id"), nullable=False),
        sa.Column("environment", sa.String(32), nullable=False),
        sa.Column("build_hash", sa.String(64), sa.ForeignKey("builds.hash"), nullable=False),
        sa.Column("percent", sa.Integer, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("planned_ms", sa.BigInteger, nullable=False),
        sa.Column("planned_by", sa.String(100), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("ended_ms", sa.BigInteger),
    )
    op.create_index("publish_plans_by_time", "publish_plans", ["state", "at_ms"])
