"""Facts of the installation itself."""

from sqlalchemy import Column, String, Table, Text

from server.store.tables.metadata import metadata

# Facts of the installation: org_id, sandbox, and revision, which grows with every change that collectors must see.
settings = Table(
    "settings",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)
