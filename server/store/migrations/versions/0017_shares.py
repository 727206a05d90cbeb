"""Events that somebody without an account may look at, for a while."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "shared_events",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("topic", sa.String(16), nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
        sa.Column("shared_by", sa.String(100), nullable=False),
    )
    op.create_index("shared_events_by_event", "shared_events", ["topic", "offset"])
