"""The profile API: what is read, and what is refused."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from server.model.outcome import Offset
from server.profile.store import SqliteProfileStore
from server.store.erasures import due_erasures
from server.store.users import Role
from server.web.api.entities import MERGE_POLICY_ID
from server.web.api.xid import xid_of
from tests.builders import NOON_MS
from tests.unit.profile.builders import a_record, a_step, an_identity
from tests.unit.web.api.callers import an_api

ENTITIES = "/data/core/ups/access/entities"
POLICIES = "/data/core/ups/config/mergePolicies"
PROFILE = {"schema.name": "_xdm.context.profile"}
EVENTS = {"schema.name": "_xdm.context.experienceevent", "relatedSchema.name": "_xdm.context.profile"}


def with_ada(directory: Path) -> None:
    async def apply() -> None:
        store = SqliteProfileStore(directory / "profiles.db")
        await store.open()
        record = Offset(0), a_record("Email:ada@example.com", "CustomerId:7", xdm={"personID": "7"})
        await store.apply([record, *(a_step(number, "CustomerId:7") for number in range(1, 4))])
        await store.close()

    asyncio.run(apply())


def told(client: TestClient, **query: str) -> Any:
    answer = client.get(ENTITIES, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("namespace", ["Email", "email", "EMAIL"])
def test_a_profile_is_found_by_an_identity_whatever_the_case_of_its_namespace(tmp_path: Path, namespace: str) -> None:
    with_ada(tmp_path)
    with an_api(tmp_path) as (client, _):
        [profile] = told(client, **PROFILE, entityId="ada@example.com", entityIdNS=namespace).values()

    assert profile["entity"]["personID"] == "7"


def test_case_counts_where_two_namespaces_differ_by_nothing_else(tmp_path: Path) -> None:
    async def apply() -> None:
        store = SqliteProfileStore(tmp_path / "profiles.db")
        await store.apply([a_step(0, "crm:7"), a_step(1, "CRM:7")])
        await store.close()

    asyncio.run(apply())
    with an_api(tmp_path) as (client, _):
        [profile] = told(client, **PROFILE, entityId="7", entityIdNS="crm").values()
        neither = client.get(ENTITIES, params=PROFILE | {"entityId": "7", "entityIdNS": "Crm"})

    assert profile["entity"]["identityMap"] == {"crm": [{"id": "7"}]}
    assert neither.status_code == 404


def test_events_come_a_page_at_a_time_in_either_order(tmp_path: Path) -> None:
    with_ada(tmp_path)
    with an_api(tmp_path) as (client, _):
        asked = EVENTS | {"relatedEntityId": "7", "relatedEntityIdNS": "CustomerId", "limit": "2"}
        first = told(client, **asked)
        second = client.get(first["_links"]["next"]["href"]).json()
        newest = told(client, **asked, orderby="-timestamp")
        some = told(client, **asked, startTime=str(NOON_MS + 2000), endTime=str(NOON_MS + 3000))
        none = told(client, **asked, property="eventType=other")

    def ids(page: Any) -> list[str]:
        return [child["entityId"] for child in page["children"]]

    assert (ids(first), ids(second), ids(newest), ids(some)) == (["e-1", "e-2"], ["e-3"], ["e-3", "e-2"], ["e-2"])
    assert second["_links"]["next"]["href"] == ""
    assert (ids(none), none["_page"]["next"] != "") == ([], True)


def test_several_are_asked_for_at_once(tmp_path: Path) -> None:
    with_ada(tmp_path)
    named: list[dict[str, Any]] = [
        {"entityId": "7", "entityIdNS": {"code": "CustomerId"}},
        {"entityId": xid_of(an_identity("Email:nobody@example.com"))},
    ]
    with an_api(tmp_path) as (client, _):
        people = client.post(ENTITIES, json={"schema": {"name": PROFILE["schema.name"]}, "identities": named}).json()
        body = {"schema": {"name": EVENTS["schema.name"]}, "identities": named[:1], "limit": 1, "fields": ["_id"]}
        events = client.post(ENTITIES, json=body).json()

    ada, nobody = people[xid_of(an_identity("CustomerId:7"))], people[named[1]["entityId"]]
    assert (ada["entity"]["personID"], nobody["entity"]) == ("7", {})
    [page] = events.values()
    assert [child["entity"] for child in page["children"]] == [{"_id": "e-1"}]
    assert page["_links"]["next"]["href"] == ""


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"schema.name": "_xdm.context.account"},
        PROFILE,
        PROFILE | {"entityId": "no-xid"},
        PROFILE | {"entityId": "7", "entityIdNS": "CustomerId", "mergePolicyId": "other"},
        PROFILE | {"entityId": "7", "entityIdNS": "CustomerId", "limit": "0"},
        PROFILE | {"entityId": "7", "entityIdNS": "CustomerId", "startTime": "noon"},
        PROFILE | {"entityId": "7", "entityIdNS": "CustomerId", "orderby": "eventType"},
        PROFILE | {"entityId": "7", "entityIdNS": "CustomerId", "property": "eventType"},
        PROFILE | {"entityId": "7", "entityIdNS": "CustomerId", "fields": ",".join(f"a{n}" for n in range(101))},
        EVENTS | {"entityId": "7", "entityIdNS": "CustomerId"},
    ],
)
def test_what_cannot_be_answered_is_refused_in_the_api_s_shape(tmp_path: Path, query: dict[str, str]) -> None:
    with an_api(tmp_path) as (client, _):
        answer = client.get(ENTITIES, params=query)

    assert answer.status_code == 400
    assert answer.json()["statusCode"] == "400"
    assert answer.json()["message"].startswith("UPS-400: ")


@pytest.mark.parametrize(
    "body", [{"identities": "all"}, {"identities": []}, {"identities": [{"entityId": "7"}] * 101}, []]
)
def test_a_body_that_asks_for_nobody_is_refused(tmp_path: Path, body: Any) -> None:
    if isinstance(body, dict):
        body["schema"] = {"name": PROFILE["schema.name"]}
    with an_api(tmp_path) as (client, _):
        answer = client.post(ENTITIES, json=body)

    assert answer.status_code == 400


def test_more_than_three_filters_are_refused(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        query = PROFILE | {"entityId": "7", "entityIdNS": "C"}
        answer = client.get(ENTITIES, params={**query, "property": ["a=1"] * 4})

    assert answer.status_code == 400


def test_before_the_first_start_nobody_is_known(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        answer = client.get(ENTITIES, params=PROFILE | {"entityId": "7", "entityIdNS": "CustomerId"})

    assert (answer.status_code, answer.json()["statusCode"]) == (404, "404")


def test_a_store_that_cannot_be_read_is_503(tmp_path: Path) -> None:
    (tmp_path / "profiles.db").write_bytes(b"no database at all, but long enough to be taken for one" * 20)
    with an_api(tmp_path) as (client, _):
        answer = client.get(ENTITIES, params=PROFILE | {"entityId": "7", "entityIdNS": "CustomerId"})

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


def test_who_may_not_see_personal_data_may_not_read_profiles(tmp_path: Path) -> None:
    with an_api(tmp_path, role=Role.VIEWER) as (client, _):
        answer = client.get(ENTITIES, params=PROFILE | {"entityId": "7", "entityIdNS": "CustomerId"})

    assert answer.status_code == 403


def test_there_is_one_merge_policy(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        listed, one, other = (client.get(f"{POLICIES}{path}") for path in ("", f"/{MERGE_POLICY_ID}", "/x"))

    assert listed.json()["_page"]["totalCount"] == 1
    assert listed.json()["children"] == [one.json()]
    assert (one.json()["attributeMerge"], one.json()["default"]) == ({"type": "timestampOrdered"}, True)
    assert other.status_code == 404


def test_a_person_is_deleted_after_the_answer_by_whoever_owns_the_stores(tmp_path: Path) -> None:
    with_ada(tmp_path)
    query = {**PROFILE, "entityId": "ada@example.com", "entityIdNS": "email"}
    with an_api(tmp_path, role=Role.ADMIN) as (client, console):
        accepted = client.delete(ENTITIES, params=query)
        refused = client.delete(ENTITIES, params=query | {"schema.name": EVENTS["schema.name"]})
        [erasure] = console.services.database.read_sync(due_erasures)

    assert (accepted.status_code, refused.status_code) == (202, 400)
    assert (erasure.namespace, erasure.identity, erasure.requested_by) == ("Email", "ada@example.com", "robot")


def test_only_an_administrator_s_program_may_delete_a_person(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        answer = client.delete(ENTITIES, params=PROFILE | {"entityId": "7", "entityIdNS": "CustomerId"})

    assert answer.status_code == 403
