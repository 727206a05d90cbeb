"""The Catalog's API: documented requests, and what they are answered with."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from server.model.datastream import Datastream, DatastreamId
from server.store.configuration import add_datastream, load_configuration
from server.store.users import Role
from tests.builders import NOON_MS, ORG_ID
from tests.unit.web.api.callers import an_api, created

SETS = "/data/foundation/catalog/dataSets"
PROFILE = "https://ns.adobe.com/xdm/context/profile"
EVENT = "https://ns.adobe.com/xdm/context/experienceevent"
ON = ["enabled:true"]


def a_schema(client: TestClient, *, of: str = EVENT, title: str = "Visits") -> str:
    identifier: str = created(client, "schemas", title=title, allOf=[{"$ref": of}])["$id"]
    return identifier


def a_dataset(client: TestClient, schema_id: str, **more: Any) -> str:
    reference = {"id": schema_id, "contentType": "application/vnd.adobe.xed+json;version=1"}
    answer = client.post(SETS, json={"name": "visits", "schemaRef": reference, **more})
    assert answer.status_code == 201, answer.text
    [name] = answer.json()
    return str(name).removeprefix("@/dataSets/")


def told(client: TestClient, identifier: str) -> dict[str, Any]:
    answer: dict[str, Any] = client.get(f"{SETS}/{identifier}").json()[identifier]
    return answer


def test_a_dataset_is_created_and_told_by_its_id(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, console):
        schema_id = a_schema(client)
        tags = {"unifiedProfile": ["enabled: true"], "unifiedIdentity": ON, "team": ["web"]}
        identifier = a_dataset(client, schema_id, description="Who came.", tags=tags, fields=[])
        one = told(client, identifier)
        configuration = console.services.database.read_sync(load_configuration)

    assert len(identifier) == 24
    assert (one["name"], one["description"], one["imsOrg"], one["status"]) == ("visits", "Who came.", ORG_ID, "enabled")
    assert one["tags"] == {"unifiedProfile": ON, "unifiedIdentity": ON, "team": ["web"]}
    assert one["schemaRef"]["id"] == schema_id
    [dataset] = configuration.datasets.values()
    assert (dataset.id, dataset.profile_enabled, dataset.identity_enabled) == (identifier, True, True)


@pytest.mark.parametrize("tag", ["unifiedProfile", "unifiedIdentity"])
def test_what_has_no_primary_identity_cannot_be_for_profiles(tmp_path: Path, tag: str) -> None:
    with an_api(tmp_path) as (client, _):
        schema_id = a_schema(client, of=PROFILE)
        identifier = a_dataset(client, schema_id)

        at_creation = client.post(SETS, json={"name": "b", "schemaRef": {"id": schema_id}, "tags": {tag: ON}})
        later = client.patch(f"{SETS}/{identifier}", json={"tags": {tag: ON}})
        one = told(client, identifier)

    for answer in (at_creation, later):
        assert answer.status_code == 400
        assert f"`tags.{tag}` cannot be enabled: the schema has no primary identity" in answer.json()["detail"]
    assert one["tags"] == {}


def test_both_forms_of_a_change_set_the_tags(tmp_path: Path) -> None:
    patch = [{"op": "add", "path": "/tags/unifiedProfile", "value": ON}]
    with an_api(tmp_path) as (client, _):
        identifier = a_dataset(client, a_schema(client))

        merged = client.patch(f"{SETS}/{identifier}", json={"tags": {"unifiedIdentity": ON}})
        patched = client.patch(
            f"/data/foundation/catalog/v2/dataSets/{identifier}",
            json=patch,
            headers={"content-type": "application/json-patch+json"},
        )
        both = told(client, identifier)["tags"]
        client.patch(f"{SETS}/{identifier}", json={"tags": {"unifiedProfile": ["enabled:false"]}})
        one = told(client, identifier)["tags"]

    assert merged.json() == patched.json() == [f"@/dataSets/{identifier}"]
    assert both == {"unifiedProfile": ON, "unifiedIdentity": ON}
    assert one == {"unifiedIdentity": ON}


def test_a_change_of_something_that_was_changed_meanwhile_is_refused(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        identifier = a_dataset(client, a_schema(client))
        etag = client.get(f"{SETS}/{identifier}").headers["etag"]

        first = client.patch(f"{SETS}/{identifier}", json={"name": "a"}, headers={"if-match": etag})
        second = client.patch(f"{SETS}/{identifier}", json={"name": "b"}, headers={"if-match": etag})

    assert (first.status_code, second.status_code) == (200, 412)
    assert first.headers["etag"] in second.json()["detail"]


def test_lists_have_pages_order_filters_and_chosen_fields(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        schema_id = a_schema(client)
        for name in ("one", "two", "three"):
            a_dataset(client, schema_id, name=name, tags={"unifiedProfile": ON} if name == "two" else {})

        page = client.get(f"{SETS}?orderBy=asc:name&limit=2&properties=name").json()
        rest = client.get(f"{SETS}?orderBy=asc:name&limit=2&start=2").json()
        named = client.get(f"{SETS}?name=one").json()
        tagged = client.get(f"{SETS}?tags=unifiedProfile:enabled:true").json()

    assert list(page.values()) == [{"name": "one"}, {"name": "three"}]
    assert [one["name"] for one in rest.values()] == ["two"]
    assert [one["name"] for one in named.values()] == ["one"]
    assert [one["name"] for one in tagged.values()] == ["two"]


def test_a_dataset_is_switched_off_deleted_and_brought_back(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, console):
        identifier = a_dataset(client, a_schema(client))

        client.patch(f"{SETS}/{identifier}", json={"status": "disabled"})
        off = console.services.database.read_sync(load_configuration).datasets
        deleted = client.delete(f"{SETS}/{identifier}")
        listed, gone = client.get(SETS).json(), told(client, identifier)["status"]
        client.patch(f"{SETS}/{identifier}", json={"status": "enabled"})
        back = client.get(SETS).json()

    assert [dataset.enabled for dataset in off.values()] == [False]
    assert (deleted.status_code, listed, gone) == (200, {}, "deleted")
    assert back[identifier]["status"] == "enabled"


def test_a_dataset_that_a_datastream_fills_is_not_deleted(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, console):
        identifier = a_dataset(client, a_schema(client))
        datastream = Datastream(id=DatastreamId("shop"), name="Shop", org_id=ORG_ID, dataset_id=identifier)  # type: ignore[arg-type]  # an id
        console.services.database.write_sync(partial(add_datastream, datastream=datastream, now_ms=NOON_MS))

        answer = client.delete(f"{SETS}/{identifier}")

    assert (answer.status_code, "datastream 'Shop'" in answer.json()["detail"]) == (409, True)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"name": "a"}, "schemaRef.id"),
        ({"name": "a", "schemaRef": {"id": "https://ns.example.com/none"}}, "schemaRef.id"),
        ({"name": " "}, "schemaRef.id"),
        ([], "JSON object"),
    ],
)
def test_what_cannot_be_a_dataset_is_refused_with_the_cure(tmp_path: Path, body: Any, message: str) -> None:
    with an_api(tmp_path) as (client, _):
        answer = client.post(SETS, json=body)

    assert answer.status_code == 400
    assert message in answer.json()["detail"]


@pytest.mark.parametrize(
    "change",
    [{"tags": {"unifiedProfile": "yes"}}, {"tags": []}, {"status": "gone"}, {"schemaRef": {"id": "x"}}, {"name": 1}],
)
def test_what_cannot_be_changed_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    with an_api(tmp_path) as (client, _):
        identifier = a_dataset(client, a_schema(client))

        assert client.patch(f"{SETS}/{identifier}", json=change).status_code == 400


def test_two_datasets_cannot_have_one_name(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        schema_id = a_schema(client)
        a_dataset(client, schema_id)

        answer = client.post(SETS, json={"name": "visits", "schemaRef": {"id": schema_id}})

    assert (answer.status_code, "choose another name" in answer.json()["detail"]) == (409, True)


def test_a_viewer_changes_nothing_and_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    with an_api(tmp_path, role=Role.VIEWER) as (client, _):
        answers = [client.get(SETS), client.post(SETS, json={}), client.get(f"{SETS}/none")]

    assert [answer.status_code for answer in answers] == [200, 403, 404]
