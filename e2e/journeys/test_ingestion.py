"""Streaming ingestion against the real server, by a client that knows HTTP and nothing else."""

import gzip
import json
import os
import signal
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Mapping
from email.message import Message
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from sqlalchemy import Connection

from e2e.server import Heliograph
from server.model.dataset import DatasetId
from server.model.inlet import Flow, FlowId, Inlet, InletId
from server.model.mapping import MappingLine, MappingSet
from server.store.database import Database
from server.store.inlets import add_inlet
from server.store.mapping_sets import add_mapping_set

NewServer = Callable[..., Heliograph]

_REVOKED_WITHIN_SECONDS = 10.0


class Sender:
    """Whoever has a connection's address. ``post`` gives status, body and headers."""

    def __init__(self, server: Heliograph, name: str = "demo-stream") -> None:
        info = json.loads(server.run("info", "--json").stdout)
        [self.inlet] = [inlet for inlet in info["inlets"] if inlet["name"] == name]
        self.org_id = info["orgId"]
        self.datasets = {dataset["name"]: dataset for dataset in info["datasets"]}

    def message(self, dataset: str, entity: Mapping[str, Any], **header: Any) -> dict[str, Any]:
        target = self.datasets[dataset]
        reference = {"id": target["schemaId"], "contentType": "application/vnd.adobe.xed-full+json;version=1"}
        head = {"schemaRef": reference, "imsOrgId": self.org_id, "datasetId": target["id"], "source": {"name": "e2e"}}
        return {"header": head | header, "body": {"xdmMeta": {"schemaRef": reference}, "xdmEntity": entity}}

    def post(
        self, body: object, *, batch: bool = False, query: str = "", headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any, Mapping[str, str]]:
        url = self.inlet["url"].replace("/collection/", "/collection/batch/") if batch else self.inlet["url"]
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"content-type": "application/json"} | dict(headers or {})
        request = urllib.request.Request(f"{url}{query}", data=content, headers=sent)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.loads(answer.read()), _headers(answer.headers)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read()), _headers(error.headers)


def an_event(identifier: str, **fields: Any) -> dict[str, Any]:
    return {
        "_id": identifier,
        "timestamp": "2026-01-01T12:00:00.000Z",
        "eventType": "commerce.purchases",
        "identityMap": {"CustomerId": [{"id": f"customer-{identifier}", "primary": True}]},
    } | fields


def test_a_batch_is_in_the_lake_as_it_was_sent_and_bad_ones_are_told_apart(new_server: NewServer) -> None:
    server = new_server().start()
    sender = Sender(server)
    events = [an_event(f"e-{number}", commerce={"order": {"priceTotal": 12.5}}) for number in range(50)]
    messages = [sender.message("demo-events", event) for event in events]
    messages.insert(7, {"header": messages[0]["header"]})
    packed = gzip.compress(json.dumps({"messages": messages}).encode())

    status, answer, _ = sender.post(packed, batch=True, headers={"content-encoding": "gzip"})

    assert status == 207
    assert [index for index, item in enumerate(answer["responses"]) if "status" in item] == [7]
    stored = {event["_id"]: event for event in server.events()}
    assert set(stored) == {event["_id"] for event in events}
    for event in events:
        assert event.items() <= stored[event["_id"]].items()
    info = json.loads(server.run("info", "--json").stdout)
    assert info["events"] == {"received": 50, "processed": 50, "failed": 0, "waiting": 0}


def test_what_was_acknowledged_survives_kill_9_of_everything(new_server: NewServer) -> None:
    server = new_server().start()
    sender = Sender(server)
    acknowledged = []
    for batch in range(20):
        names = [f"e-{batch}-{number}" for number in range(10)]
        status, answer, _ = sender.post(
            {"messages": [sender.message("demo-events", an_event(name)) for name in names]}, batch=True
        )
        assert status == 207
        acknowledged += [name for name, item in zip(names, answer["responses"], strict=True) if "status" not in item]
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text(encoding="ascii").split()
    for child in children:
        os.kill(int(child), signal.SIGKILL)
    server.kill()

    server.start()

    assert sorted(event["_id"] for event in server.events()) == sorted(acknowledged)
    assert len(acknowledged) == 200


def test_a_record_is_in_its_dataset_and_in_the_profile(new_server: NewServer) -> None:
    server = new_server().start()
    sender = Sender(server)
    identities = {"CustomerId": [{"id": "ada", "primary": True}], "Email": [{"id": "ada@shop.example"}]}
    record = {"identityMap": identities, "person": {"name": {"firstName": "Ada", "lastName": "Lovelace"}}}

    status, _, _ = sender.post(sender.message("demo-profiles", record))
    server.run("wait", "--timeout", "30")
    profile = json.loads(
        server.run("profile", "show", "--namespace", "Email", "--id", "ada@shop.example", "--json").stdout
    )

    assert status == 200
    assert "ada" in json.dumps(profile)
    [stored] = server.events("demo-profiles")
    assert stored["person"] == record["person"]


def test_what_is_found_wrong_later_is_a_failed_event_and_a_retry_is_one_event(new_server: NewServer) -> None:
    server = new_server().start()
    sender = Sender(server)
    good = sender.message("demo-events", an_event("same"))
    mismatched = sender.message("demo-events", an_event("x"), datasetId=sender.datasets["demo-profiles"]["id"])

    answers = [sender.post(message)[0] for message in (good, good, mismatched, sender.message("demo-events", {"a": 1}))]

    assert answers == [200] * 4
    assert [event["_id"] for event in server.events()] == ["same"]
    info = json.loads(server.run("info", "--json").stdout)
    assert info["events"] == {"received": 4, "processed": 2, "failed": 2, "waiting": 0}


def test_synchronous_validation_says_what_the_core_would_find_and_drops_the_message(new_server: NewServer) -> None:
    server = new_server(environ={"HELIOGRAPH_SYNC_VALIDATIONS_PER_MINUTE": "2"}).start()
    sender = Sender(server)
    query = "?syncValidation=true"

    passed = sender.post(sender.message("demo-events", an_event("good")), query=query)
    wrong = sender.post(sender.message("demo-events", an_event("bad", nick="x", _id=12_345_678_901)), query=query)
    third = sender.post(sender.message("demo-events", an_event("third")), query=query)

    assert (passed[0], passed[1]["syncValidation"]) == (200, {"status": "pass"})
    [root] = wrong[1]["report"]["cause"]["_streamingValidation"]
    assert (wrong[0], root["message"]) == (400, "2 schema violations found")
    assert third[0] == 429
    assert 1 <= int(third[2]["retry-after"]) <= 60
    assert [event["_id"] for event in server.events()] == ["good"]


def test_a_token_opens_an_authenticated_connection_until_it_is_revoked(new_server: NewServer) -> None:
    server = new_server().start()
    sender = Sender(server, "demo-stream-authenticated")
    message = sender.message("demo-events", an_event("secret"))

    refused = sender.post(message)
    token = server.run("inlet-token", "create", "etl", "--inlet", "demo-stream-authenticated").stdout.strip()
    other = server.run("inlet-token", "create", "other", "--inlet", "demo-stream").stdout.strip()
    bearer = {"authorization": f"Bearer {token}"}
    _until(lambda: sender.post(message, headers=bearer)[0] == 200)
    _until(lambda: sender.post(message, headers={"authorization": f"Bearer {other}"})[0] == 403)
    listed = server.run("inlet-token", "list").stdout
    identifier = listed.splitlines()[0].split("\t")[0]
    server.run("inlet-token", "revoke", identifier)
    _until(lambda: sender.post(message, headers=bearer)[0] == 401)

    assert (refused[0], refused[1]["status"]) == (401, "401")
    assert refused[1]["report"]["message"] == "[id] Ims service token is empty"
    assert token not in listed
    assert server.run("inlet-token", "list").stdout.split("\t")[1] == "revoked"
    assert server.run("inlet-token", "revoke", identifier, check=False).returncode == 1


def test_a_trusted_issuers_token_opens_it_as_well(new_server: NewServer, tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    public = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [public | {"kid": "now"}]}), encoding="utf-8")
    named = {"TOKEN_ISSUER": "https://issuer.example", "TOKEN_AUDIENCE": "streams"}
    settings = named | {"TOKEN_ISSUER_KEYS": str(tmp_path / "keys.json")}
    server = new_server(environ={f"HELIOGRAPH_{name}": value for name, value in settings.items()}).start()
    sender = Sender(server, "demo-stream-authenticated")
    message = sender.message("demo-events", an_event("by-issuer"))
    claims = {"iss": "https://issuer.example", "aud": "streams", "exp": int(time.time()) + 600}

    def post(audience: str) -> int:
        token = jwt.encode(claims | {"aud": audience}, key, "ES256", {"kid": "now"})
        return sender.post(message, headers={"authorization": f"Bearer {token}"})[0]

    _until(lambda: post("streams") == 200)

    assert post("somebody-else") == 401


def test_raw_data_is_in_the_lake_as_its_mapping_set_says(new_server: NewServer) -> None:
    server = new_server().start()
    info = json.loads(server.run("info", "--json").stdout)
    [events] = [dataset for dataset in info["datasets"] if dataset["name"] == "demo-events"]
    _add_raw_connection(server, DatasetId(events["id"]), events["schemaId"])
    sender = Sender(server, "orders")
    query = f"?x-adobe-flow-id={sender.inlet['flows'][0]['id']}"

    _until(lambda: sender.post({"id": "o-1", "at": "31.01.2026", "sum": "12.5"}, query=query)[0] == 200)
    sender.post({"id": "o-2", "at": "2026-01-31", "sum": "much"}, query=query)
    sender.post({"id": "o-3", "at": "soon"}, query=query)

    stored = {event["_id"]: event for event in server.events()}
    assert {name: event.get("commerce") for name, event in stored.items()} == {
        "o-1": {"order": {"priceTotal": 12.5}},
        "o-2": None,
    }
    assert stored["o-1"]["timestamp"].startswith("2026-01-31T00:00:00")
    assert json.loads(server.run("info", "--json").stdout)["events"]["failed"] == 1


def _add_raw_connection(server: Heliograph, dataset_id: DatasetId, schema_id: str) -> None:
    """As its API will, once there is one."""
    lines = (
        MappingLine(source="id", destination="_id"),
        MappingLine(source="at", destination="timestamp"),
        MappingLine(source="sum", destination="commerce.order.priceTotal"),
    )
    mapping_set = MappingSet(id="0a" * 16, name="orders", schema_id=schema_id, lines=lines)
    flow = Flow(id=FlowId(str(uuid.uuid4())), name="orders", dataset_id=dataset_id, mapping_set_id=mapping_set.id)
    inlet = Inlet(
        id=InletId("ab" * 32), connection_id="c", name="orders", source_id="shop", data_type="raw", flows=(flow,)
    )

    def work(connection: Connection) -> None:
        add_mapping_set(connection, mapping_set, now_ms=0)
        add_inlet(connection, inlet, now_ms=0)

    database = Database(f"sqlite:///{server.data_dir / 'control.db'}")
    try:
        database.write_sync(work)
    finally:
        database.close()


def test_messages_are_counted_for_prometheus(new_server: NewServer) -> None:
    server = new_server().start()
    sender = Sender(server)
    sender.post({"messages": [sender.message("demo-events", an_event("a")), {}]}, batch=True)

    with urllib.request.urlopen(f"{server.base_url}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()

    taken = [line for line in lines if line.startswith("heliograph_messages_taken_total")]
    refused = [line for line in lines if line.startswith("heliograph_messages_refused_total")]
    assert sum(float(line.split()[-1]) for line in taken) == 1
    assert 'reason="no_header"' in refused[0]


@pytest.mark.parametrize("path", ["/collection/", "/collection/batch/", f"/collection/{'0' * 64}"])
def test_an_unknown_inlet_is_a_404_in_the_protocols_shape(demo: Heliograph, path: str) -> None:
    request = urllib.request.Request(f"{demo.base_url}{path}", data=b"{}", headers={"content-type": "application/json"})

    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)

    with refused.value as error:
        problem = json.loads(error.read())
    assert (error.code, problem["status"]) == (404, 404)
    assert problem["type"].endswith("/data-collection-service/inlet")


def _headers(given: Message) -> Mapping[str, str]:
    return {name.lower(): value for name, value in given.items()}


def _until(is_so: Callable[[], bool]) -> None:
    """Collectors look for a changed configuration once a second."""
    give_up = time.monotonic() + _REVOKED_WITHIN_SECONDS
    while not is_so():
        assert time.monotonic() < give_up, "not within the time"
        time.sleep(0.1)
