"""Dataflows of an earlier version get the ends that new ones have."""

from contextlib import closing
from pathlib import Path

import alembic.command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text

from server.model.inlet import FlowId
from server.store.database import Database, migrate
from server.store.datasets import list_stored_datasets
from server.store.flow_ends import ends_of, list_sources, list_targets
from server.store.flows import list_flows

MIGRATIONS = Path(__file__).parents[3] / "server" / "store" / "migrations"

BEFORE = (
    "INSERT INTO schemas (id, title, document, created_ms) VALUES ('s', 'S', '{}', 1)",
    "INSERT INTO datasets (id, name, schema_id, profile_enabled, identity_enabled, created_ms) "
    "VALUES ('d', 'events', 's', 0, 0, 5)",
    "INSERT INTO inlets (id, connection_id, name, source_id, data_type, requires_token, enabled, created_ms) "
    "VALUES ('i', 'c', 'orders', 'shop', 'xdm', 0, 1, 6)",
    "INSERT INTO flows (id, inlet_id, name, dataset_id, enabled, created_ms) VALUES ('f', 'i', 'flow', 'd', 1, 7)",
)


def _fill(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    alembic.command.upgrade(config, "0006")
    for statement in BEFORE:
        connection.execute(text(statement))


def test_flows_that_were_there_have_ends_and_nothing_is_new(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'control.db'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        _fill(connection)
    engine.dispose()

    migrate(url)
    with closing(Database(url)) as database:
        [flow] = database.read_sync(list_flows)
        [source], [target] = database.read_sync(list_sources), database.read_sync(list_targets)
        [dataset] = database.read_sync(list_stored_datasets)

    assert (flow.source_id, flow.target_id) == (source.id, target.id) == ends_of(FlowId("f"))
    assert (source.base_id, target.dataset_id) == ("c", "d")
    assert (dataset.dataset.enabled, dataset.history.updated_ms, dataset.deleted_ms) == (True, 5, None)
