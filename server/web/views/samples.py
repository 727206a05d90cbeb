"""Example events of a streaming connection's schema, and commands that send them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from server.model.dataset import Dataset, DatasetId
from server.model.inlet import Inlet
from server.model.json import Json, JsonObject
from server.schema.registry import Registry
from server.store import settings
from server.store.mapping_sets import list_stored_mapping_sets
from server.web.identifiers import new_hex
from server.web.services import ConsoleServices

_CONTENT_TYPE = "application/vnd.adobe.xed-full+json;version=1"

# As deep as an example follows required fields; resolved schemas end, but some end late.
_MAX_LEVELS = 20


def sample_entity(schema: Mapping[str, Any], *, identifier: str, at: str) -> JsonObject:
    """The least that a resolved schema takes, with who and when, and with its fields' examples. ``at``: ISO 8601."""
    entity: JsonObject = _filled(schema, at, 0)
    fields = schema.get("properties", {})
    usual = {
        "_id": identifier,
        "timestamp": at,
        "eventType": "test",
        "identityMap": {"Email": [{"id": "test@example.com", "primary": True}]},
    }
    return entity | {name: value for name, value in usual.items() if name in fields}


def _filled(node: Mapping[str, Any], at: str, level: int) -> Any:
    if "const" in node:
        return node["const"]
    if _is_example_of(node):
        return node["examples"][0]
    if node.get("enum"):
        return node["enum"][0]
    type_ = node.get("type", "object")
    match type_[0] if isinstance(type_, list) else type_:
        case "object":
            fields = node.get("properties", {})
            required = node.get("required", ()) if level < _MAX_LEVELS else ()
            names = [name for name, field in fields.items() if name in required or _has_example(field)]
            return {name: _filled(fields[name], at, level + 1) for name in names}
        case "array":
            item = node.get("items", {})
            return [_filled(item, at, level + 1)] if _has_example(item) else []
        case "boolean":
            return True
        case "integer" | "number":
            return max(1, node.get("minimum", 1))
    formats = {"date-time": at, "date": at[:10], "email": "test@example.com", "uri": "https://www.example.com/"}
    return formats.get(node.get("format", ""), "example")


def _has_example(node: Mapping[str, Any]) -> bool:
    """Whether somebody said what is usually in it, or in something that is in it."""
    items = node.get("items")
    inner = [*node.get("properties", {}).values(), *([items] if isinstance(items, dict) else [])]
    return _is_example_of(node) or any(_has_example(child) for child in inner)


def _is_example_of(node: Mapping[str, Any]) -> bool:
    """Whether a field's first example is one, as far as its type and its allowed values tell."""
    example = next(iter(node.get("examples", ())), None)
    types: Mapping[str, tuple[type, ...]] = {
        "string": (str,),
        "number": (int, float),
        "integer": (int,),
        "boolean": (bool,),
    }
    return isinstance(example, types.get(str(node.get("type")), ())) and example in node.get("enum", (example,))


def message_of(entity: JsonObject, *, schema_id: str, org_id: str, dataset_id: str, flow_id: str) -> JsonObject:
    """An entity in the envelope that the collector takes."""
    reference = {"id": schema_id, "contentType": _CONTENT_TYPE}
    header = {"schemaRef": reference, "imsOrgId": org_id, "datasetId": dataset_id, "flowId": flow_id}
    return {"header": header, "body": {"xdmMeta": {"schemaRef": reference}, "xdmEntity": entity}}


def curl(url: str, body: Json, *, requires_token: bool) -> str:
    """A command that sends a body, for a POSIX shell."""
    lines = [f"curl -X POST {_quoted(url)}", "-H 'Content-Type: application/json'"]
    if requires_token:
        lines.append("-H 'Authorization: Bearer TOKEN'")
    lines.append(f"-d {_quoted(json.dumps(body, ensure_ascii=False, indent=2))}")
    return " \\\n  ".join(lines)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """What a sender of a streaming connection sends. ``messages``: two; none when there is nothing to make them of.

    ``query``: what the address needs besides, such as the dataflow of raw data.
    """

    messages: Sequence[JsonObject]
    query: str = ""


def samples_for(
    connection: Connection,
    services: ConsoleServices,
    inlet: Inlet,
    registry: Registry,
    datasets: Mapping[DatasetId, Dataset],
) -> Samples:
    """For the first dataflow that is on: made of its schema, or the example of its mapping."""
    flow = next((each for each in inlet.flows if each.enabled and each.dataset_id in datasets), None)
    if flow is None:
        return Samples(messages=())
    if flow.mapping_set_id:
        stored = {each.mapping_set.id: each.sample for each in list_stored_mapping_sets(connection)}
        sample = stored.get(flow.mapping_set_id, "")
        messages = [msgspec.json.decode(sample)] * 2 if sample else []
        return Samples(messages=messages, query=f"?x-adobe-flow-id={flow.id}")
    dataset, org_id = datasets[flow.dataset_id], settings.get_setting(connection, settings.ORG_ID) or ""
    at = datetime.fromtimestamp(services.clock_ms() / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    schema = registry.resolved(dataset.schema_id)
    messages = [
        message_of(
            sample_entity(schema, identifier=f"test-{new_hex(services.new_token, 12)}", at=at),
            schema_id=dataset.schema_id,
            org_id=org_id,
            dataset_id=dataset.id,
            flow_id=flow.id,
        )
        for _ in range(2)
    ]
    return Samples(messages=messages)


def indented(document: JsonObject) -> str:
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
