"""Where events come in: datastreams, streaming connections with their dataflows and mapping sets, tokens."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from server.store.tables.metadata import history, metadata

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
    # Until its time of grace is over it can be brought back; collectors do not know it any more.
    Column("deleted_ms", BigInteger, nullable=True),
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
    *history(),
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
    *history(),
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
    *history(),
)

mapping_sets = Table(
    "mapping_sets",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("schema_id", ForeignKey("schemas.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("lines", Text, nullable=False),
    # An example of the raw data, as somebody pasted it into the editor.
    Column("sample", Text, nullable=False, server_default=""),
    Column("created_ms", BigInteger, nullable=False),
    *history(),
)

# What a mapping set was before, and is now: its lines as they were saved.
mapping_versions = Table(
    "mapping_versions",
    metadata,
    Column("mapping_set_id", ForeignKey("mapping_sets.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("lines", Text, nullable=False),
    Column("saved_ms", BigInteger, nullable=False),
    Column("saved_by", String(100), nullable=False),
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
    *history(),
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

Index("source_connections_by_inlet", source_connections.c.inlet_id)
Index("target_connections_by_dataset", target_connections.c.dataset_id)
Index("flows_by_inlet", flows.c.inlet_id)
