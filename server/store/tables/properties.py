"""Properties, their builds, and which build is where."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, String, Table, Text

from server.store.tables.metadata import metadata

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

Index("builds_by_property", builds.c.property_id, builds.c.created_ms)
