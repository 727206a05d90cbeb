"""The sink that keeps profiles: it gives the events of profile-enabled datasets to the profile store."""

from collections.abc import Callable, Sequence

import msgspec

from server.model.dataset import Dataset, DatasetId
from server.model.datastream import Configuration
from server.model.delivery import DELIVERED, Delivery, Refused
from server.model.outcome import Offset, Processed
from server.ports import ProfileStore
from server.profile.errors import ProfileStoreUnavailable
from server.schema.descriptors import IdentityField, claim_identities, identity_fields

# A locked database or a full disk is not better at once; a minute would make the profile late for no reason.
RETRY_AFTER_SECONDS = 1.0

# What storing one event can raise for what it holds (a lone surrogate, JSON too deep). None of it passes the collector;
# should one, it must not hold up those behind it.
_UNSTORABLE = (ValueError, TypeError, OverflowError, RecursionError)


class ProfileSink:
    """``configuration``: the present reading of the control plane. The store is opened and closed by who made it."""

    def __init__(self, store: ProfileStore, *, configuration: Callable[[], Configuration]) -> None:
        self._store = store
        self._configuration = configuration
        self._revision: int | None = None
        self._fields: dict[DatasetId, Sequence[IdentityField]] = {}

    @property
    def name(self) -> str:
        return "profile"

    async def open(self) -> None:
        """Nothing to make ready."""

    async def write(self, batch: Sequence[tuple[Offset, Processed]]) -> Sequence[Delivery]:
        """Events of other datasets count as delivered: this sink wants none of them.

        Identities in fields that the dataset's schema names as such are kept in the event's identityMap.
        """
        enabled = self._identity_fields()
        wanted = [
            (offset, _identified(processed, enabled[processed.event.dataset_id]))
            for offset, processed in batch
            if processed.event.dataset_id in enabled
        ]
        deliveries = iter(await self._apply(wanted))
        return [
            next(deliveries) if processed.event.dataset_id in enabled else DELIVERED for _offset, processed in batch
        ]

    async def close(self) -> None:
        """Nothing to let go of."""

    def _identity_fields(self) -> dict[DatasetId, Sequence[IdentityField]]:
        """Of each dataset whose events are kept: the fields that hold identities, beside the identityMap."""
        configuration = self._configuration()
        if configuration.revision != self._revision:
            self._fields = {
                dataset.id: _fields_of(dataset, configuration)
                for dataset in configuration.datasets.values()
                if dataset.profile_enabled
            }
            self._revision = configuration.revision
        return self._fields

    async def _apply(self, batch: Sequence[tuple[Offset, Processed]]) -> Sequence[Delivery]:
        try:
            await self._store.apply(batch)
        except ProfileStoreUnavailable as error:
            return [Refused(reason=str(error), retry_after_seconds=RETRY_AFTER_SECONDS)] * len(batch)
        except _UNSTORABLE as error:
            if len(batch) > 1:
                # One by one, in order: the store keeps all or nothing, so nothing is kept yet.
                return [delivery for each in batch for delivery in await self._apply([each])]
            return [Refused(reason=f"the profile store cannot keep this event: {type(error).__name__}: {error}")]
        return [DELIVERED] * len(batch)


def _fields_of(dataset: Dataset, configuration: Configuration) -> Sequence[IdentityField]:
    schema = configuration.schemas.get(dataset.schema_id)
    return identity_fields(schema) if schema and dataset.identity_enabled else ()


def _identified(processed: Processed, fields: Sequence[IdentityField]) -> Processed:
    if not fields:
        return processed
    event = processed.event
    xdm = claim_identities(event.xdm, fields)
    if xdm is event.xdm:
        return processed
    return msgspec.structs.replace(processed, event=msgspec.structs.replace(event, xdm=xdm))
