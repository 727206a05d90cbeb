"""Gates that were switched, reviews of drafts, and how test cases went."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "publish_gates",
        sa.Column("property_id", sa.String(64), sa.ForeignKey("properties.id"), primary_key=True),
        sa.Column("environment", sa.String(32), primary_key=True),
        sa.Column("gate", sa.String(32), primary_key=True),
        sa.Column("is_on", sa.Boolean, nullable=False),
        sa.Column("changed_ms", sa.BigInteger, nullable=False),
        sa.Column("changed_by", sa.String(100), nullable=False),
    )
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("property_id", sa.String(64), sa.ForeignKey("properties.id"), nullable=False),
        sa.Column("environment", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("revision", sa.String(64), nullable=False),
        sa.Column("author", sa.String(100), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("asked_ms", sa.BigInteger, nullable=False),
        sa.Column("asked_by", sa.String(100), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("decided_ms", sa.BigInteger),
        sa.Column("decided_by", sa.String(100)),
        sa.Column("comment", sa.Text, nullable=False),
    )
    op.create_index("reviews_by_property", "reviews", ["property_id", "id"])
    op.create_table(
        "test_runs",
        sa.Column("property_id", sa.String(64), sa.ForeignKey("properties.id"), primary_key=True),
        sa.Column("revision", sa.String(64), primary_key=True),
        sa.Column("held", sa.Integer, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("played_ms", sa.BigInteger, nullable=False),
        sa.Column("played_by", sa.String(100), nullable=False),
    )
