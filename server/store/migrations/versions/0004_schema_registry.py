"""The schema registry: the tenant's components of every kind, their versions, and descriptors."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    with op.batch_alter_table("schemas") as table:
        table.add_column(sa.Column("kind", sa.String(16), nullable=False, server_default="schemas"))
        table.add_column(sa.Column("version", sa.String(16), nullable=False, server_default="1.0"))
        table.add_column(sa.Column("updated_ms", sa.BigInteger, nullable=False, server_default="0"))
        table.add_column(sa.Column("updated_by", sa.String(100), nullable=False, server_default=""))
    op.execute("UPDATE schemas SET updated_ms = created_ms")
    op.create_table(
        "schema_versions",
        sa.Column("schema_id", sa.String(512), sa.ForeignKey("schemas.id"), primary_key=True),
        sa.Column("version", sa.String(16), primary_key=True),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("saved_ms", sa.BigInteger, nullable=False),
        sa.Column("saved_by", sa.String(100), nullable=False),
    )
    op.execute(
        "INSERT INTO schema_versions (schema_id, version, document, saved_ms, saved_by) "
        "SELECT id, version, document, created_ms, updated_by FROM schemas"
    )
    op.create_table(
        "descriptors",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("schema_id", sa.String(512), sa.ForeignKey("schemas.id"), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("updated_ms", sa.BigInteger, nullable=False),
        sa.Column("updated_by", sa.String(100), nullable=False),
    )
    op.create_index("descriptors_by_schema", "descriptors", ["schema_id"])
