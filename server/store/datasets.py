"""Datasets as the catalog manages them: described, tagged, switched off, deleted and brought back."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from server.model.dataset import Dataset, DatasetId
from server.model.json import Json
from server.model.schema import SchemaId
from server.store import settings
from server.store.history import History, changed_by, history_of, now_by
from server.store.tables import datasets, datastreams, flows


class DatasetRefused(ValueError):
    """The dataset cannot be kept so; the message says why and what to do."""


class StoredDataset(msgspec.Struct, frozen=True, kw_only=True):
    """``tags``: a client's own. ``deleted_ms``: None while it is not deleted; what it holds stays."""

    dataset: Dataset
    description: str
    tags: Mapping[str, Json]
    deleted_ms: int | None
    history: History


def list_stored_datasets(connection: Connection) -> Sequence[StoredDataset]:
    """All of them, deleted ones too, oldest first."""
    return [
        StoredDataset(
            dataset=dataset_of(row),
            description=row.description,
            tags=msgspec.json.decode(row.tags),
            deleted_ms=row.deleted_ms,
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
    """Everything but its id and schema. Raises DatasetRefused when another has its name."""
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
    """Switched off and out of the lists; what it holds stays. Raises DatasetRefused while anything leads to it."""
    for table, what in ((flows, "dataflow"), (datastreams, "datastream")):
        name = connection.execute(select(table.c.name).where(table.c.dataset_id == stored.dataset.id)).scalars().first()
        if name is not None:
            raise DatasetRefused(f"the {what} {name!r} leads to it: delete or change that first")
    off = msgspec.structs.replace(stored.dataset, enabled=False)
    save_dataset(connection, msgspec.structs.replace(stored, dataset=off, deleted_ms=now_ms), now_ms=now_ms, by=by)


def _taken(dataset: Dataset) -> DatasetRefused:
    return DatasetRefused(f"there is already a dataset named {dataset.name!r}, perhaps deleted: choose another name")
