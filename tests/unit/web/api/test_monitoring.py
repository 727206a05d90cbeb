"""Flow runs, batches with what failed of them, and metrics, in the platform's shapes."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.testclient import TestClient

from server.model.dataset import DatasetId
from server.model.ingestion import Ingestion
from server.model.inlet import FlowId
from server.model.outcome import Position
from server.model.replay import REPLAYS_PARTITION
from server.model.schema import Violation
from server.store.users import Role
from tests.builders import NOON_MS, a_failed, a_processed, an_event, an_xdm
from tests.unit.web.api.callers import an_api
from tests.unit.web.api.test_catalog import a_dataset, a_schema
from tests.unit.web.api.test_flowservice import PLAIN, a_flow, an_inlet
from tests.unit.web.console import Console

HOUR_MS = 3_600_000
RUNS = "/data/foundation/flowservice/runs"
BATCHES = "/data/foundation/catalog/batches"
METRICS = "/data/infrastructure/observability/insights/metrics"
RECEIVED = "timeseries.data.collection.inlet.total.messages.received"


def some_traffic(client: TestClient, console: Console) -> tuple[str, str, str]:
    """Ids of a dataflow, its inlet and its dataset; two events were ingested, one skipped, two failed, one repaired."""
    dataset_id = a_dataset(client, a_schema(client))
    _, flow_id = a_flow(client, dataset_id=dataset_id)
    inlet_id = an_inlet(console).id
    of: dict[str, Any] = {
        "datastream_id": inlet_id,
        "dataset_id": DatasetId(dataset_id),
        "ingestion": Ingestion(flow_id=FlowId(flow_id)),
    }
    required = Violation(path="/timestamp", keyword="required", message="timestamp is missing")
    console.happened(
        a_processed(**of),
        a_processed(**of, received_ms=NOON_MS - HOUR_MS),
        a_processed(**of, duplicate=True),
        a_failed(event=an_event(**of)),
        a_failed(event=an_event(**of, xdm=an_xdm(_id="e-2")), violations=(required,)),
    )
    repaired = a_processed(**of)
    console.happened(
        type(repaired)(event=repaired.event, source=Position(partition=REPLAYS_PARTITION, offset=0)),
        a_failed(event=an_event(**of), source=Position(partition=REPLAYS_PARTITION, offset=1), origin=0),
    )
    console.clock.now_ms += 60_000
    return flow_id, inlet_id, dataset_id


def test_a_run_is_an_hour_of_a_dataflow(tmp_path: Path) -> None:
    with an_api(tmp_path, role=Role.EDITOR) as (client, console):
        flow_id, _, dataset_id = some_traffic(client, console)

        found = client.get(RUNS, params={"property": f"flowId=={flow_id}", "count": "true"}).json()

        assert found["count"] == 2
        newest = found["items"][0]
        assert (newest["flowId"], newest["createdAt"], newest["flowSpec"]) == (flow_id, NOON_MS, PLAIN)
        assert (newest["imsOrgId"], newest["sandboxName"]) == ("TEST@AdobeOrg", "prod")
        records = newest["metrics"]["recordSummary"]
        assert {name: records[f"{name}RecordCount"] for name in ("input", "output", "skipped", "failed")} == {
            "input": 4,
            "output": 2,
            "skipped": 1,
            "failed": 1,
        }
        assert newest["metrics"]["statusSummary"]["status"] == "success"
        assert [error["code"] for error in newest["metrics"]["statusSummary"]["errors"]] == ["schema_violation"]
        batches = newest["activities"][0]["targetInfo"][0]["reference"]["ids"]
        assert [client.get(f"{BATCHES}/{batch}").json()[batch]["status"] for batch in batches] == ["success", "failure"]
        assert client.get(f"{RUNS}/{newest['id']}").json() == {"items": [newest]}
        assert dataset_id in batches[0]


def test_runs_are_filtered_and_paged(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, console):
        flow_id, _, _ = some_traffic(client, console)
        of_the_hour_before = {"property": [f"flowId=={flow_id}", f"createdAt<{NOON_MS}"]}

        assert [run["createdAt"] for run in client.get(RUNS, params=of_the_hour_before).json()["items"]] == [
            NOON_MS - HOUR_MS
        ]
        first = client.get(RUNS, params={"limit": 1, "orderby": "createdAt"}).json()
        second = client.get(first["_links"]["next"]["href"]).json()
        assert [run["createdAt"] for page in (first, second) for run in page["items"]] == [NOON_MS - HOUR_MS, NOON_MS]
        assert second["_links"] == {}
        assert client.get(RUNS, params={"property": "flowId==other"}).json()["items"] == []
        for wrong in ("nonsense", "createdAt>soon"):
            assert client.get(RUNS, params={"property": wrong}).status_code == 400
        assert client.get(f"{RUNS}/none").status_code == 404


def test_the_failed_events_of_a_batch_are_a_file_of_lines_that_say_what_is_wrong(tmp_path: Path) -> None:
    with an_api(tmp_path, role=Role.EDITOR) as (client, console):
        _, _, dataset_id = some_traffic(client, console)
        (batch,) = client.get(BATCHES, params={"dataSet": dataset_id, "status": "failure"}).json()
        told = client.get(f"{BATCHES}/{batch}").json()[batch]
        assert (told["failedRecordCount"], told["relatedObjects"]) == (2, [{"type": "dataSet", "id": dataset_id}])

        files = client.get(told["_links"]["failed"]["href"]).json()
        done, lines_file = files["data"]
        answer = client.get(lines_file["_links"]["self"]["href"])

        assert files["_page"] == {"limit": 100, "count": 2}
        assert (done["name"], client.get(done["_links"]["self"]["href"]).content) == ("_SUCCESS", b"")
        assert re.fullmatch(r"part-00000-[0-9a-f-]{36}-c000\.json", lines_file["name"])
        assert int(lines_file["length"]) == len(answer.content)
        assert told["errors"][0]["recordCount"] == told["metrics"]["failedRecordCount"] == 2
        lines = [json.loads(line) for line in answer.text.splitlines()]
        assert [line["_id"] for line in lines] == ["e-1", "e-2"]
        assert lines[0]["_errors"]["_streamingValidation"][0]["code"] == "DCVS-1104-400"
        assert lines[1]["_errors"]["_streamingValidation"][0]["code"] == "DCVS-1106-400"
        assert lines[0]["_errors"]["_heliograph"] == {
            "offset": 0,
            "reason": "schema_violation",
            "stage": "validate",
            "receivedTime": "2026-01-01T12:00:00.000Z",
        }
        assert set(lines[0]["_validationErrors"][0]) >= {"schemaLocation", "pointerToViolation", "message"}


def test_batches_that_there_are_not_and_viewers_are_refused(tmp_path: Path) -> None:
    with an_api(tmp_path, role=Role.EDITOR) as (client, console):
        some_traffic(client, console)
        (batch,) = client.get(BATCHES, params={"status": "failure"}).json()

        assert client.get(f"{BATCHES}/{'0' * 32}").status_code == 404
        assert client.get(f"/data/foundation/export/batches/{'0' * 32}/failed").status_code == 404
        assert client.get(f"/data/foundation/export/batches/{batch}/failed?path=x").status_code == 404
        assert client.get(BATCHES, params={"status": "odd"}).status_code == 400
        assert client.get(BATCHES, params={"createdAfter": "soon"}).status_code == 400
        assert client.get(BATCHES, params={"createdAfter": NOON_MS}).json() == {}
    (tmp_path / "viewer").mkdir()
    with an_api(tmp_path / "viewer", role=Role.VIEWER) as (client, _):
        assert client.get(f"/data/foundation/export/batches/{batch}/failed").status_code == 403


def ask(client: TestClient, *metrics: dict[str, Any], **fields: Any) -> Any:
    question = {"start": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00.000+00:00", "granularity": "DAY"}
    return client.post(METRICS, json=question | {"metrics": list(metrics)} | fields)


def test_metrics_are_answered_by_inlet_and_dataset(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, console):
        _, inlet_id, dataset_id = some_traffic(client, console)
        by_inlet = {"name": "inletId", "value": f"{inlet_id}|other", "groupBy": True}
        by_dataset = {"name": "dataSetId", "value": dataset_id, "groupBy": True}

        answer = ask(
            client,
            {"name": RECEIVED, "filters": [by_inlet], "aggregator": "sum", "downsample": "sum"},
            {"name": "timeseries.ingestion.dataset.recordsuccess.count", "filters": [by_dataset]},
            {"name": "timeseries.ingestion.dataset.batchfailed.count"},
            {"name": "timeseries.data.collection.validation.category.presence.count"},
        )

        assert answer.status_code == 200
        received, *others = answer.json()["metricResponses"]
        assert received == {
            "metric": RECEIVED,
            "filters": [by_inlet],
            "datapoints": [{"groupBy": {"inletId": inlet_id}, "dps": {"2026-01-01T00:00:00Z": 5.0}}],
            "granularity": "DAY",
        }
        assert [list(each["datapoints"][0]["dps"].values()) for each in others] == [[3.0], [1.0], [1.0]]


def test_minutes_are_told_apart(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, console):
        some_traffic(client, console)

        answer = ask(client, {"name": RECEIVED}, granularity="MINUTE")

        (points,) = answer.json()["metricResponses"][0]["datapoints"]
        assert points["dps"] == {"2026-01-01T11:00:00Z": 1.0, "2026-01-01T12:00:00Z": 4.0}


@pytest.mark.parametrize(
    ("metric", "fields"),
    [
        ({"name": "timeseries.unknown"}, {}),
        ({"name": RECEIVED}, {"start": "yesterday"}),
        ({"name": RECEIVED}, {"end": "2025-01-01T00:00:00Z"}),
        ({"name": RECEIVED}, {"granularity": "MINUTE", "start": "2020-01-01T00:00:00Z"}),
        ({"name": RECEIVED, "aggregator": "median"}, {}),
        ({"name": RECEIVED, "filters": [{"name": "password", "value": "x"}]}, {}),
        ({"name": RECEIVED}, {"metrics": []}),
    ],
)
def test_questions_that_cannot_be_answered_are_refused_in_the_platform_s_shape(
    tmp_path: Path, metric: dict[str, Any], fields: dict[str, Any]
) -> None:
    with an_api(tmp_path) as (client, _):
        answer = ask(client, metric, **fields)

        assert answer.status_code == 400
        body = answer.json()
        assert {"type", "title", "status", "report", "error-chain"} <= set(body)
        assert body["error-chain"][0]["errorCode"].startswith("INSGHT-100")


def test_without_traffic_there_are_no_runs(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        assert client.get(RUNS).json() == {"items": [], "_links": {}}


def test_latency_and_freshness_are_told_by_dataset(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, console):
        _, inlet_id, dataset_id = some_traffic(client, console)
        late = a_processed(offset=9, id="e-9", datastream_id=inlet_id, dataset_id=DatasetId(dataset_id))
        console.happened(msgspec.structs.replace(late, decided_ms=NOON_MS + 40))
        by_dataset = {"filters": [{"name": "dataSetId", "value": dataset_id, "groupBy": True}]}
        names = ("timeseries.heliograph.events.received.latest", "timeseries.heliograph.latency.outcome.p95")

        answer = ask(client, *({"name": name} | by_dataset for name in names))

        freshness, latency = answer.json()["metricResponses"]
        [fresh] = freshness["datapoints"]
        assert (fresh["groupBy"], list(fresh["dps"].values())) == (
            {"dataSetId": dataset_id},
            [NOON_MS / 1_000],
        )
        assert list(latency["datapoints"][0]["dps"].values()) == [50.0]
