"""A streamed message's event when it is processed: what the platform finds out after its answer (E13 to E15).

Asked by the core, which sees the configuration of that moment, so that a failed event can be processed again after a
fix; and in the request by synchronous validation.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import msgspec

from server.model.dataset import Dataset, DatasetId
from server.model.datastream import Configuration
from server.model.event import Event, EventId
from server.model.ingestion import Ingestion
from server.model.inlet import FlowId, Inlet, InletId
from server.model.outcome import FailedEvent, FailureReason, Position
from server.model.schema import SchemaId, Violation
from server.pipeline.admit import MAX_ID_CHARACTERS
from server.pipeline.data_mapping import with_mapped_data
from server.prep.mapper import Mapper

_NO_MAPPING = Violation(path="", keyword="mapping", message="the dataflow has no mapping set that can be used")

_NO_DATA_MAPPING = Violation(
    path="", keyword="mapping", message="the datastream's mapping set is gone, or cannot be used"
)

FindMapper: TypeAlias = Callable[[Configuration, str], Mapper | None]
"""From the id of a mapping set to its mapper, as the configuration has it; None for a faulty or unknown one."""


def arrive(event: Event, source: Position, configuration: Configuration, mapper_of: FindMapper) -> Event | FailedEvent:
    """The event as it is to be validated, or failed by what its message says (E13 to E15). Raw data becomes XDM."""
    dataset = configuration.datasets.get(event.dataset_id)
    if dataset is not None and not dataset.enabled:
        return _failed(event, source, FailureReason.UNKNOWN_DATASET, [_switched_off(dataset)], stage="route")
    ingestion = event.ingestion
    if ingestion is None:
        return _with_data(event, source, configuration, mapper_of)
    faults = _malformed(ingestion)
    if faults:
        return _failed(event, source, FailureReason.MALFORMED_MESSAGE, faults)
    inlet = configuration.inlets.get(InletId(event.datastream_id))
    if dataset is None or (inlet is not None and not _leads_to(inlet, ingestion.flow_id, dataset.id)):
        return _failed(event, source, FailureReason.UNKNOWN_DATASET, [_no_dataset(event.dataset_id, dataset)])
    mismatch = _mismatch(ingestion, dataset, configuration.schemas)
    if mismatch is not None:
        return _failed(event, source, FailureReason.SCHEMA_MISMATCH, [mismatch])
    if not ingestion.is_raw:
        return event
    flow = None if inlet is None else next((each for each in inlet.flows if each.id == ingestion.flow_id), None)
    mapper = None if flow is None else mapper_of(configuration, flow.mapping_set_id)
    if mapper is None:
        return _failed(event, source, FailureReason.MAPPING_FAILED, [_NO_MAPPING], stage="map")
    return _mapped(event, ingestion, mapper)


def _with_data(
    event: Event, source: Position, configuration: Configuration, mapper_of: FindMapper
) -> Event | FailedEvent:
    """What a page sent beside its XDM, made XDM by its datastream's mapping."""
    datastream = configuration.datastreams.get(event.datastream_id)
    mapping_set_id = "" if datastream is None else datastream.mapping_set_id
    if not mapping_set_id or event.data is None:
        return event
    mapper = mapper_of(configuration, mapping_set_id)
    if mapper is None:
        return _failed(event, source, FailureReason.MAPPING_FAILED, [_NO_DATA_MAPPING], stage="map")
    dataset, mapping_set = configuration.datasets.get(event.dataset_id), configuration.mapping_sets.get(mapping_set_id)
    if dataset is None or mapping_set is None or mapping_set.schema_id != dataset.schema_id:
        # The request has chosen another dataset: what the mapping makes is not of its schema.
        return event
    return with_mapped_data(event, mapper)


def _malformed(ingestion: Ingestion) -> list[Violation]:
    faults = []
    if ingestion.source is None:
        faults.append(Violation(path="", keyword="source", message="Payload header is missing Source Name"))
    if not ingestion.has_entity:
        faults.append(Violation(path="", keyword="xdmEntity", message="Payload body is missing xdmEntity"))
    return faults


def _leads_to(inlet: Inlet, flow_id: FlowId, dataset_id: DatasetId) -> bool:
    if not inlet.flows:
        return True
    return any(flow.dataset_id == dataset_id and flow_id in ("", flow.id) for flow in inlet.flows)


def _no_dataset(dataset_id: DatasetId, dataset: Dataset | None) -> Violation:
    if not dataset_id:
        message = "the message names no dataset, and the connection has not exactly one dataflow"
    elif dataset is None:
        message = f"dataset {dataset_id[:64]!r} does not exist"
    else:
        message = f"the connection has no dataflow into the dataset {dataset.name}"
    return Violation(path="", keyword="dataset", message=message)


def _switched_off(dataset: Dataset) -> Violation:
    message = f"dataset {dataset.name} is switched off, or deleted: switch it on and replay"
    return Violation(path="", keyword="dataset", message=message)


def _mismatch(
    ingestion: Ingestion, dataset: Dataset, schemas: Mapping[SchemaId, Mapping[str, object]]
) -> Violation | None:
    if ingestion.is_raw:
        return None
    stored = str(schemas.get(dataset.schema_id, {}).get("version", "")).partition(".")[0]
    same_version = not stored or ingestion.schema_version in ("", stored)
    if ingestion.schema_id == dataset.schema_id and same_version:
        return None
    message = f"Message does not match dataset schema reference: the dataset's is {dataset.schema_id}"
    if ingestion.schema_id == dataset.schema_id:
        message += f", version {stored}, not {ingestion.schema_version[:16]}"
    return Violation(path="", keyword="schemaRef", message=message)


def _mapped(event: Event, ingestion: Ingestion, mapper: Mapper) -> Event:
    """The raw object stays with the event: after a change of the mapping set it can be mapped again."""
    xdm, warnings = mapper.map(event.data or {}, received_ms=event.received_ms, seed=event.beacon_id)
    mapped_id = xdm.get("_id")
    keeps_id = mapper.is_of_events and not ingestion.is_partial
    is_id = isinstance(mapped_id, str) and 0 < len(mapped_id) <= MAX_ID_CHARACTERS
    return msgspec.structs.replace(
        event,
        id=EventId(str(mapped_id)) if keeps_id and is_id else event.id,
        xdm=xdm,
        ingestion=msgspec.structs.replace(ingestion, warnings=tuple(warnings)),
    )


def _failed(
    event: Event, source: Position, reason: FailureReason, faults: Sequence[Violation], *, stage: str = "ingest"
) -> FailedEvent:
    return FailedEvent(source=source, reason=reason, stage=stage, violations=tuple(faults), event=event)
