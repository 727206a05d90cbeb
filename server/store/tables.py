"""Every table of the control plane, as SQLAlchemy sees it. The migrations make them; a test holds the two together.

Times are milliseconds since the epoch (``_ms``). Documents are canonical JSON text. Of secrets only the
SHA-256 is stored: what the database holds logs nobody in.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()


def _history() -> tuple[Column[str], Column[int], Column[str]]:
    """Who made something, and when and by whom it was last changed. Empty where nobody was asked."""
    return (
        Column("created_by", String(100), nullable=False, server_default=""),
        Column("updated_ms", BigInteger, nullable=False, server_default="0"),
        Column("updated_by", String(100), nullable=False, server_default=""),
    )


# Facts of the installation: org_id, sandbox, and revision, which grows with every change that collectors must see.
settings = Table(
    "settings",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

# Schemas, and the classes, field groups and data types of the tenant's own that they are made of (`kind`).
schemas = Table(
    "schemas",
    metadata,
    Column("id", String(512), primary_key=True),
    Column("title", String(200), nullable=False),
    Column("document", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False, server_default="schemas"),
    Column("version", String(16), nullable=False, server_default="1.0"),
    Column("updated_ms", BigInteger, nullable=False, server_default="0"),
    Column("updated_by", String(100), nullable=False, server_default=""),
)

# Every state that any of them ever had, the present one included.
schema_versions = Table(
    "schema_versions",
    metadata,
    Column("schema_id", ForeignKey("schemas.id"), primary_key=True),
    Column("version", String(16), primary_key=True),
    Column("document", Text, nullable=False),
    Column("saved_ms", BigInteger, nullable=False),
    Column("saved_by", String(100), nullable=False),
)

# What is said of a schema's fields from outside of it.
descriptors = Table(
    "descriptors",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("schema_id", ForeignKey("schemas.id"), nullable=False),
    Column("document", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    Column("updated_by", String(100), nullable=False),
)

datasets = Table(
    "datasets",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    Column("schema_id", ForeignKey("schemas.id"), nullable=False),
    Column("profile_enabled", Boolean, nullable=False),
    Column("identity_enabled", Boolean, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("enabled", Boolean, nullable=False, server_default="1"),
    Column("description", Text, nullable=False, server_default=""),
    # Those of a client's own: what the two known ones say is above.
    Column("tags", Text, nullable=False, server_default="{}"),
    Column("version", Integer, nullable=False, server_default="0"),
    Column("deleted_ms", BigInteger, nullable=True),
    *_history(),
)

datastreams = Table(
    "datastreams",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("dataset_id", ForeignKey("datasets.id"), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("allowed_origins", Text, nullable=False),
    Column("keep_ip", String(16), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    # Every field of the Datastream that has no column of its own: consent, overrides, …
    Column("options", Text, nullable=False, server_default="{}"),
)

# Streaming connections. An inlet's id is the last part of the address that servers send to.
inlets = Table(
    "inlets",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("connection_id", String(36), nullable=False, unique=True),
    Column("name", String(100), nullable=False, unique=True),
    Column("source_id", String(100), nullable=False),
    Column("data_type", String(8), nullable=False),
    Column("requires_token", Boolean, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="0"),
    *_history(),
)

# The two ends of dataflows. Of an inlet, and of a dataset, there may be any number of them.
source_connections = Table(
    "source_connections",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("inlet_id", ForeignKey("inlets.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="0"),
    Column("created_ms", BigInteger, nullable=False),
    *_history(),
)

target_connections = Table(
    "target_connections",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("dataset_id", ForeignKey("datasets.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="0"),
    Column("created_ms", BigInteger, nullable=False),
    *_history(),
)

mapping_sets = Table(
    "mapping_sets",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("schema_id", ForeignKey("schemas.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("lines", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    *_history(),
)

# Where an inlet's messages may go.
flows = Table(
    "flows",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("inlet_id", ForeignKey("inlets.id"), nullable=False),
    Column("name", String(100), nullable=False),
    Column("dataset_id", ForeignKey("datasets.id"), nullable=False),
    Column("mapping_set_id", ForeignKey("mapping_sets.id"), nullable=True),
    Column("enabled", Boolean, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    # Its ends, which say inlet and dataset too: collectors read them here.
    Column("source_id", String(36), nullable=False, server_default=""),
    Column("target_id", String(36), nullable=False, server_default=""),
    Column("description", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="0"),
    *_history(),
)

# Bearer tokens for inlets. `inlets` is a JSON list of ids; an empty one means all of them.
tokens = Table(
    "tokens",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("name", String(100), nullable=False),
    Column("inlets", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=True),
    Column("revoked_ms", BigInteger, nullable=True),
    Column("last_used_ms", BigInteger, nullable=True),
)

properties = Table(
    "properties",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("document", Text, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    Column("updated_by", String(100), nullable=False),
)

# Frozen results: never changed, named by the hash of their text. `document` is the property as it was built, so that
# a rollback can restore the editor too; `revision` is its content hash.
builds = Table(
    "builds",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("property_id", ForeignKey("properties.id"), nullable=False),
    Column("environment", String(32), nullable=False),
    Column("revision", String(64), nullable=False),
    Column("document", Text, nullable=False),
    Column("script", LargeBinary, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("created_by", String(100), nullable=False),
)

# Pointers: publishing and rolling back move them.
environments = Table(
    "environments",
    metadata,
    Column("property_id", ForeignKey("properties.id"), primary_key=True),
    Column("name", String(32), primary_key=True),
    Column("build_hash", ForeignKey("builds.hash"), nullable=False),
    Column("published_ms", BigInteger, nullable=False),
    Column("published_by", String(100), nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)

# One-time logins, printed to the operator's terminal.
login_links = Table(
    "login_links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger, nullable=True),
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
)

Index("descriptors_by_schema", descriptors.c.schema_id)
Index("sessions_by_user", sessions.c.user_id)
Index("flows_by_inlet", flows.c.inlet_id)
Index("source_connections_by_inlet", source_connections.c.inlet_id)
Index("target_connections_by_dataset", target_connections.c.dataset_id)
Index("builds_by_property", builds.c.property_id, builds.c.created_ms)
