"""Who is told of what, and what is still to be told: an outbox."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from server.store.tables.metadata import metadata

# The secret is sealed (store/seal.py): it has to be read again, to sign with it.
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    Column("sealed_secret", Text, nullable=False),
    # The Subscription as JSON.
    Column("document", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("verified_ms", BigInteger, nullable=True),
    Column("failing_ms", BigInteger, nullable=True),
    # Nothing is sent to it before; and while somebody is sending to it, nobody else does.
    Column("rest_until_ms", BigInteger, nullable=False, server_default="0"),
    Column("leased_until_ms", BigInteger, nullable=False, server_default="0"),
    Column("since_ms", BigInteger, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("created_by", String(100), nullable=False),
)

# `due_ms` is empty once nothing more is to be done with it.
notifications = Table(
    "notifications",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("subscription_id", ForeignKey("subscriptions.id"), nullable=False),
    Column("key", String(300), nullable=False),
    Column("code", String(40), nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("due_ms", BigInteger, nullable=True),
    Column("created_ms", BigInteger, nullable=False),
    UniqueConstraint("subscription_id", "key", name="notifications_by_key"),
)

notification_attempts = Table(
    "notification_attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("notification_id", ForeignKey("notifications.id"), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("took_ms", Integer, nullable=False),
    Column("status", Integer, nullable=False),
    Column("answer", Text, nullable=False, server_default=""),
)

Index("notifications_by_due", notifications.c.due_ms)
Index("notifications_by_age", notifications.c.subscription_id, notifications.c.created_ms)
Index("notification_attempts_by_notification", notification_attempts.c.notification_id)
