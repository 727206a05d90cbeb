"""Revisions of properties, and the history of what was published."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    with op.batch_alter_table("properties") as table:
        table.add_column(sa.Column("version", sa.Integer, nullable=False, server_default="0"))
    op.create_table(
        "property_revisions",
        sa.Column("property_id", sa.String(64), sa.ForeignKey("properties.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("saved_ms", sa.BigInteger, nullable=False),
        sa.Column("saved_by", sa.String(100), nullable=False),
        sa.Column("summary", sa.String(300), nullable=False),
    )
    op.create_table(
        "publications",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("property_id", sa.String(64), sa.ForeignKey("properties.id"), nullable=False),
        sa.Column("environment", sa.String(32), nullable=False),
        sa.Column("build_hash", sa.String(64), sa.ForeignKey("builds.hash"), nullable=False),
        sa.Column("published_ms", sa.BigInteger, nullable=False),
        sa.Column("published_by", sa.String(100), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("publications_by_property", "publications", ["property_id", "id"])
    _fill()


def _fill() -> None:
    """The present state is the first revision; each build was published once, as far as anybody knows."""
    op.execute("UPDATE properties SET version = 1")
    op.execute(
        "INSERT INTO property_revisions (property_id, number, document, saved_ms, saved_by, summary) "
        "SELECT id, 1, document, updated_ms, updated_by, '' FROM properties"
    )
    op.execute(
        "INSERT INTO publications (property_id, environment, build_hash, published_ms, published_by, reason) "
        "SELECT property_id, environment, hash, created_ms, created_by, '' FROM builds ORDER BY created_ms, hash"
    )
