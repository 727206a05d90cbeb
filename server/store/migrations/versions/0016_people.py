"""People: roles for single properties, passwords, second factors, OpenID; names, scopes and use of API tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    with op.batch_alter_table("users") as batch:
        batch.add_column(sa.Column("password_hash", sa.String(200), nullable=False, server_default=""))
        batch.add_column(sa.Column("totp_secret", sa.String(300), nullable=False, server_default=""))
        batch.add_column(sa.Column("totp_step", sa.BigInteger, nullable=False, server_default="0"))
        batch.add_column(sa.Column("oidc_subject", sa.String(64), nullable=False, server_default=""))
    with op.batch_alter_table("login_links") as batch:
        batch.add_column(sa.Column("second_step", sa.String(32), nullable=False, server_default=""))
    with op.batch_alter_table("api_tokens") as batch:
        batch.add_column(sa.Column("name", sa.String(100), nullable=False, server_default=""))
        batch.add_column(sa.Column("scopes", sa.String(200), nullable=False, server_default="all"))
        batch.add_column(sa.Column("last_used_ms", sa.BigInteger, nullable=True))
    with op.batch_alter_table("sessions") as batch:
        batch.add_column(sa.Column("address", sa.String(64), nullable=False, server_default=""))
        batch.add_column(sa.Column("agent", sa.String(200), nullable=False, server_default=""))
    op.create_table(
        "recovery_codes",
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("code_hash", sa.String(64), primary_key=True),
    )
    op.create_table(
        "property_roles",
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("property_id", sa.String(64), sa.ForeignKey("properties.id"), primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
    )
