"""The Schema Registry's API: documented requests, and what they are answered with."""

from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from server.model.dataset import Dataset, DatasetId
from server.model.schema import SchemaId
from server.schema.builtins import load_ready_schema
from server.store.configuration import add_dataset, add_schema
from server.store.users import Role
from tests.builders import NOON_MS, ORG_ID
from tests.unit.web.api.callers import ROOT, accept, an_api, created
from tests.unit.web.console import Console

PROFILE = "https://ns.adobe.com/xdm/context/profile"
EVENT = "https://ns.adobe.com/xdm/context/experienceevent"


def a_group(client: TestClient, **fields: Any) -> dict[str, Any]:
    return created(
        client,
        "fieldgroups",
        title="Shop fields",
        type="object",
        **{"meta:intendedToExtend": [PROFILE, EVENT]},
        definitions={"fields": {"properties": {"_test": {"type": "object", "properties": fields}}}},
        allOf=[{"$ref": "#/definitions/fields"}],
    )


def a_schema(client: TestClient, group: dict[str, Any], title: str = "Customers", **more: Any) -> dict[str, Any]:
    body = {"title": title, "type": "object", "allOf": [{"$ref": PROFILE}, {"$ref": group["$id"]}], **more}
    return created(client, "schemas", **body)


def use(console: Console, schema_id: str) -> None:
    dataset = Dataset(id=DatasetId("d" * 24), name="customers", schema_id=SchemaId(schema_id))
    console.services.database.write_sync(partial(add_dataset, dataset=dataset, now_ms=NOON_MS))


def encoded_id(document: dict[str, Any]) -> str:
    return quote(document["$id"], safe="")


def test_a_schema_is_created_with_the_names_that_the_platform_gives(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        group = a_group(client, size={"type": "string"})
        schema = a_schema(client, group, description="Who buys.")

    hexadecimal = schema["$id"].rpartition("/")[2]
    assert schema["$id"] == f"https://ns.adobe.com/test/schemas/{hexadecimal}"
    assert schema["meta:altId"] == f"_test.schemas.{hexadecimal}"
    assert schema["meta:class"] == PROFILE
    assert schema["meta:extends"] == [PROFILE, group["$id"]]
    assert (schema["meta:resourceType"], schema["meta:containerId"], schema["version"]) == ("schemas", "tenant", "1.0")
    assert (schema["imsOrg"], schema["meta:tenantNamespace"]) == (ORG_ID, "_test")
    assert (schema["meta:abstract"], schema["meta:extensible"], schema["meta:xdmType"]) == (False, False, "object")
    assert schema["meta:registryMetadata"]["xdm:lastModifiedUserId"] == "robot"
    assert group["$id"].startswith("https://ns.adobe.com/test/mixins/")


@pytest.mark.parametrize("name", ["$id", "meta:altId"])
def test_a_component_is_looked_up_by_either_name(tmp_path: Path, name: str) -> None:
    with an_api(tmp_path) as (client, _):
        schema = a_schema(client, a_group(client, size={"type": "string"}))

        raw = client.get(f"{ROOT}/tenant/schemas/{quote(schema[name], safe='')}", headers=accept("xed"))
        full = client.get(f"{ROOT}/tenant/schemas/{quote(schema[name], safe='')}", headers=accept("xed-full"))

    assert raw.json() == schema
    assert full.json()["properties"]["_test"]["properties"]["size"] == {"type": "string"}
    assert "allOf" not in full.json()


def test_what_is_built_in_is_in_the_global_container_by_the_names_of_xdm(tmp_path: Path) -> None:
    with an_api(tmp_path, role=Role.VIEWER) as (client, _):
        classes = client.get(f"{ROOT}/global/classes", headers=accept("xed-id", version=""))
        group = client.get(f"{ROOT}/global/mixins/_xdm.context.experienceevent-web", headers=accept("xed-full"))

    assert [item["$id"] for item in classes.json()["results"]] == [EVENT, PROFILE]
    assert group.json()["properties"]["web"]["properties"]["webPageDetails"]["properties"]["URL"]["type"] == "string"


def test_lists_have_pages_filters_and_forms(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        group = a_group(client, size={"type": "string"})
        for title in ("One", "Two", "Three"):
            a_schema(client, group, title)

        first = client.get(f"{ROOT}/tenant/schemas?limit=2&orderby=title").json()
        second = client.get(first["_links"]["next"]["href"]).json()
        filtered = client.get(f"{ROOT}/tenant/schemas?property=title==Two&property=meta:class=={PROFILE}").json()
        whole = client.get(f"{ROOT}/tenant/schemas?limit=1", headers=accept("xed", version="")).json()

    assert [item["title"] for item in first["results"] + second["results"]] == ["One", "Three", "Two"]
    assert (first["_page"]["count"], second["_page"]["next"], second["_links"]["next"]) == (2, None, None)
    assert set(first["results"][0]) == {"$id", "meta:altId", "version", "title"}
    assert [item["title"] for item in filtered["results"]] == ["Two"]
    assert whole["results"][0]["allOf"][0] == {"$ref": PROFILE}


def test_a_schema_is_replaced_and_patched_as_new_versions(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        group = a_group(client, size={"type": "string"})
        schema = a_schema(client, group)
        address = f"{ROOT}/tenant/schemas/{encoded_id(schema)}"

        replaced = client.put(address, json={**schema, "title": "Buyers"})
        patched = client.patch(address, json=[{"op": "add", "path": "/description", "value": "Who buys."}])

    assert (replaced.status_code, replaced.json()["title"], replaced.json()["version"]) == (200, "Buyers", "1.1")
    assert (patched.status_code, patched.json()["description"], patched.json()["version"]) == (200, "Who buys.", "1.2")
    assert patched.json()["$id"] == schema["$id"]


def test_a_field_group_is_deleted_once_no_schema_uses_it(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        group = a_group(client, size={"type": "string"})
        schema = a_schema(client, group)

        used = client.delete(f"{ROOT}/tenant/fieldgroups/{encoded_id(group)}")
        gone = [
            client.delete(f"{ROOT}/tenant/{document['meta:resourceType']}/{encoded_id(document)}").status_code
            for document in (schema, group)
        ]
        again = client.get(f"{ROOT}/tenant/schemas/{encoded_id(schema)}", headers=accept("xed"))

    assert (used.status_code, used.json()["title"]) == (400, "Change refused")
    assert gone == [204, 204]
    assert again.status_code == 404


def test_a_change_that_data_forbids_is_refused_with_every_reason(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, console):
        group = a_group(client, size={"type": "string"}, width={"type": "number"})
        use(console, a_schema(client, group)["$id"])
        fields = "/definitions/fields/properties/_test/properties"

        refused = client.patch(
            f"{ROOT}/tenant/fieldgroups/{group['meta:altId']}",
            json=[
                {"op": "remove", "path": f"{fields}/width"},
                {"op": "replace", "path": f"{fields}/size/type", "value": "integer"},
            ],
        )
        grown = client.patch(
            f"{ROOT}/tenant/fieldgroups/{group['meta:altId']}",
            json=[{"op": "add", "path": f"{fields}/depth", "value": {"type": "number"}}],
        )

    assert refused.status_code == 400
    assert [
        error["detail"].partition(". ")[2].partition(":")[0] for error in refused.json()["report"]["sub-errors"]
    ] == [
        "_test.size",
        "_test.width",
    ]
    assert grown.status_code == 200


def test_fields_of_one_s_own_are_below_the_tenant_s_name(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        body = {
            "title": "Mine",
            "meta:intendedToExtend": [PROFILE],
            "properties": {"size": {"type": "string"}, "_test": {}},
        }

        refused = client.post(f"{ROOT}/tenant/fieldgroups", json=body)
        data_type = client.post(f"{ROOT}/tenant/datatypes", json=body)

    assert refused.status_code == 400
    assert "below `_test`" in refused.json()["detail"]
    assert "move `size` there" in refused.json()["detail"]
    assert data_type.status_code == 201


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"allOf": [{"$ref": PROFILE}]}, "give it a `title`"),
        ({"title": "A", "allOf": []}, "exactly one class"),
        ({"title": "A", "allOf": [{"$ref": "https://ns.example.com/none"}, {"$ref": PROFILE}]}, "Import it first"),
        ({"title": "A", "allOf": [{"$ref": PROFILE}], "properties": {"_test": {"not": {}}}}, "one plain field"),
        ([], "send a JSON object"),
    ],
)
def test_what_is_no_schema_is_refused_with_the_cure(tmp_path: Path, body: Any, message: str) -> None:
    with an_api(tmp_path) as (client, _):
        answer = client.post(f"{ROOT}/tenant/schemas", json=body)

    assert answer.status_code == 400
    assert message in answer.json()["detail"]


def test_titles_are_unique(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        group = a_group(client, size={"type": "string"})
        schema = a_schema(client, group)

        answer = client.post(f"{ROOT}/tenant/schemas", json={key: schema[key] for key in ("title", "allOf")})

    assert (answer.status_code, "choose another title" in answer.json()["detail"]) == (400, True)


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/tenant/schemas/none", accept("xed"), 404),
        ("GET", "/tenant/tables", {}, 404),
        ("GET", "/other/schemas", {}, 404),
        ("GET", "/global/classes/_xdm.context.profile", accept("xed", version=""), 406),
        ("GET", "/global/classes/_xdm.context.profile", accept("xed", version="; version=7"), 406),
        ("GET", "/tenant/schemas", {"accept": "text/csv"}, 406),
        ("GET", "/tenant/schemas?limit=301", {}, 400),
        ("POST", "/global/schemas", {}, 403),
        ("DELETE", "/global/classes/_xdm.context.profile", {}, 403),
    ],
)
def test_what_cannot_be_answered_has_the_platform_s_shape(
    tmp_path: Path, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    with an_api(tmp_path) as (client, _):
        answer = client.request(method, f"{ROOT}{path}", headers=headers)

    body = answer.json()
    assert (answer.status_code, body["status"]) == (status, status)
    assert body["report"]["detailed-message"] == body["detail"]


def test_a_body_that_is_no_json_or_too_large_is_refused(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        broken = client.post(f"{ROOT}/tenant/schemas", content=b"{")
        large = client.post(f"{ROOT}/tenant/schemas", content=b" " * (2**21 + 1))

    assert (broken.status_code, large.status_code) == (400, 413)


def test_stats_tell_what_there_is(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        schema = a_schema(client, a_group(client, size={"type": "string"}))

        stats = client.get(f"{ROOT}/stats").json()

    assert (stats["imsOrg"], stats["tenantId"]) == (ORG_ID, "test")
    assert stats["counts"] == {"classes": 0, "fieldgroups": 1, "datatypes": 0, "schemas": 1, "unions": 0}
    assert {item["title"] for item in stats["recentlyCreatedResources"]} == {"Shop fields", "Customers"}
    assert stats["classUsage"] == {PROFILE: [{key: schema[key] for key in ("$id", "meta:altId", "version", "title")}]}


def test_a_schema_becomes_one_for_profiles_once_it_says_whose_its_records_are(tmp_path: Path) -> None:
    tag = [{"op": "add", "path": "/meta:immutableTags", "value": ["union"]}]
    with an_api(tmp_path) as (client, _):
        schema = a_schema(client, a_group(client, mail={"type": "string"}))
        address = f"{ROOT}/tenant/schemas/{schema['meta:altId']}"

        too_early = client.patch(address, json=tag)
        described = client.post(
            f"{ROOT}/tenant/descriptors",
            json={
                "@type": "xdm:descriptorIdentity",
                "xdm:sourceSchema": schema["$id"],
                "xdm:sourceVersion": 1,
                "xdm:sourceProperty": "/_test/mail",
                "xdm:namespace": "Email",
                "xdm:property": "xdm:code",
                "xdm:isPrimary": True,
            },
        )
        tagged = client.patch(address, json=tag)
        unions = client.get(f"{ROOT}/tenant/unions", headers=accept("xed-id", version="")).json()
        members = client.get(
            f"{ROOT}/tenant/schemas?property=meta:immutableTags==union&property=meta:class=={PROFILE}"
        ).json()
        union = client.get(
            f"{ROOT}/tenant/unions/{quote(PROFILE + '__union', safe='')}", headers=accept("xed-full")
        ).json()
        raw = client.get(f"{ROOT}/tenant/unions/_xdm.context.profile__union", headers=accept("xed")).json()
        untagged = client.patch(address, json=[{"op": "remove", "path": "/meta:immutableTags"}])

    assert (too_early.status_code, "no primary identity" in too_early.json()["detail"]) == (400, True)
    assert (described.status_code, tagged.status_code) == (201, 200)
    assert [item["$id"] for item in unions["results"]] == [f"{PROFILE}__union"]
    assert [item["title"] for item in members["results"]] == ["Customers"]
    assert {"_test", "identityMap", "segmentMembership", "timeSeriesEvents"} <= set(union["properties"])
    assert raw["allOf"] == [{"$ref": schema["$id"]}]
    assert (untagged.status_code, "stays" in untagged.json()["detail"]) == (400, True)


def test_no_union_is_not_found(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        assert client.get(f"{ROOT}/tenant/unions/_xdm.context.profile__union", headers=accept("xed")).status_code == 404


def test_the_demo_s_schemas_may_grow(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, console):
        demo = load_ready_schema("demo-events")
        console.services.database.write_sync(partial(add_schema, document=demo, now_ms=NOON_MS))
        use(console, demo["$id"])
        address = f"{ROOT}/tenant/schemas/{encoded_id(demo)}"

        grown = client.patch(
            address,
            json=[
                {
                    "op": "add",
                    "path": "/allOf/-",
                    "value": {"$ref": "https://ns.adobe.com/xdm/context/experienceevent-channel"},
                }
            ],
        )
        shrunk = client.patch(address, json=[{"op": "remove", "path": "/allOf/1"}])
        unions = client.get(f"{ROOT}/tenant/unions").json()

    assert (grown.status_code, grown.json().get("version")) == (200, "1.1"), grown.text
    assert "it would be gone" in shrunk.json()["report"]["sub-errors"][0]["detail"]
    assert [item["$id"] for item in unions["results"]] == [f"{EVENT}__union"]
