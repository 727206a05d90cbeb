"""Envelopes with a field of the wrong kind, so that the answer can say what is wrong with them.

What is no string where one belongs names nothing that there is.
"""

from typing import Any

import msgspec

from server.model.dataset import DatasetId
from server.model.ingestion import Operations
from server.model.inlet import FlowId
from server.model.json import Json, JsonObject
from server.wire.ingestion_errors import Refusal, invalid
from server.wire.ingestion_messages import Header, SchemaRef, Source, XdmMeta


def lenient_header(header: Json) -> Header | Refusal | None:
    """A message's header as far as it can be understood; None when it has none."""
    if not isinstance(header, dict):
        return None
    try:
        operations = msgspec.convert(header.get("operations"), Operations | None)
    except msgspec.ValidationError as error:
        return invalid("operations", f"Message has header.operations that are not known: {error}")
    source = header.get("source")
    org_id = header.get("imsOrgId")
    return Header(
        schema_ref=_lenient_schema_ref(header),
        ims_org_id=None if org_id is None else _text(org_id),
        dataset_id=DatasetId(_text(header.get("datasetId"))),
        flow_id=FlowId(_text(header.get("flowId"))),
        source=None if source is None else Source(name=_name(source)),
        operations=operations,
    )


def lenient_meta(meta: Json) -> XdmMeta | None:
    """The same of a body's ``xdmMeta``."""
    return XdmMeta(schema_ref=_lenient_schema_ref(meta)) if isinstance(meta, dict) else None


def _lenient_schema_ref(parent: JsonObject) -> SchemaRef | None:
    reference = parent.get("schemaRef")
    if not isinstance(reference, dict):
        return None
    return SchemaRef(id=_text(reference.get("id")), content_type=_text(reference.get("contentType")))


def _name(source: Any) -> str | None:
    name = source.get("name") if isinstance(source, dict) else None
    return name if isinstance(name, str) else None


def _text(value: Json) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else "(not a string)"
