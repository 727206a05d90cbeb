"""The versions of mapping sets. Those that are there begin with the version that they have."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "mapping_versions",
        sa.Column("mapping_set_id", sa.String(32), sa.ForeignKey("mapping_sets.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("lines", sa.Text, nullable=False),
        sa.Column("saved_ms", sa.BigInteger, nullable=False),
        sa.Column("saved_by", sa.String(100), nullable=False),
    )
    op.execute(
        "INSERT INTO mapping_versions (mapping_set_id, version, lines, saved_ms, saved_by) "
        "SELECT id, version, lines, updated_ms, updated_by FROM mapping_sets WHERE lines != '[]'"
    )
