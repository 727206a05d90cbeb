"""The platform's tutorial, as its documentation has it: schema, identity, dataset, connection, data, profile.

Requests are those that it prints, but for names; of each answer the documented shape is demanded.
"""

import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from e2e.server import Heliograph

ORG_ID = "DEMO@AdobeOrg"
ANN, VISITOR, CHANGING = "janedoe@example.com", "visitor@example.com", "changing@example.com"
FULL = "application/vnd.adobe.xed-full+json;version=1"
HTTP = {"id": "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb", "version": "1.0"}
LAKE = {"id": "c604ff05-7f1a-43c0-8e18-33bf874cb11c", "version": "1.0"}
PLAIN = {"id": "d8a6f005-7eaf-4153-983e-e8574508b877", "version": "1.0"}
ON = ["enabled:true"]

# A collector follows the control plane within a second or two, as the documentation says of a new connection.
_WORKS_WITHIN_SECONDS = 10.0


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any


@dataclass(frozen=True)
class Platform:
    """A client of the platform's, with the headers that its documentation sends."""

    server: Heliograph
    token: str

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        given = {
            "authorization": f"Bearer {self.token}",
            "x-api-key": "any",
            "x-gw-ims-org-id": ORG_ID,
            "x-sandbox-name": "prod",
            "content-type": "application/json",
        }
        return _send(method, f"{self.server.base_url}/data/{path}", body, given | headers)

    def made(self, path: str, body: Mapping[str, Any]) -> Any:
        answer = self.call("POST", path, body)
        assert answer.status == 201, answer
        return answer.body

    def entities(self, **query: str) -> Answer:
        names = {"schema": "schema.name", "related": "relatedSchema.name"}
        asked = {names.get(name, name): value for name, value in query.items()}
        return self.call("GET", f"core/ups/access/entities?{urllib.parse.urlencode(asked)}")


def _send(method: str, url: str, body: object, headers: Mapping[str, str]) -> Answer:
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=content, headers=dict(headers), method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return Answer(answer.status, json.loads(answer.read()))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, json.loads(error.read()))


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A demo of these tests' own: they add to it."""
    server = Heliograph(tmp_path_factory.mktemp("tutorial")).start()
    yield Platform(server, server.run("api-token", "create", "admin").stdout.strip().splitlines()[-1])
    server.stop_if_running()


def _schema(
    platform: Platform,
    title: str,
    *parts: str,
    more: Sequence[str] = (),
    identity: str = "/personalEmail/address",
    namespace: str = "Email",
) -> str:
    """Steps 1 and 2: compose a schema that is for profiles, and name its primary identity."""
    schema = platform.made(
        "foundation/schemaregistry/tenant/schemas",
        {
            "type": "object",
            "title": title,
            "description": "Made by the tutorial.",
            "allOf": [
                {"$ref": name} for name in (*(f"https://ns.adobe.com/xdm/context/{part}" for part in parts), *more)
            ],
        },
    )
    assert re.fullmatch(r"https://ns\.[a-z.]+/[a-z0-9]+/schemas/[0-9a-f]+", schema["$id"])
    assert schema["meta:altId"].startswith("_")
    assert (schema["meta:resourceType"], schema["version"], schema["imsOrg"]) == ("schemas", "1.0", ORG_ID)
    descriptor = platform.made(
        "foundation/schemaregistry/tenant/descriptors",
        {
            "@type": "xdm:descriptorIdentity",
            "xdm:sourceProperty": identity,
            "xdm:property": "xdm:code",
            "xdm:isPrimary": True,
            "xdm:namespace": namespace,
            "xdm:sourceSchema": schema["$id"],
            "xdm:sourceVersion": 1,
        },
    )
    assert descriptor["@id"]
    assert (descriptor["xdm:isPrimary"], descriptor["xdm:sourceSchema"]) == (True, schema["$id"])
    union = [{"op": "add", "path": "/meta:immutableTags", "value": ["union"]}]
    patched = platform.call("PATCH", f"foundation/schemaregistry/tenant/schemas/{schema['meta:altId']}", union)
    assert patched.status == 200, patched
    assert patched.body["meta:immutableTags"] == ["union"]
    return str(schema["$id"])


def _dataset(platform: Platform, name: str, schema_id: str) -> str:
    """Step 3: a dataset for it, enabled for Profile and Identity."""
    [path] = platform.made(
        "foundation/catalog/dataSets",
        {
            "name": name,
            "description": "Made by the tutorial.",
            "schemaRef": {"id": schema_id, "contentType": FULL},
            "tags": {"unifiedIdentity": ON, "unifiedProfile": ON},
        },
    )
    found = re.fullmatch(r"@/dataSets/([0-9a-f]{24})", path)
    assert found is not None
    return found[1]


def _connection(platform: Platform, name: str, dataset_id: str, schema_id: str) -> str:
    """Step 4: a streaming connection with its dataflow; the address of its inlet."""
    base = platform.made(
        "foundation/flowservice/connections",
        {
            "name": name,
            "providerId": "521eee4d-8cbe-4906-bb48-fb6bd4450033",
            "description": "Made by the tutorial.",
            "connectionSpec": HTTP,
            "auth": {
                "specName": "Streaming Connection",
                "params": {"sourceId": name, "dataType": "xdm", "name": name},
            },
        },
    )
    assert set(base) == {"id", "etag"}
    source = platform.made(
        "foundation/flowservice/sourceConnections",
        {"name": f"{name}-in", "baseConnectionId": base["id"], "connectionSpec": HTTP},
    )
    target = platform.made(
        "foundation/flowservice/targetConnections",
        {
            "name": f"{name}-out",
            "data": {"schema": {"id": schema_id, "version": "application/vnd.adobe.xed-full+json;version=1.0"}},
            "params": {"dataSetId": dataset_id},
            "connectionSpec": LAKE,
        },
    )
    platform.made(
        "foundation/flowservice/flows",
        {
            "name": f"{name}-flow",
            "flowSpec": PLAIN,
            "sourceConnectionIds": [source["id"]],
            "targetConnectionIds": [target["id"]],
        },
    )
    told = platform.call("GET", f"foundation/flowservice/connections/{base['id']}")
    [item] = told.body["items"]
    params = item["auth"]["params"]
    assert re.fullmatch(r"[0-9a-f]{64}", params["inletId"])
    assert params["inletUrl"].endswith(f"/collection/{params['inletId']}")
    return str(params["inletUrl"])


def _message(schema_id: str, dataset_id: str, entity: Mapping[str, Any], **header: Any) -> dict[str, Any]:
    reference = {"id": schema_id, "contentType": FULL}
    return {
        "header": {
            "schemaRef": reference,
            "imsOrgId": ORG_ID,
            "datasetId": dataset_id,
            "createdAt": 1604995680000,
            "source": {"name": "GettingStarted"},
            **header,
        },
        "body": {"xdmMeta": {"schemaRef": reference}, "xdmEntity": dict(entity)},
    }


def _sent(inlet_url: str, message: Mapping[str, Any]) -> Answer:
    """Step 5. Waits until the collectors know the connection, its dataset and its schema."""
    url, give_up = f"{inlet_url}?syncValidation=true", time.monotonic() + _WORKS_WITHIN_SECONDS
    while True:
        answer = _send("POST", url, message, {"content-type": "application/json"})
        is_final = answer.status == 200 or "Message is invalid" in answer.body["report"]["message"]
        if is_final or time.monotonic() > give_up:
            return answer
        time.sleep(0.25)


def test_record_and_time_series_data_become_one_profile(platform: Platform) -> None:
    people = _schema(platform, "Tutorial people", "profile", "profile-person-details", "profile-personal-details")
    people_set = _dataset(platform, "tutorial-people", people)
    people_inlet = _connection(platform, "tutorial-people", people_set, people)
    record = {
        "person": {
            "name": {"firstName": "Jane", "middleName": "F", "lastName": "Doe"},
            "birthDate": "1969-03-14",
            "gender": "female",
        },
        "personalEmail": {"address": ANN},
    }

    stored = _sent(people_inlet, _message(people, people_set, record))

    assert stored.status == 200, stored
    assert stored.body["inletId"] == people_inlet.rpartition("/")[2]
    assert re.fullmatch(r"\d+:\d+:\d+.*", stored.body["xactionId"])
    assert abs(stored.body["receivedTimeMs"] / 1000 - time.time()) < 60
    assert stored.body["syncValidation"] == {"status": "pass"}

    # Step 6: the newly ingested record, as the tutorial reads it back.
    platform.server.run("wait", "--timeout", "30")
    answer = platform.entities(schema="_xdm.context.profile", entityId=ANN, entityIdNS="email")
    assert answer.status == 200, answer
    [(xid, profile)] = answer.body.items()
    assert profile["entityId"] == xid
    assert profile["mergePolicy"]["id"]
    assert profile["sources"] == [people_set]
    assert profile["tags"] == [stored.body["xactionId"]]
    assert profile["identityGraph"] == [xid]
    assert profile["entity"]["person"] == record["person"]
    assert profile["entity"]["identityMap"] == {"Email": [{"id": ANN}]}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", profile["lastModifiedAt"])
    by_xid = platform.entities(schema="_xdm.context.profile", entityId=xid)
    assert by_xid.body == answer.body


def test_time_series_data_of_the_same_person_is_in_the_profile_too(platform: Platform) -> None:
    group = platform.made(
        "foundation/schemaregistry/tenant/fieldgroups",
        {
            "type": "object",
            "title": "Tutorial sign-in",
            "meta:intendedToExtend": ["https://ns.adobe.com/xdm/context/experienceevent"],
            "definitions": {
                "signIn": {
                    "properties": {"_demo": {"type": "object", "properties": {"email": {"type": "string"}}}},
                },
            },
            "allOf": [{"$ref": "#/definitions/signIn"}],
        },
    )
    parts = ("experienceevent", "experienceevent-environment-details", "experienceevent-commerce")
    visits = _schema(
        platform, "Tutorial visits", *parts, more=(group["$id"],), identity="/_demo/email", namespace="Email"
    )
    visits_set = _dataset(platform, "tutorial-visits", visits)
    inlet = _connection(platform, "tutorial-visits", visits_set, visits)
    started = {
        "_id": "9af5adcc-db9c-4692-b826-65d3abe68c22",
        "timestamp": "2019-02-23T22:07:01Z",
        "environment": {
            "browserDetails": {
                "userAgent": "Mozilla/5.0 (Windows NT 5.1)",
                "acceptLanguage": "en-US",
                "cookiesEnabled": True,
            },
            "colorDepth": 32,
            "viewportHeight": 799,
            "viewportWidth": 414,
        },
        "commerce": {"checkouts": {"value": 1}},
        "productListItems": [{"SKU": "CC", "name": "Shirts", "quantity": 2, "priceTotal": 10.5}],
        "_demo": {"email": VISITOR},
    }
    bought = {**started, "_id": "5b9c1a1e-0b5b-4f0e-8a6e-7a1f6c1f2d11", "timestamp": "2019-02-23T22:09:01Z"}
    bought["commerce"] = {"purchases": {"value": 1}, "order": {"priceTotal": 10.5, "currencyCode": "USD"}}

    answers = [_sent(inlet, _message(visits, visits_set, entity)) for entity in (started, bought)]
    again = _sent(inlet, _message(visits, visits_set, bought))

    assert [answer.status for answer in (*answers, again)] == [200, 200, 200], answers
    platform.server.run("wait", "--timeout", "30")
    asked = {
        "schema": "_xdm.context.experienceevent",
        "related": "_xdm.context.profile",
        "relatedEntityId": VISITOR,
        "relatedEntityIdNS": "email",
    }
    answer = platform.entities(**asked)
    assert answer.status == 200, answer
    assert answer.body["_page"] == {"orderby": "timestamp", "start": started["_id"], "count": 2, "next": ""}
    assert answer.body["_links"] == {"next": {"href": ""}}
    first, second = answer.body["children"]
    assert set(first) == {"relatedEntityId", "entityId", "timestamp", "entity", "lastModifiedAt"}
    assert (first["entityId"], first["timestamp"]) == (started["_id"], 1550959621000)
    assert first["entity"]["productListItems"] == started["productListItems"]
    assert first["entity"]["_demo"] == {"email": VISITOR}
    assert second["entity"]["commerce"] == bought["commerce"]

    page = platform.entities(**asked, limit="1", orderby="-timestamp", fields="commerce.order.priceTotal")
    assert [child["entity"] for child in page.body["children"]] == [{"commerce": {"order": {"priceTotal": 10.5}}}]
    following = platform.call("GET", page.body["_links"]["next"]["href"].removeprefix("/data/"))
    assert [child["entityId"] for child in following.body["children"]] == [started["_id"]]


def test_partial_updates_change_the_profile_and_not_the_lake(platform: Platform) -> None:
    people = _schema(platform, "Tutorial upserts", "profile", "profile-person-details", "profile-personal-details")
    people_set = _dataset(platform, "tutorial-upserts", people)
    inlet = _connection(platform, "tutorial-upserts", people_set, people)
    whole = {"person": {"name": {"firstName": "Ann", "lastName": "Doe"}}, "personalEmail": {"address": CHANGING}}
    change = {"person": {"name": {"lastName": "Smith"}}, "personalEmail": {"address": CHANGING}}

    stored = _sent(inlet, _message(people, people_set, whole))
    merged = _sent(inlet, _message(people, people_set, change, operations={"data": "merge"}))

    assert (stored.status, merged.status) == (200, 200), (stored, merged)
    platform.server.run("wait", "--timeout", "30")
    asked = {"schema": "_xdm.context.profile", "entityId": CHANGING, "entityIdNS": "Email"}
    [profile] = platform.entities(**asked, fields="person").body.values()
    assert profile["entity"] == {"person": {"name": {"firstName": "Ann", "lastName": "Smith"}}}
    assert len(platform.server.events("tutorial-upserts")) == 1

    removed = _sent(inlet, _message(people, people_set, change, operations={"data": "delete"}))

    assert removed.status == 200
    platform.server.run("wait", "--timeout", "30")
    [profile] = platform.entities(**asked).body.values()
    assert (profile["sources"], profile["entity"]) == ([""], {"identityMap": {"Email": [{"id": CHANGING}]}})
    shown = json.loads(
        platform.server.run("profile", "show", "--namespace", "Email", "--id", CHANGING, "--json").stdout
    )
    assert shown["record"] == {}


def test_nobody_is_404_and_an_empty_entity_among_several(platform: Platform) -> None:
    nobody = {"entityId": "nobody@example.com", "entityIdNS": {"code": "Email"}}

    alone = platform.entities(schema="_xdm.context.profile", entityId="nobody@example.com", entityIdNS="Email")
    among = platform.call(
        "POST", "core/ups/access/entities", {"schema": {"name": "_xdm.context.profile"}, "identities": [nobody]}
    )

    assert (alone.status, alone.body["statusCode"]) == (404, "404")
    [entity] = among.body.values()
    assert (among.status, entity["entity"], entity["requestedIdentity"]) == (200, {}, nobody)
    assert (entity["sources"], entity["lastModifiedAt"]) == ([""], "1970-01-01T00:00:00Z")
