"""Properties, their builds, and which build is where."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from server.store.tables.metadata import metadata

properties = Table(
    "properties",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("document", Text, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    Column("updated_by", String(100), nullable=False),
    # Number of its newest revision.
    Column("version", Integer, nullable=False, server_default="0"),
)

# Every state that a property was saved in, as far as they are kept; the newest one is what `properties` holds.
property_revisions = Table(
    "property_revisions",
    metadata,
    Column("property_id", ForeignKey("properties.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("document", Text, nullable=False),
    Column("saved_ms", BigInteger, nullable=False),
    Column("saved_by", String(100), nullable=False),
    # What was done, in a few words.
    Column("summary", String(300), nullable=False),
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

# Custom code of published properties: each a script of its own, named by the hash of its text.
custom_scripts = Table(
    "custom_scripts",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("script", LargeBinary, nullable=False),
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

# Each time that a pointer was moved, and why.
publications = Table(
    "publications",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("property_id", ForeignKey("properties.id"), nullable=False),
    Column("environment", String(32), nullable=False),
    Column("build_hash", ForeignKey("builds.hash"), nullable=False),
    Column("published_ms", BigInteger, nullable=False),
    Column("published_by", String(100), nullable=False),
    Column("reason", Text, nullable=False),
    # Of the visitors that got the build from then on.
    Column("percent", Integer, nullable=False, server_default="100"),
)

Index("publications_by_property", publications.c.property_id, publications.c.id)
Index("builds_by_property", builds.c.property_id, builds.c.created_ms)
