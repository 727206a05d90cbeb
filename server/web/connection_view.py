"""What a streaming connection's page shows: an example event of its schema, commands that send it, answers in words."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from server.model.json import Json, JsonObject

_CONTENT_TYPE = "application/vnd.adobe.xed-full+json;version=1"

# As deep as an example follows required fields; resolved schemas end, but some end late.
_MAX_LEVELS = 20


def sample_entity(schema: Mapping[str, Any], *, identifier: str, at: str) -> JsonObject:
    """The least that a resolved schema takes, with who and when. ``at``: ISO 8601."""
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
    if node.get("enum"):
        return node["enum"][0]
    type_ = node.get("type", "object")
    match type_[0] if isinstance(type_, list) else type_:
        case "object":
            fields = node.get("properties", {})
            names = [name for name in node.get("required", ()) if name in fields and level < _MAX_LEVELS]
            return {name: _filled(fields[name], at, level + 1) for name in names}
        case "array":
            return []
        case "boolean":
            return True
        case "integer" | "number":
            return max(1, node.get("minimum", 1))
    formats = {"date-time": at, "date": at[:10], "email": "test@example.com", "uri": "https://www.example.com/"}
    return formats.get(node.get("format", ""), "example")


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


def faults_in(answer: bytes) -> Sequence[tuple[str, str]]:
    """(place, what is wrong) of a refusal in the collector's shape, one for each violation."""
    try:
        report = msgspec.json.decode(answer).get("report", {})
        nodes = report.get("cause", {}).get("_streamingValidation", [])
        found = [leaf for node in nodes for leaf in _leaves(node)]
        return found or [("", str(report.get("message", "no reason was given")))]
    except (msgspec.DecodeError, AttributeError, TypeError):
        return [("", "the answer is not the collector's: look at what is in between")]


def _leaves(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    inner = node.get("causingExceptions", [])
    for each in inner:
        yield from _leaves(each)
    if not inner:
        yield str(node.get("pointerToViolation", "#")).removeprefix("#") or "/", str(node.get("message", ""))
