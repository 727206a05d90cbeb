from functools import partial
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection

from server.model.dataset import Dataset, DatasetId
from server.model.inlet import Flow, FlowId, Inlet, InletId, InletToken
from server.model.mapping import MappingLine, MappingSet
from server.model.schema import SchemaId
from server.store import settings
from server.store.configuration import add_dataset, add_schema, load_configuration
from server.store.flow_ends import list_sources, list_targets
from server.store.flows import list_flows
from server.store.inlets import InletRefused, add_inlet, list_inlets, remove_with_flows
from server.store.mapping_sets import add_mapping_set
from server.store.tokens import add_token, list_good_tokens, list_tokens, revoke_token, save_token_use
from tests.builders import NOON_MS
from tests.unit.store.stores import a_database

SCHEMA_ID = SchemaId("https://ns.heliograph.dev/test/schemas/events")
MAPPING_SET = MappingSet(
    id="a" * 32, name="orders", schema_id=SCHEMA_ID, lines=(MappingLine(source="id", destination="_id"),)
)
FLOWS = (
    Flow(id=FlowId("f-1"), name="orders", dataset_id=DatasetId("d-1")),
    Flow(id=FlowId("f-2"), name="raw", dataset_id=DatasetId("d-1"), mapping_set_id=MAPPING_SET.id, enabled=False),
)
INLET = Inlet(
    id=InletId("0" * 64), connection_id="c-1", name="orders", source_id="shop", requires_token=True, flows=FLOWS
)
TOKEN = InletToken(id="t-1", name="etl", token_hash="h" * 64, inlet_ids=(INLET.id,), expires_ms=NOON_MS)


def _prepare(connection: Connection) -> None:
    add_schema(connection, {"$id": SCHEMA_ID, "title": "Events"}, now_ms=NOON_MS)
    add_dataset(connection, Dataset(id=DatasetId("d-1"), name="events", schema_id=SCHEMA_ID), now_ms=NOON_MS)
    add_mapping_set(connection, MAPPING_SET, now_ms=NOON_MS)


def test_what_collectors_need_is_in_one_reading(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        database.write_sync(_prepare)
        database.write_sync(lambda connection: add_inlet(connection, INLET, now_ms=NOON_MS))
        database.write_sync(lambda connection: add_token(connection, TOKEN, now_ms=NOON_MS))

        configuration = database.read_sync(load_configuration)

    assert configuration.inlets == {INLET.id: INLET}
    assert configuration.tokens == {TOKEN.token_hash: TOKEN}
    assert configuration.mapping_sets == {MAPPING_SET.id: MAPPING_SET}


def test_two_connections_cannot_have_one_name(tmp_path: Path) -> None:
    again = msgspec.structs.replace(INLET, id=InletId("1" * 64), connection_id="c-2", flows=())
    with a_database(tmp_path) as database:
        database.write_sync(_prepare)
        database.write_sync(lambda connection: add_inlet(connection, INLET, now_ms=NOON_MS))

        with pytest.raises(InletRefused, match="'orders': choose another name"):
            database.write_sync(lambda connection: add_inlet(connection, again, now_ms=NOON_MS))
        inlets = database.read_sync(list_inlets)

    assert [inlet.id for inlet in inlets] == [INLET.id]


def test_a_revoked_token_is_kept_but_no_longer_good_and_collectors_are_told(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        database.write_sync(lambda connection: add_token(connection, TOKEN, now_ms=NOON_MS))
        before = database.read_sync(settings.revision)

        revoked = database.write_sync(lambda connection: revoke_token(connection, TOKEN.id, now_ms=NOON_MS + 1))
        again = database.write_sync(lambda connection: revoke_token(connection, TOKEN.id, now_ms=NOON_MS + 2))
        [stored] = database.read_sync(list_tokens)
        good, after = database.read_sync(list_good_tokens), database.read_sync(settings.revision)

    assert (revoked, again) == (True, False)
    assert (stored.token, stored.created_ms, stored.revoked_ms) == (TOKEN, NOON_MS, NOON_MS + 1)
    assert good == []
    assert after == before + 1


def test_when_a_token_was_last_used_only_grows_and_tells_nobody(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        database.write_sync(lambda connection: add_token(connection, TOKEN, now_ms=NOON_MS))
        before = database.read_sync(settings.revision)

        for at_ms in (NOON_MS + 5, NOON_MS + 3):
            database.write_sync(partial(save_token_use, used_ms={TOKEN.id: at_ms, "gone": at_ms}))
        [stored] = database.read_sync(list_tokens)
        after = database.read_sync(settings.revision)

    assert stored.last_used_ms == NOON_MS + 5
    assert after == before


def test_a_token_is_good_for_its_inlets_until_its_time() -> None:
    everywhere = msgspec.structs.replace(TOKEN, inlet_ids=(), expires_ms=0)

    assert TOKEN.is_good_for(INLET.id)
    assert not TOKEN.is_good_for(InletId("2" * 64))
    assert everywhere.is_good_for(InletId("2" * 64))
    assert not TOKEN.has_expired(NOON_MS - 1)
    assert TOKEN.has_expired(NOON_MS)
    assert not everywhere.has_expired(NOON_MS * 10)


def test_an_inlet_goes_with_its_dataflows_and_leaves_what_another_one_has(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        database.write_sync(_prepare)
        other = msgspec.structs.replace(
            INLET,
            id=InletId("1" * 64),
            connection_id="c-2",
            name="other",
            flows=(Flow(id=FlowId("f-3"), name="other", dataset_id=DatasetId("d-1")),),
        )
        for inlet in (INLET, other):
            database.write_sync(partial(add_inlet, inlet=inlet, now_ms=NOON_MS))

        database.write_sync(partial(remove_with_flows, inlet=INLET))

        assert [inlet.name for inlet in database.read_sync(list_inlets)] == ["other"]
        assert [flow.flow.id for flow in database.read_sync(list_flows)] == ["f-3"]
        assert [target.name for target in database.read_sync(list_targets)] == ["other"]
        assert [source.name for source in database.read_sync(list_sources)] == ["other"]
