"""Datasets can be switched off and deleted; the ends of dataflows; who changed what, and when."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

# As server/store/flow_ends.py names the ends of flows that are made without any.
_ENDS = uuid.UUID("3f2b0c5e-2f0d-4f0f-9a55-7d0c1f4b9e21")

_TIMED = ("datasets", "inlets", "mapping_sets", "flows")


def upgrade() -> None:
    for name in _TIMED:
        with op.batch_alter_table(name) as table:
            for column in _history():
                table.add_column(column)
            if name != "mapping_sets":
                table.add_column(sa.Column("description", sa.Text, nullable=False, server_default=""))
                table.add_column(sa.Column("version", sa.Integer, nullable=False, server_default="0"))
            if name == "datasets":
                table.add_column(sa.Column("enabled", sa.Boolean, nullable=False, server_default="1"))
                table.add_column(sa.Column("tags", sa.Text, nullable=False, server_default="{}"))
                table.add_column(sa.Column("deleted_ms", sa.BigInteger, nullable=True))
            if name == "flows":
                table.add_column(sa.Column("source_id", sa.String(36), nullable=False, server_default=""))
                table.add_column(sa.Column("target_id", sa.String(36), nullable=False, server_default=""))
        there = sa.table(name, sa.column("created_ms"), sa.column("updated_ms"))
        op.execute(there.update().values(updated_ms=there.c.created_ms))
    sources = _ends("source_connections", "inlet_id", 64, "inlets.id")
    targets = _ends("target_connections", "dataset_id", 24, "datasets.id")
    _fill(sources, targets)


def _history() -> list[sa.Column[str] | sa.Column[int]]:
    return [
        sa.Column("created_by", sa.String(100), nullable=False, server_default=""),
        sa.Column("updated_ms", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("updated_by", sa.String(100), nullable=False, server_default=""),
    ]


def _ends(name: str, end: str, length: int, refers_to: str) -> sa.Table:
    made = op.create_table(
        name,
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column(end, sa.String(length), sa.ForeignKey(refers_to), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("description", sa.Text, nullable=False, server_default=""),
        sa.Column("version", sa.Integer, nullable=False, server_default="0"),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        *_history(),
    )
    op.create_index(f"{name}_by_{end.removesuffix('_id')}", name, [end])
    return made


def _fill(sources: sa.Table, targets: sa.Table) -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, name, inlet_id, dataset_id, created_ms FROM flows")).all()
    for row in rows:
        source_id, target_id = (str(uuid.uuid5(_ENDS, f"{row.id}/{end}")) for end in ("source", "target"))
        common = {"name": row.name, "created_ms": row.created_ms, "updated_ms": row.created_ms}
        connection.execute(sources.insert().values(id=source_id, inlet_id=row.inlet_id, **common))
        connection.execute(targets.insert().values(id=target_id, dataset_id=row.dataset_id, **common))
        connection.execute(
            sa.text("UPDATE flows SET source_id = :source, target_id = :target WHERE id = :id"),
            {"source": source_id, "target": target_id, "id": row.id},
        )
