"""When a token of a streaming connection was last used."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("tokens", sa.Column("last_used_ms", sa.BigInteger, nullable=True))
