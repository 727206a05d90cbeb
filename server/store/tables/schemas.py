"""Schemas, what they are made of, what is said of them, and the datasets of each."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from server.store.tables.metadata import history, metadata

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
    # When what it held began to be removed: from then on nothing brings it back.
    Column("purging_ms", BigInteger, nullable=True),
    *history(),
)

Index("descriptors_by_schema", descriptors.c.schema_id)
