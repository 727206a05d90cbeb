"""Datasets as the catalog manages them: described, tagged, switched off, deleted and brought back."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from server.model.dataset import Dataset, DatasetId
from server.model.json import Json
from server.model.schema import SchemaId
from server.store import settings
from server.store.history import History, changed_by, history_of, now_by
from server.store.tables import datasets, datastreams, flows, target_connections


class DatasetRefused(ValueError):
    """The dataset cannot be kept so; the message says why and what to do."""


class StoredDataset(msgspec.Struct, frozen=True, kw_only=True):
    """``tags``: a client's own. ``deleted_ms``: None while it is not deleted; until it is purged, what it holds stays.

    ``purging_ms``: None until what it holds begins to be removed; after that nothing brings it back.
    """

    dataset: Dataset
    description: str
    tags: Mapping[str, Json]
    deleted_ms: int | None
    purging_ms: int | None
    history: History


def list_stored_datasets(connection: Connection) -> Sequence[StoredDataset]:
    """All of them, deleted ones too, oldest first."""
    return [
        StoredDataset(
            dataset=dataset_of(row),
            description=row.description,
            tags=msgspec.json.decode(row.tags),
            deleted_ms=row.deleted_ms,
            purging_ms=row.purging_ms,
            history=history_of(row),
        )
        for row in connection.execute(select(datasets).order_by(datasets.c.created_ms, datasets.c.id))
    ]


def dataset_of(row: Row[Any]) -> Dataset:
    """What a row of the table is."""
    return Dataset(
        id=DatasetId(row.id),
        name=row.name,
        schema_id=SchemaId(row.schema_id),
        profile_enabled=row.profile_enabled,
        identity_enabled=row.identity_enabled,
        enabled=row.enabled,
    )


def create_dataset(
    connection: Connection,
    dataset: Dataset,
    *,
    description: str = "",
    tags: Mapping[str, Json] | None = None,
    now_ms: int,
    by: str,
) -> None:
    """Raises DatasetRefused when another has its name."""
    try:
        connection.execute(
            insert(datasets).values(
                **msgspec.structs.asdict(dataset),
                description=description,
                tags=msgspec.json.encode(tags or {}).decode(),
                **now_by(now_ms, by),
            )
        )
    except IntegrityError:
        raise _taken(dataset) from None
    settings.bump_revision(connection)


def save_dataset(connection: Connection, stored: StoredDataset, *, now_ms: int, by: str) -> None:
    """Everything but its id and schema. Raises DatasetRefused when another has its name, or it is being purged."""
    if stored.purging_ms is not None:
        raise DatasetRefused(f"the dataset {stored.dataset.name!r} is being removed for good: make another")
    values = msgspec.structs.asdict(stored.dataset)
    del values["id"], values["schema_id"]
    try:
        connection.execute(
            update(datasets)
            .where(datasets.c.id == stored.dataset.id)
            .values(
                **values,
                description=stored.description,
                tags=msgspec.json.encode(stored.tags).decode(),
                deleted_ms=stored.deleted_ms,
                **changed_by(stored.history.version, now_ms, by),
            )
        )
    except IntegrityError:
        raise _taken(stored.dataset) from None
    settings.bump_revision(connection)


def delete_dataset(connection: Connection, stored: StoredDataset, *, now_ms: int, by: str) -> None:
    """Switched off and out of the lists; what it holds stays until it is purged. Harmless twice.

    Raises DatasetRefused while anything leads to it.
    """
    leading = {
        "dataflow": select(flows.c.name).where(flows.c.dataset_id == stored.dataset.id),
        "datastream": select(datastreams.c.name).where(
            datastreams.c.dataset_id == stored.dataset.id, datastreams.c.deleted_ms.is_(None)
        ),
    }
    for what, names in leading.items():
        name = connection.execute(names).scalars().first()
        if name is not None:
            raise DatasetRefused(f"the {what} {name!r} leads to it: delete or change that first")
    if stored.deleted_ms is None:
        off = msgspec.structs.replace(stored.dataset, enabled=False)
        save_dataset(connection, msgspec.structs.replace(stored, dataset=off, deleted_ms=now_ms), now_ms=now_ms, by=by)


def restore_dataset(connection: Connection, stored: StoredDataset, *, now_ms: int, by: str) -> None:
    """Deleted, it is there again and switched on. Raises DatasetRefused when it is being purged."""
    on = msgspec.structs.replace(stored.dataset, enabled=True)
    save_dataset(connection, msgspec.structs.replace(stored, dataset=on, deleted_ms=None), now_ms=now_ms, by=by)


def purge_dataset(connection: Connection, stored: StoredDataset, *, now_ms: int) -> None:
    """Let a deleted one be purged now. Raises DatasetRefused when it is not deleted."""
    if stored.deleted_ms is None:
        raise DatasetRefused(f"the dataset {stored.dataset.name!r} is not deleted: delete it first")
    _begin_purges(connection, datasets.c.id == stored.dataset.id, now_ms=now_ms)


def begin_due_purges(connection: Connection, *, deleted_before_ms: int, now_ms: int) -> Sequence[Dataset]:
    """Begin those whose time of grace is over; all that are being purged, an interrupted one too."""
    _begin_purges(connection, datasets.c.deleted_ms < deleted_before_ms, now_ms=now_ms)
    rows = connection.execute(select(datasets).where(datasets.c.purging_ms.is_not(None)).order_by(datasets.c.id))
    return [dataset_of(row) for row in rows]


def end_purge(connection: Connection, dataset_id: DatasetId) -> None:
    """Nothing of it is left: forget it too. Its name is free again."""
    # Deleted ones alone can lead to it, and have nowhere to come back to.
    connection.execute(delete(datastreams).where(datastreams.c.dataset_id == dataset_id))
    connection.execute(delete(target_connections).where(target_connections.c.dataset_id == dataset_id))
    connection.execute(delete(datasets).where(datasets.c.id == dataset_id))
    settings.bump_revision(connection)


def _begin_purges(connection: Connection, condition: ColumnElement[bool], *, now_ms: int) -> None:
    begun = connection.execute(
        update(datasets).where(condition, datasets.c.purging_ms.is_(None)).values(purging_ms=now_ms)
    )
    if begun.rowcount:
        settings.bump_revision(connection)


def _taken(dataset: Dataset) -> DatasetRefused:
    return DatasetRefused(f"there is already a dataset named {dataset.name!r}, perhaps deleted: choose another name")
