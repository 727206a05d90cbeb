"""The sink that fills the lake: each event into the table of its dataset."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from server.lake.errors import LakeUnavailable, SchemaConflict, UnwritableEvents
from server.model.datastream import Configuration, Dataset, DatasetId
from server.model.delivery import DELIVERED, Delivery, Refused
from server.model.json import JsonObject
from server.model.outcome import Offset, Processed
from server.model.schema import SchemaId
from server.ports import Lake
from server.schema.errors import SchemaError

# A full disk or another writer is seldom over sooner; whoever waits for the lake waits seconds anyway.
RETRY_AFTER_SECONDS = 5.0

Entries = Sequence[tuple[Offset, Processed]]


class LakeSink:
    """``configuration``: the present reading of the control plane. ``resolve``: a stored schema made self-contained.

    The lake is opened and closed by who made it.
    """

    def __init__(
        self,
        lake: Lake,
        *,
        configuration: Callable[[], Configuration],
        resolve: Callable[[Mapping[str, Any]], JsonObject],
    ) -> None:
        self._lake = lake
        self._configuration = configuration
        self._resolve = resolve
        self._revision: int | None = None
        self._resolved: dict[SchemaId, JsonObject] = {}

    @property
    def name(self) -> str:
        return "lake"

    async def open(self) -> None:
        """Nothing to make ready."""

    async def write(self, batch: Entries) -> Sequence[Delivery]:
        """One table commit a dataset. What one dataset or event is refused for holds up no other.

        A partial update is no row of the lake: it counts as delivered.
        """
        configuration = self._configuration()
        by_dataset: defaultdict[DatasetId, list[tuple[Offset, Processed]]] = defaultdict(list)
        deliveries: dict[Offset, Delivery] = {}
        for offset, processed in batch:
            ingestion = processed.event.ingestion
            if ingestion is not None and ingestion.is_partial:
                deliveries[offset] = DELIVERED
            else:
                by_dataset[processed.event.dataset_id].append((offset, processed))
        for dataset_id, entries in by_dataset.items():
            deliveries |= await self._write_dataset(configuration, dataset_id, entries)
        return [deliveries[offset] for offset, _ in batch]

    async def close(self) -> None:
        """Nothing to let go of."""

    async def _write_dataset(
        self, configuration: Configuration, dataset_id: DatasetId, entries: Entries
    ) -> dict[Offset, Delivery]:
        dataset = configuration.datasets.get(dataset_id)
        if dataset is None:
            gone = Refused(reason=f"there is no dataset {dataset_id}", cure="Bring the dataset back, then retry.")
            return _all(entries, gone)
        try:
            schema = self._schema(configuration, dataset)
        except SchemaError as error:
            reason = f"the schema of dataset {dataset.name} cannot be used: {error}"
            return _all(entries, Refused(reason=reason, cure="Mend the schema, then retry."))
        if schema is None:
            reason = f"there is no schema {dataset.schema_id} (of dataset {dataset.name})"
            return _all(entries, Refused(reason=reason, cure="Bring the schema back, then retry."))
        return await self._offer(dataset, schema, entries)

    async def _offer(self, dataset: Dataset, schema: JsonObject, entries: Entries) -> dict[Offset, Delivery]:
        try:
            await self._lake.write(dataset, schema, entries)
        except LakeUnavailable as error:
            return _all(entries, Refused(reason=str(error), retry_after_seconds=RETRY_AFTER_SECONDS))
        except SchemaConflict as error:
            cure = "Undo the change of the schema, then retry."
            return _all(entries, Refused(reason=f"dataset {dataset.name}: {error}", cure=cure))
        except UnwritableEvents as error:
            cure = "Let its sender send what a column can hold. To retry helps only after a change of the schema."
            refused: dict[Offset, Delivery] = {
                offset: Refused(reason=fault, cure=cure) for offset, fault in error.faults.items()
            }
            writable = [entry for entry in entries if entry[0] not in refused]
            return refused | await self._offer(dataset, schema, writable)
        return _all(entries, DELIVERED)

    def _schema(self, configuration: Configuration, dataset: Dataset) -> JsonObject | None:
        """Resolved once a reading of the control plane: the lake recognises the same object cheaply."""
        if configuration.revision != self._revision:
            self._revision = configuration.revision
            self._resolved = {}
        document = configuration.schemas.get(dataset.schema_id)
        if document is None:
            return None
        if dataset.schema_id not in self._resolved:
            self._resolved[dataset.schema_id] = self._resolve(document)
        return self._resolved[dataset.schema_id]


def _all(entries: Entries, delivery: Delivery) -> dict[Offset, Delivery]:
    return {offset: delivery for offset, _ in entries}
