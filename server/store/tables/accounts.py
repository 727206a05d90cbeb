"""People and programs that may come in."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table

from server.store.tables.metadata import metadata

users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    # Argon2id, with its parameters; empty for who signs in otherwise.
    Column("password_hash", String(200), nullable=False, server_default=""),
    # Sealed (store/seal.py); empty without two-step verification. Of codes of that time step and before none is taken.
    Column("totp_secret", String(300), nullable=False, server_default=""),
    Column("totp_step", BigInteger, nullable=False, server_default="0"),
    # Whom an OpenID provider means: its issuer and its `sub`.
    Column("oidc_subject", String(64), nullable=False, server_default=""),
)

# Codes for when the second factor is lost: each is good once, and goes.
recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("code_hash", String(64), primary_key=True),
)

# Where somebody has another role than elsewhere.
property_roles = Table(
    "property_roles",
    metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("property_id", ForeignKey("properties.id"), primary_key=True),
    Column("role", String(16), nullable=False),
)

# One-time logins. ``second_step``: how the person came this far, for who still has to show a second factor.
login_links = Table(
    "login_links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger, nullable=True),
    Column("second_step", String(32), nullable=False, server_default=""),
)

# Programs that act as an account, with its role.
api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=True),
    Column("revoked_ms", BigInteger, nullable=True),
    Column("name", String(100), nullable=False, server_default=""),
    # Names of scopes, separated by blanks.
    Column("scopes", String(200), nullable=False, server_default="all"),
    Column("last_used_ms", BigInteger, nullable=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("csrf_token", String(64), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("seen_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    # From where and with which browser it was opened, for its owner to know it again.
    Column("address", String(64), nullable=False, server_default=""),
    Column("agent", String(200), nullable=False, server_default=""),
)

Index("sessions_by_user", sessions.c.user_id)
