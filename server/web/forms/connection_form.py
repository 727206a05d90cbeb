"""What the form of a new streaming connection holds, and what is made of it."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from server.model.dataset import Dataset, DatasetId
from server.model.inlet import Flow, FlowId, Inlet, InletId
from server.model.mapping import MappingSet
from server.model.schema import SchemaId
from server.schema.registry import Registry, identity_reason
from server.store.datasets import DatasetRefused, StoredDataset, create_dataset, list_stored_datasets, save_dataset
from server.store.inlets import InletRefused, add_inlet, list_inlets
from server.store.mapping_sets import add_mapping_set
from server.web.forms.signed_form import Form
from server.web.identifiers import new_hex, new_uuid
from server.web.services import ConsoleServices

_MAX_NAME_CHARACTERS = 100


class Faulty(Exception):
    """What is wrong with a form, by field. Raised out of a transaction, so that nothing of it is kept."""

    def __init__(self, **faults: str) -> None:
        super().__init__(faults)
        self.faults = faults


def usual_values(connection: Connection) -> dict[str, str]:
    """Values to begin with: a name that is free, and the newest dataset if there is one."""
    taken = {inlet.name for inlet in list_inlets(connection)}
    taken |= {item.dataset.name for item in list_stored_datasets(connection)}
    name = next(name for name in _names("web-orders") if name not in taken)
    usable = usable_datasets(connection)
    return {
        "name": name,
        "data_type": "xdm",
        "target": "existing" if usable else "new",
        "dataset": usable[-1].dataset.id if usable else "",
        "dataset_name": name,
        "profile": "",
        "identity": "",
    }


def _names(name: str) -> Sequence[str]:
    return [name, *(f"{name}-{number}" for number in range(2, 10_000))]


def usable_datasets(connection: Connection) -> Sequence[StoredDataset]:
    return [item for item in list_stored_datasets(connection) if item.dataset.enabled]


def schema_titles(registry: Registry) -> Sequence[tuple[str, str]]:
    found = [
        (name, str(document.get("title", name)))
        for name, document in registry.components.items()
        if document.get("meta:resourceType") == "schemas"
    ]
    return sorted(found, key=lambda pair: pair[1])


def make_connection(
    connection: Connection, services: ConsoleServices, form: Form, registry: Registry, *, by: str
) -> Inlet:
    """All that the form asks for. Raises Faulty.

    Raw data has to be mapped: its dataflow is off until the first lines of its mapping are saved, so that nothing is
    taken of which nobody knows what it means.
    """
    name = form.get("name", "").strip()
    if not 0 < len(name) <= _MAX_NAME_CHARACTERS:
        raise Faulty(name=f"Give it a name of at most {_MAX_NAME_CHARACTERS} characters.")
    is_raw = form.get("data_type") == "raw"
    now_ms = services.clock_ms()
    dataset = _dataset(connection, services, form, registry, by=by)
    mapping_set_id = new_hex(services.new_token, 32) if is_raw else ""
    if is_raw:
        empty = MappingSet(id=mapping_set_id, name=name, schema_id=dataset.schema_id)
        add_mapping_set(connection, empty, now_ms=now_ms, by=by)
    flow = Flow(
        id=FlowId(new_uuid(services.new_token)),
        name=f"{name} to {dataset.name}",
        dataset_id=dataset.id,
        mapping_set_id=mapping_set_id,
        enabled=not is_raw,
    )
    inlet = Inlet(
        id=InletId(new_hex(services.new_token, 64)),
        connection_id=new_uuid(services.new_token),
        name=name,
        source_id=name,
        data_type="raw" if is_raw else "xdm",
        requires_token="token" in form,
        flows=(flow,),
    )
    try:
        add_inlet(connection, inlet, now_ms=now_ms, by=by)
    except InletRefused:
        raise Faulty(name="Another streaming connection has this name: choose another.") from None
    return inlet


def _dataset(connection: Connection, services: ConsoleServices, form: Form, registry: Registry, *, by: str) -> Dataset:
    """The dataset that the form chooses, or describes, with what it enables. Raises Faulty."""
    wanted = {key: True for key in ("profile", "identity") if key in form}
    if form.get("target") == "new":
        schema_id = form.get("schema", "")
        if schema_id not in dict(schema_titles(registry)):
            raise Faulty(schema="Choose the schema that its events follow.")
        dataset_name = form.get("dataset_name", "").strip()
        if not 0 < len(dataset_name) <= _MAX_NAME_CHARACTERS:
            raise Faulty(dataset_name=f"Give the dataset a name of at most {_MAX_NAME_CHARACTERS} characters.")
        stored = None
        before = Dataset(
            id=DatasetId(new_hex(services.new_token, 24)), name=dataset_name, schema_id=SchemaId(schema_id)
        )
    else:
        stored = next((item for item in usable_datasets(connection) if item.dataset.id == form.get("dataset")), None)
        if stored is None:
            raise Faulty(dataset="Choose a dataset, or make a new one.")
        before = stored.dataset
    dataset = msgspec.structs.replace(
        before,
        profile_enabled=before.profile_enabled or "profile" in wanted,
        identity_enabled=before.identity_enabled or "identity" in wanted,
    )
    reason = identity_reason(registry.resolved(dataset.schema_id)) if wanted else None
    if reason is not None:
        raise Faulty(**{next(iter(wanted)): f"This cannot be enabled: {reason}."})
    try:
        if stored is None:
            create_dataset(connection, dataset, now_ms=services.clock_ms(), by=by)
        elif dataset != before:
            new = msgspec.structs.replace(stored, dataset=dataset)
            save_dataset(connection, new, now_ms=services.clock_ms(), by=by)
    except DatasetRefused:
        raise Faulty(dataset_name="Another dataset has this name, perhaps a deleted one: choose another.") from None
    return dataset
