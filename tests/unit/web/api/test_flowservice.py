"""The Flow Service's API: the tutorial's sequence, and what is refused."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from server.model.dataset import DatasetId
from server.model.inlet import Flow, FlowId, Inlet, InletId
from server.store.configuration import load_configuration
from server.store.inlets import add_inlet
from tests.builders import NOON_MS
from tests.unit.web.api.callers import an_api
from tests.unit.web.api.test_catalog import a_dataset, a_schema
from tests.unit.web.console import Console

FLOW = "/data/foundation/flowservice"
HTTP = {"id": "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb", "version": "1.0"}
LAKE = {"id": "c604ff05-7f1a-43c0-8e18-33bf874cb11c", "version": "1.0"}
PLAIN = {"id": "d8a6f005-7eaf-4153-983e-e8574508b877", "version": "1.0"}
MAPPED = {"id": "c1a19761-d2c7-4702-b9fa-fe91f0613e81", "version": "1.0"}


def made(client: TestClient, kind: str, **body: Any) -> str:
    answer = client.post(f"{FLOW}/{kind}", json=body)
    assert answer.status_code == 201, answer.text
    document = answer.json()
    assert set(document) == {"id", "etag"}
    assert answer.headers["location"] == f"{FLOW}/{kind}/{document['id']}"
    return str(document["id"])


def a_base(client: TestClient, name: str = "orders", **params: Any) -> str:
    auth = {"specName": "Streaming Connection", "params": {"dataType": "xdm", "name": name, **params}}
    return made(client, "connections", name=name, providerId="any", connectionSpec=HTTP, auth=auth)


def item(client: TestClient, kind: str, identifier: str) -> dict[str, Any]:
    [only] = client.get(f"{FLOW}/{kind}/{identifier}").json()["items"]
    document: dict[str, Any] = only
    return document


def a_flow(client: TestClient, *, data_type: str = "xdm", dataset_id: str, **more: Any) -> tuple[str, str]:
    """(id of its base connection, its own)."""
    base = a_base(client, dataType=data_type)
    source = made(client, "sourceConnections", name="in", baseConnectionId=base, connectionSpec=HTTP)
    target = made(client, "targetConnections", name="out", params={"dataSetId": dataset_id}, connectionSpec=LAKE)
    ends = {"sourceConnectionIds": [source], "targetConnectionIds": [target]}
    return base, made(client, "flows", **{"name": "orders-flow", "flowSpec": PLAIN, **ends, **more})


def an_inlet(console: Console) -> Any:
    [inlet] = console.services.database.read_sync(load_configuration).inlets.values()
    return inlet


def test_the_tutorial_s_sequence_makes_an_inlet_with_its_dataflow(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, console):
        dataset_id = a_dataset(client, a_schema(client))
        base, flow = a_flow(client, dataset_id=dataset_id)
        told, inlet = item(client, "connections", base), an_inlet(console)
        told_flow = item(client, "flows", flow)

    params = told["auth"]["params"]
    assert params["inletUrl"] == f"{console.services.base_url}/collection/{inlet.id}"
    assert params["inletUrl"].endswith(params["inletId"])
    assert len(params["inletId"]) == 64
    assert (params["authenticationRequired"], params["dataType"], params["sourceId"]) == (False, "xdm", "orders")
    assert (told["state"], told["version"], told["createdBy"]) == ("enabled", told["etag"], "robot")
    assert [(one.id, one.dataset_id) for one in inlet.flows] == [(flow, dataset_id)]
    [source] = told_flow["inheritedAttributes"]["sourceConnections"]
    assert source["baseConnection"]["id"] == base


def test_a_data_source_s_name_is_taken_once(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        a_base(client)

        answer = client.post(f"{FLOW}/connections", json={"name": "orders", "connectionSpec": HTTP})

    assert (answer.status_code, answer.json()["title"]) == (409, "Conflict")
    assert "named 'orders': choose another name" in answer.json()["detail"]


def test_a_change_needs_the_etag_and_gives_a_new_one(tmp_path: Path) -> None:
    changes = [
        {"op": "REPLACE", "path": "/auth/params/authenticationRequired", "value": True},
        {"op": "replace", "path": "/name", "value": "purchases"},
    ]
    with an_api(tmp_path) as (client, console):
        address = f"{FLOW}/connections/{a_base(client)}"
        etag = client.get(address).json()["items"][0]["etag"]

        without = client.patch(address, json=changes)
        right = client.patch(address, json=changes, headers={"if-match": etag})
        late = client.patch(address, json=changes, headers={"if-match": etag})
        inlet = an_inlet(console)

    assert (without.status_code, right.status_code, late.status_code) == (428, 200, 412)
    assert right.json()["etag"] != etag
    assert (inlet.name, inlet.requires_token) == ("purchases", True)


@pytest.mark.parametrize(
    ("path", "value"),
    [("/auth/params/inletId", "0" * 64), ("/auth/params/dataType", "raw"), ("/imsOrgId", "x"), ("/state", "on")],
)
def test_what_is_fixed_cannot_be_changed(tmp_path: Path, path: str, value: str) -> None:
    with an_api(tmp_path) as (client, _):
        address = f"{FLOW}/connections/{a_base(client)}"

        answer = client.patch(
            address, json=[{"op": "replace", "path": path, "value": value}], headers={"if-match": "*"}
        )

    assert answer.status_code == 400


def test_a_flow_is_switched_off_and_on(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, console):
        _, flow = a_flow(client, dataset_id=a_dataset(client, a_schema(client)))

        off = client.post(f"{FLOW}/flows/{flow}/action?op=DISABLE")
        was_off = not an_inlet(console).flows[0].enabled
        client.post(f"{FLOW}/flows/{flow}/action?op=ENABLE&subOp=APPLY")
        wrong = client.post(f"{FLOW}/flows/{flow}/action?op=EXPLODE")
        inlet = an_inlet(console)

    assert (off.status_code, was_off, inlet.flows[0].enabled, wrong.status_code) == (200, True, True, 400)


def test_what_a_flow_uses_stays_and_without_its_last_flow_an_inlet_takes_nothing(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, console):
        base, flow = a_flow(client, dataset_id=a_dataset(client, a_schema(client)))
        told = item(client, "flows", flow)
        ends = (
            f"sourceConnections/{told['sourceConnectionIds'][0]}",
            f"targetConnections/{told['targetConnectionIds'][0]}",
        )

        kept = [client.delete(f"{FLOW}/{path}").status_code for path in (*ends, f"connections/{base}")]
        first = client.delete(f"{FLOW}/flows/{flow}").status_code
        is_off = not an_inlet(console).enabled
        rest = [client.delete(f"{FLOW}/{path}").status_code for path in (*ends, f"connections/{base}/")]
        inlets = console.services.database.read_sync(load_configuration).inlets

    assert kept == [409, 409, 409]
    assert (first, is_off) == (204, True)
    assert (rest, inlets) == ([204, 204, 204], {})


def test_lists_have_pages_filters_and_an_order(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        for name in ("a", "b", "c"):
            a_base(client, name)

        first = client.get(f"{FLOW}/connections?property=state==enabled&limit=2&orderby=-name&count=true").json()
        second = client.get(first["_links"]["next"]["href"]).json()
        none = client.get(f"{FLOW}/connections?property=auth.params.authenticationRequired==true").json()

    assert [one["name"] for one in first["items"]] == ["c", "b"]
    assert first["count"] == 3
    assert ([one["name"] for one in second["items"]], second["_links"]) == (["a"], {})
    assert none["items"] == []


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "continuationToken=%25", "property=state"])
def test_a_list_that_cannot_be_made_is_refused(tmp_path: Path, query: str) -> None:
    with an_api(tmp_path) as (client, _):
        a_base(client)

        assert client.get(f"{FLOW}/connections?{query}").status_code == 400


@pytest.mark.parametrize(
    ("kind", "body", "message"),
    [
        ("connections", {"name": "a"}, "connectionSpec.id"),
        ("connections", {"name": "a", "connectionSpec": HTTP, "auth": {"specName": "Basic"}}, "specName"),
        ("connections", {"name": "a", "connectionSpec": HTTP, "auth": {"params": {"dataType": "csv"}}}, "xdm or raw"),
        ("connections", {"connectionSpec": HTTP}, "`name`"),
        ("sourceConnections", {"name": "a", "connectionSpec": HTTP, "baseConnectionId": "none"}, "make it first"),
        ("targetConnections", {"name": "a", "connectionSpec": LAKE, "params": {"dataSetId": "none"}}, "dataSetId"),
        ("flows", {"name": "a", "flowSpec": PLAIN, "sourceConnectionIds": []}, "a list with one id"),
    ],
)
def test_what_cannot_be_made_is_refused_with_the_cure(
    tmp_path: Path, kind: str, body: dict[str, Any], message: str
) -> None:
    with an_api(tmp_path) as (client, _):
        answer = client.post(f"{FLOW}/{kind}", json=body)

    assert answer.status_code == 400
    assert message in answer.json()["detail"]


def test_what_there_is_not_is_not_found(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        assert client.get(f"{FLOW}/somethings").status_code == 404
        assert client.get(f"{FLOW}/flows/none").status_code == 404


# ---------------------------------------------------------------- mapping sets


def a_mapping_set(client: TestClient, schema_id: str, **more: Any) -> dict[str, Any]:
    lines = [{"sourceAttribute": "id", "destinationXdmPath": "_id", "identity": False, "version": 0}]
    body = {"version": 0, "xdmSchema": schema_id, "xdmVersion": "1.0", "mappings": lines, **more}
    answer = client.post("/data/foundation/mappingSets", json=body)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def test_raw_data_has_a_flow_with_a_mapping_set(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, console):
        schema_id = a_schema(client)
        mapping = a_mapping_set(client, schema_id)
        steps = [{"name": "Mapping", "params": {"mappingId": mapping["id"], "mappingVersion": 0}}]
        dataset_id = a_dataset(client, schema_id)
        _, flow = a_flow(client, data_type="raw", dataset_id=dataset_id, flowSpec=MAPPED, transformations=steps)
        inlet, told = an_inlet(console), item(client, "flows", flow)

    assert set(mapping) == {"id", "version", "createdDate", "modifiedDate", "createdBy", "modifiedBy"}
    assert (inlet.data_type, inlet.flows[0].mapping_set_id) == ("raw", mapping["id"])
    assert told["transformations"] == steps


def test_raw_data_without_a_mapping_set_is_refused(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _), pytest.raises(AssertionError, match="needs a `transformations` entry"):
        a_flow(client, data_type="raw", dataset_id=a_dataset(client, a_schema(client)))


def test_a_mapping_set_is_looked_up_replaced_and_listed_in_the_form_of_the_specification(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, console):
        schema_id = a_schema(client)
        address = f"/data/foundation/conversion/mappingSets/{a_mapping_set(client, schema_id)['id']}"
        lines = [{"sourceType": "EXPRESSION", "source": "upper(id)", "destination": "_id"}]
        body = {"name": "n", "outputSchema": {"schemaRef": {"id": schema_id}}, "mappings": lines}

        replaced = client.put(address, json=body)
        told = client.get(address).json()
        listed = client.get("/data/foundation/conversion/mappingSets?limit=1&name=n").json()
        [stored] = console.services.database.read_sync(load_configuration).mapping_sets.values()

    assert (replaced.status_code, replaced.json()["version"], stored.version) == (200, 1, 1)
    assert (told["mappings"], told["outputSchema"]["schemaRef"]["id"]) == (lines, schema_id)
    assert listed["data"] == [told]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"source": "id", "destination": "none.such"}, "mappings/0"),
        ({"sourceType": "EXPRESSION", "source": "upper(", "destination": "_id"}, "mappings/0"),
        ({"sourceType": "OTHER", "source": "a", "destination": "_id"}, "mappings/0"),
        ({"destination": "_id"}, "mappings/0"),
        ("a", "mappings/0"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, line: Any, message: str) -> None:
    with an_api(tmp_path) as (client, _):
        body = {"outputSchema": {"schemaRef": {"id": a_schema(client)}}, "mappings": [line]}

        kept = client.post("/data/foundation/conversion/mappingSets", json=body)
        asked = client.post("/data/foundation/conversion/mappingSets/validate", json=body)

    assert (kept.status_code, asked.status_code) == (400, 400)
    assert message in kept.json()["detail"]


def test_an_inlet_that_came_with_the_product_has_ends_too(tmp_path: Path) -> None:
    """Such as the demo's: made without the API, and managed by it."""
    with an_api(tmp_path) as (client, console):
        dataset_id = DatasetId(a_dataset(client, a_schema(client)))
        flow = Flow(id=FlowId("f-1"), name="demo", dataset_id=dataset_id)
        inlet = Inlet(id=InletId("0" * 64), connection_id="c-1", name="demo", source_id="demo", flows=(flow,))
        console.services.database.write_sync(partial(add_inlet, inlet=inlet, now_ms=NOON_MS))

        told = item(client, "flows", "f-1")
        source = item(client, "sourceConnections", told["sourceConnectionIds"][0])
        target = item(client, "targetConnections", told["targetConnectionIds"][0])

    assert (source["baseConnectionId"], target["params"]["dataSetId"]) == ("c-1", dataset_id)


# ---------------------------------------------------------------- looking for things


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ("ORDER", ["orders", "more orders"]),
        ("crm", ["crm"]),
        ("", ["orders", "more orders", "crm"]),
        ("auth.params.dataType==raw", ["crm"]),
        ("nothing like it", []),
    ],
)
def test_connections_are_looked_for_by_a_text_or_a_filter(tmp_path: Path, wanted: str, names: list[str]) -> None:
    with an_api(tmp_path) as (client, _):
        a_base(client, "orders")
        a_base(client, "more orders")
        a_base(client, "crm", dataType="raw")

        found = client.post(f"{FLOW}/connections/search", json={"queryString": wanted, "limit": 10}).json()

    assert ({one["name"] for one in found["items"]}, found["count"]) == (set(names), len(names))


@pytest.mark.parametrize("body", [{"queryString": 1}, {"queryString": "x" * 201}, {"limit": 0}, {"limit": True}, []])
def test_a_search_that_cannot_be_made_is_refused(tmp_path: Path, body: Any) -> None:
    with an_api(tmp_path) as (client, _):
        assert client.post(f"{FLOW}/flows/search", json=body).status_code == 400


def test_a_mapping_set_is_tried_on_examples_and_kept_nowhere(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, console):
        lines = [{"source": "id", "destination": "_id"}, {"source": "at", "destination": "timestamp"}]
        mapping_set = {"outputSchema": {"schemaRef": {"id": a_schema(client)}}, "mappings": lines}
        data = [{"id": "e-1", "at": "2026-01-31"}, {"id": "e-2", "at": "soon"}]

        answer = client.post(
            "/data/foundation/conversion/mappingSets/preview", json={"data": data, "mappingSet": mapping_set}
        )
        kept = console.services.database.read_sync(load_configuration).mapping_sets

    good, bad = answer.json()
    assert good == {"data": {"_id": "e-1", "timestamp": "2026-01-31T00:00:00.000Z"}, "errors": []}
    assert bad["data"] == {"_id": "e-2"}
    assert [error["path"] for error in bad["errors"]] == ["/timestamp"]
    assert kept == {}


@pytest.mark.parametrize("data", [None, [], "x", [1], [{}] * 21])
def test_examples_are_objects_and_few(tmp_path: Path, data: Any) -> None:
    with an_api(tmp_path) as (client, _):
        body = {"data": data, "mappingSet": {}}

        assert client.post("/data/foundation/mappingSets/preview", json=body).status_code == 400


def test_the_language_tells_its_functions_and_checks_an_expression(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        language = "/data/foundation/conversion/languages/el"

        functions = {each["name"]: each for each in client.get(f"{language}/functions").json()}
        good = client.post(f"{language}/validate", json={"expression": "upper(name)"}).json()
        bad = client.post(f"{language}/validate", json={"expression": "upper("}).json()
        none = client.post(f"{language}/validate", json={})

    assert (functions["iif"]["minArguments"], functions["iif"]["maxArguments"]) == (3, 3)
    assert good == {"valid": True}
    assert (bad["valid"], "expected a value" in bad["message"]) == (False, True)
    assert none.status_code == 400
