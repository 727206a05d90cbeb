"""Custom code of published properties."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "custom_scripts",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("script", sa.LargeBinary, nullable=False),
    )
