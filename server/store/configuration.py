"""Datasets, datastreams and schemas; and the one consistent reading of them that collectors and the core work from."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, insert, select, update

from server.model.datastream import Configuration, Dataset, Datastream
from server.model.json import JsonObject
from server.model.schema import SchemaId
from server.schema.kinds import Kind
from server.store import settings
from server.store.components import save_component, usable_schemas
from server.store.custom_scripts import find_script
from server.store.database import Database
from server.store.datasets import dataset_of
from server.store.history import now_by
from server.store.inlets import list_inlets
from server.store.mapping_sets import list_mapping_sets
from server.store.rollouts import all_rollouts
from server.store.tables import datasets, datastreams, environments
from server.store.tokens import list_good_tokens


class StoredConfiguration:
    """The port ConfigurationSource, on the control plane's database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self) -> Configuration:
        return await self._database.read(load_configuration)

    async def revision(self) -> int:
        return await self._database.read(settings.revision)

    async def build(self, build_hash: str) -> bytes | None:
        return await self._database.read(lambda connection: find_script(connection, build_hash))


def load_configuration(connection: Connection) -> Configuration:
    org_id = settings.get_setting(connection, settings.ORG_ID) or ""
    return Configuration(
        revision=settings.revision(connection),
        org_id=org_id,
        sandbox=settings.get_setting(connection, settings.SANDBOX) or "",
        datastreams={item.id: item for item in list_datastreams(connection, org_id)},
        datasets={item.id: item for item in list_datasets(connection)},
        schemas={SchemaId(name): document for name, document in usable_schemas(connection).items()},
        builds={
            (row.property_id, row.name): row.build_hash
            for row in connection.execute(
                select(environments.c.property_id, environments.c.name, environments.c.build_hash)
            )
        },
        inlets={item.id: item for item in list_inlets(connection)},
        tokens={item.token_hash: item for item in list_good_tokens(connection)},
        mapping_sets={item.id: item for item in list_mapping_sets(connection)},
        rollouts=all_rollouts(connection),
    )


def list_datasets(connection: Connection) -> Sequence[Dataset]:
    """All of them, by name; none that is being purged: nobody writes to it any more."""
    rows = connection.execute(select(datasets).where(datasets.c.purging_ms.is_(None)).order_by(datasets.c.name))
    return [dataset_of(row) for row in rows]


def list_datastreams(connection: Connection, org_id: str) -> Sequence[Datastream]:
    """All of them, by id; none that is deleted."""
    return [
        msgspec.convert(
            msgspec.json.decode(row.options)
            | {
                "id": row.id,
                "name": row.name,
                "org_id": org_id,
                "dataset_id": row.dataset_id,
                "enabled": row.enabled,
                "allowed_origins": msgspec.json.decode(row.allowed_origins),
                "keep_ip": row.keep_ip,
            },
            Datastream,
        )
        for row in connection.execute(
            select(datastreams).where(datastreams.c.deleted_ms.is_(None)).order_by(datastreams.c.id)
        )
    ]


def add_schema(connection: Connection, document: JsonObject, *, now_ms: int, by: str = "") -> None:
    """Keep a schema that ships with the product, as it is; its ``$id`` names it. Others: store/registry.py."""
    save_component(connection, document, kind=Kind.SCHEMAS, now_ms=now_ms, by=by)


def add_dataset(connection: Connection, dataset: Dataset, *, now_ms: int) -> None:
    connection.execute(insert(datasets).values(**msgspec.structs.asdict(dataset), **now_by(now_ms, "")))
    settings.bump_revision(connection)


def add_datastream(connection: Connection, datastream: Datastream, *, now_ms: int) -> None:
    """Its organisation is the installation's."""
    connection.execute(insert(datastreams).values(_row(datastream) | {"created_ms": now_ms}))
    settings.bump_revision(connection)


def save_datastream(connection: Connection, datastream: Datastream, *, now_ms: int) -> bool:
    """Add it, or replace the one with this id, deleted or not; whether it is new. Collectors follow within a second."""
    changed = connection.execute(update(datastreams).where(datastreams.c.id == datastream.id).values(_row(datastream)))
    if changed.rowcount == 0:
        add_datastream(connection, datastream, now_ms=now_ms)
        return True
    settings.bump_revision(connection)
    return False


def _row(datastream: Datastream) -> JsonObject:
    fields: JsonObject = msgspec.to_builtins(datastream)
    del fields["org_id"]
    fields["allowed_origins"] = msgspec.json.encode(fields["allowed_origins"]).decode()
    options = {name: fields.pop(name) for name in list(fields) if name not in datastreams.c}
    return fields | {"options": msgspec.json.encode(options).decode(), "deleted_ms": None}
