"""What `heliograph dataset …` does: look at datasets, delete them, bring them back, or have them purged."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection

from server.app import world
from server.app.not_found import NotFound
from server.app.readers import open_database
from server.model.json import JsonObject
from server.settings import Settings
from server.store.datasets import (
    StoredDataset,
    delete_dataset,
    list_stored_datasets,
    purge_dataset,
    restore_dataset,
)

_DAY_MS = 24 * 3600 * 1000
_BY = "the command line"


def datasets(settings: Settings) -> Sequence[JsonObject]:
    """All of them, by name: ``id``, ``name``, ``state``, and ``purged``, when what it holds goes; empty for never."""
    database = open_database(settings)
    try:
        stored = database.read_sync(list_stored_datasets)
    finally:
        database.close()
    return [_told(each, settings.dataset_grace_days) for each in sorted(stored, key=lambda each: each.dataset.name)]


def delete(settings: Settings, name: str) -> StoredDataset:
    """Raises NotFound, or DatasetRefused while anything leads to it."""
    now_ms = world.clock_ms()
    return _change(settings, name, lambda connection, stored: delete_dataset(connection, stored, now_ms=now_ms, by=_BY))


def restore(settings: Settings, name: str) -> StoredDataset:
    """Raises NotFound, or DatasetRefused when it is being purged."""
    now_ms = world.clock_ms()
    return _change(
        settings, name, lambda connection, stored: restore_dataset(connection, stored, now_ms=now_ms, by=_BY)
    )


def purge(settings: Settings, name: str) -> StoredDataset:
    """Have a deleted one purged now, which the core does within seconds. Raises NotFound, DatasetRefused."""
    now_ms = world.clock_ms()
    return _change(settings, name, lambda connection, stored: purge_dataset(connection, stored, now_ms=now_ms))


def _change(settings: Settings, name: str, change: Callable[[Connection, StoredDataset], None]) -> StoredDataset:
    def work(connection: Connection) -> StoredDataset:
        for stored in list_stored_datasets(connection):
            if name in (stored.dataset.id, stored.dataset.name):
                change(connection, stored)
                return stored
        raise NotFound(f"there is no dataset {name!r}; see `heliograph dataset list`")

    database = open_database(settings)
    try:
        return database.write_sync(work)
    finally:
        database.close()


def _told(stored: StoredDataset, grace_days: int) -> JsonObject:
    state, purged = "enabled" if stored.dataset.enabled else "disabled", ""
    if stored.purging_ms is not None:
        state, purged = "being purged", "now"
    elif stored.deleted_ms is not None:
        at = datetime.fromtimestamp((stored.deleted_ms + grace_days * _DAY_MS) / 1000, UTC)
        state, purged = "deleted", at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"id": stored.dataset.id, "name": stored.dataset.name, "state": state, "purged": purged}
