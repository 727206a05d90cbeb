from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.builders import ORG_ID
from tests.unit.web.api.callers import ROOT, accept, an_api, created

PROFILE = "https://ns.adobe.com/xdm/context/profile"


def a_schema(client: TestClient) -> str:
    schema = created(
        client,
        "schemas",
        title="Customers",
        allOf=[{"$ref": PROFILE}],
        properties={
            "_test": {"type": "object", "properties": {"mail": {"type": "string"}, "age": {"type": "integer"}}}
        },
    )
    identifier: str = schema["$id"]
    return identifier


def an_identity(schema_id: str, **more: Any) -> dict[str, Any]:
    return {
        "@type": "xdm:descriptorIdentity",
        "xdm:sourceSchema": schema_id,
        "xdm:sourceVersion": 1,
        "xdm:sourceProperty": "/_test/mail",
        "xdm:namespace": "Email",
        "xdm:property": "xdm:code",
        "xdm:isPrimary": False,
        **more,
    }


def test_a_descriptor_is_created_looked_up_replaced_and_deleted(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        sent = an_identity(a_schema(client))

        made = client.post(f"{ROOT}/tenant/descriptors", json=sent)
        address = f"{ROOT}/tenant/descriptors/{made.json()['@id']}"
        found = client.get(address)
        replaced = client.put(address, json={**sent, "xdm:namespace": "CRM"})
        changed = client.get(address).json()
        deleted = client.delete(address)
        gone = client.get(address)

    assert (made.status_code, found.json()) == (201, made.json())
    assert made.json() == {
        **sent,
        "@id": made.json()["@id"],
        "imsOrg": ORG_ID,
        "meta:containerId": "tenant",
        "version": "1",
    }
    assert (replaced.status_code, replaced.json()) == (201, {"@id": made.json()["@id"]})
    assert changed["xdm:namespace"] == "CRM"
    assert (deleted.status_code, gone.status_code) == (204, 404)


def test_lists_are_by_type_in_three_forms_or_in_pages(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        one = created(client, "descriptors", **an_identity(a_schema(client)))

        def listed(form: str) -> Any:
            headers = accept(form, version="") if form else {}
            return client.get(f"{ROOT}/tenant/descriptors", headers=headers).json()

        assert listed("xdm-id") == {"xdm:descriptorIdentity": [one["@id"]]}
        assert listed("xdm-link") == {"xdm:descriptorIdentity": [f"/tenant/descriptors/{one['@id']}"]}
        assert listed("xdm") == {"xdm:descriptorIdentity": [one]}
        assert listed("") == {"xdm:descriptorIdentity": [one]}
        assert listed("xdm-v2")["results"] == [one]


def test_paths_may_be_written_as_in_xdm_s_documents(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        one = created(client, "descriptors", **an_identity(a_schema(client), **{"xdm:sourceProperty": "/xdm:personID"}))

    assert one["xdm:sourceProperty"] == "/personID"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"@type": "xdm:descriptorOther"}, "make it one of"),
        ({"xdm:sourceSchema": "https://ns.example.com/none"}, "there is no schema"),
        ({"xdm:sourceProperty": "/_test/none"}, "no field `none`"),
        ({"xdm:sourceProperty": "/properties/_test/properties/mail"}, "leave `properties` out"),
        ({"xdm:sourceProperty": "/_test/age"}, "only a field that holds text"),
        ({"xdm:namespace": ""}, "give the identity its namespace"),
    ],
)
def test_a_descriptor_that_cannot_be_is_refused_with_the_cure(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with an_api(tmp_path) as (client, _):
        answer = client.post(f"{ROOT}/tenant/descriptors", json=an_identity(a_schema(client), **changes))

    assert answer.status_code == 400
    assert message in answer.json()["detail"]


def test_a_primary_identity_makes_its_field_required_in_the_described_form(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        schema_id = a_schema(client)
        created(client, "descriptors", **an_identity(schema_id, **{"xdm:isPrimary": True}))

        name = schema_id.removeprefix("https://ns.adobe.com/").replace("/", ".")
        full = client.get(f"{ROOT}/tenant/schemas/_{name}", headers=accept("xed-full-desc")).json()

    assert full["required"] == ["_test"]
    assert [one["xdm:sourceProperty"] for one in full["meta:descriptors"]] == ["/_test/mail"]


def test_something_that_is_no_object_is_no_descriptor(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        assert client.post(f"{ROOT}/tenant/descriptors", json=[]).status_code == 400
