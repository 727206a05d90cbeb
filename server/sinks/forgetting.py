"""Around every sink: what is of somebody who was forgotten since it was received is not passed on.

The event log cannot be changed, so what is still in it is left out here, when it is consumed. Once ``bury`` returned,
no write with anything of theirs is under way: what is then erased stays so.
"""

import asyncio
from collections.abc import Callable, Sequence

from server.model.dataset import DatasetId
from server.model.datastream import Configuration
from server.model.delivery import DELIVERED, Delivery
from server.model.json import JsonObject
from server.model.outcome import Offset, Processed
from server.ports import Sink
from server.profile.erased import Tombstones
from server.schema.descriptors import IdentityField, claim_identities, identity_fields


class ClaimedIdentities:
    """Adds the identities of an event's fields to its ``identityMap``. ``configuration``: its present reading."""

    def __init__(self, configuration: Callable[[], Configuration]) -> None:
        self._configuration = configuration
        self._revision: int | None = None
        self._fields: dict[DatasetId, Sequence[IdentityField]] = {}

    def of(self, dataset_id: DatasetId, xdm: JsonObject) -> JsonObject:
        configuration = self._configuration()
        if configuration.revision != self._revision:
            self._revision, self._fields = configuration.revision, {}
        if dataset_id not in self._fields:
            dataset = configuration.datasets.get(dataset_id)
            schema = None if dataset is None else configuration.schemas.get(dataset.schema_id)
            self._fields[dataset_id] = () if schema is None else identity_fields(schema)
        return claim_identities(xdm, self._fields[dataset_id])


class ForgettingSink:
    """Implements the port Sink. ``sink`` is opened and closed with it."""

    def __init__(self, sink: Sink, *, identities: ClaimedIdentities, tombstones: Tombstones) -> None:
        self._sink = sink
        self._identities = identities
        self._tombstones = tombstones
        self._writing = asyncio.Lock()

    @property
    def name(self) -> str:
        return self._sink.name

    async def open(self) -> None:
        await self._sink.open()

    async def write(self, batch: Sequence[tuple[Offset, Processed]]) -> Sequence[Delivery]:
        """What is left out counts as delivered: there is nothing to be done with it any more."""
        async with self._writing:
            kept = [entry for entry in batch if not self._is_forgotten(entry[1])]
            if len(kept) == len(batch):
                return await self._sink.write(batch)
            answers = await self._sink.write(kept) if kept else ()
        deliveries = {offset: answer for (offset, _), answer in zip(kept, answers, strict=True)}
        return [deliveries.get(offset, DELIVERED) for offset, _ in batch]

    async def bury(self, tombstones: Tombstones) -> None:
        """Leave out what is of these persons from the next write on. Waits for one that is under way."""
        async with self._writing:
            self._tombstones = tombstones

    async def close(self) -> None:
        await self._sink.close()

    def _is_forgotten(self, processed: Processed) -> bool:
        event = processed.event
        if not self._tombstones.may_hold(event.received_ms):
            return False
        return self._tombstones.hold(self._identities.of(event.dataset_id, event.xdm), event.received_ms)
