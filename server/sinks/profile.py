"""The sink that keeps profiles: it gives the store what profile-enabled datasets hold, events and records."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from server.model.dataset import Dataset, DatasetId
from server.model.datastream import Configuration
from server.model.delivery import DELIVERED, Delivery, Refused
from server.model.identity import Identity, Namespace
from server.model.ingestion import Operations
from server.model.json import JsonObject
from server.model.outcome import Offset, Processed
from server.model.profile import Record, Stamp
from server.ports import ProfileEntry, ProfileStore
from server.profile.errors import ProfileStoreUnavailable
from server.schema.descriptors import IdentityField, claim_identities, identities_in, identity_fields
from server.schema.errors import SchemaError

# A locked database or a full disk is not better at once; a minute would make the profile late for no reason.
RETRY_AFTER_SECONDS = 1.0

# The platform's own limit (streaming-ingestion.md, 6). A larger one is in the lake, and among the dead letters.
MAX_RECORD_BYTES = 100 * 1024

_WHOLE = Operations()

_NO_EVENT_IS_CHANGED = Refused(
    reason="a partial update (header.operations) changes what is known of a person, and this dataset holds events",
    cure="Let its sender send it to a dataset of a record class. To retry changes nothing.",
)

# What storing one event can raise for what it holds (a lone surrogate, JSON too deep). None of it passes the collector;
# should one, it must not hold up those behind it.
_UNSTORABLE = (ValueError, TypeError, OverflowError, RecursionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """A dataset that is for profiles. ``fields``: where it holds identities, beside the identityMap.

    ``links``: its identities go into the graph. ``is_record``: it says what persons are, not what happened.
    """

    fields: Sequence[IdentityField]
    links: bool
    is_record: bool


class ProfileSink:
    """``configuration``: the present reading of the control plane. ``resolve``: a stored schema made self-contained.

    The store is opened and closed by who made it.
    """

    def __init__(
        self,
        store: ProfileStore,
        *,
        configuration: Callable[[], Configuration],
        resolve: Callable[[Mapping[str, Any]], JsonObject],
    ) -> None:
        self._store = store
        self._configuration = configuration
        self._resolve = resolve
        self._revision: int | None = None
        self._datasets: dict[DatasetId, _Wanted] = {}
        self._linking: frozenset[DatasetId] = frozenset()

    @property
    def name(self) -> str:
        return "profile"

    async def open(self) -> None:
        """Nothing to make ready."""

    async def write(self, batch: Sequence[tuple[Offset, Processed]]) -> Sequence[Delivery]:
        """Events of other datasets count as delivered: this sink wants none of them.

        Identities in fields that the dataset's schema names as such are kept in the identityMap.
        """
        self._follow()
        deliveries: dict[Offset, Delivery] = {}
        entries: list[tuple[Offset, ProfileEntry]] = []
        for offset, processed in batch:
            entry = self._entry(processed)
            if isinstance(entry, Processed | Record):
                entries.append((offset, entry))
            else:
                deliveries[offset] = entry
        answers = await self._apply(entries)
        deliveries |= {offset: answer for (offset, _), answer in zip(entries, answers, strict=True)}
        return [deliveries[offset] for offset, _ in batch]

    async def close(self) -> None:
        """Nothing to let go of."""

    def _follow(self) -> None:
        """Find out what is wanted, once a reading of the control plane."""
        configuration = self._configuration()
        if configuration.revision == self._revision:
            return
        self._datasets = {
            dataset.id: self._wanted(dataset, configuration)
            for dataset in configuration.datasets.values()
            if dataset.profile_enabled
        }
        self._linking = frozenset(each.id for each in configuration.datasets.values() if each.identity_enabled)
        self._revision = configuration.revision

    def _wanted(self, dataset: Dataset, configuration: Configuration) -> _Wanted:
        schema = configuration.schemas.get(dataset.schema_id)
        if schema is None:
            return _Wanted(fields=(), links=dataset.identity_enabled, is_record=False)
        try:
            is_record = self._resolve(schema).get("meta:behavior") == "record"
        except SchemaError:
            # Nothing was found valid by it: nothing comes.
            is_record = False
        fields = identity_fields(schema) if is_record or dataset.identity_enabled else ()
        return _Wanted(fields=fields, links=dataset.identity_enabled, is_record=is_record)

    def _entry(self, processed: Processed) -> ProfileEntry | Delivery:
        event = processed.event
        wanted = self._datasets.get(event.dataset_id)
        if wanted is None:
            return DELIVERED
        operations = (None if event.ingestion is None else event.ingestion.operations) or _WHOLE
        if not wanted.is_record:
            return _NO_EVENT_IS_CHANGED if operations.data != "create" else _identified(processed, wanted.fields)
        if processed.duplicate:
            return DELIVERED
        return self._record(processed, wanted, operations)

    def _record(self, processed: Processed, wanted: _Wanted, operations: Operations) -> ProfileEntry | Delivery:
        event = processed.event
        size = len(msgspec.json.encode(event.xdm))
        if size > MAX_RECORD_BYTES:
            return Refused(
                reason=f"the record has {size:,} bytes, and a profile takes {MAX_RECORD_BYTES:,} at most",
                cure="It is in the lake as it is. Let its sender send less; to retry changes nothing.",
            )
        primary = next((each for each in identities_in(wanted.fields, event.xdm) if each[0].is_primary), None)
        # Who uses operations says for each message whether its identities are sent on, and by which dataset.
        links = wanted.links
        if event.ingestion is not None and event.ingestion.operations is not None:
            links = operations.identity is not None and operations.identity_dataset_id in self._linking
        return Record(
            dataset_id=event.dataset_id,
            xdm=claim_identities(event.xdm, wanted.fields),
            stamp=Stamp(event.received_ms, processed.source.partition, processed.source.offset),
            primary=None if primary is None else Identity(namespace=Namespace(primary[0].namespace), id=primary[1]),
            operation=operations.data,
            links=links,
            tag=event.beacon_id,
        )

    async def _apply(self, batch: Sequence[tuple[Offset, ProfileEntry]]) -> Sequence[Delivery]:
        try:
            await self._store.apply(batch)
        except ProfileStoreUnavailable as error:
            return [Refused(reason=str(error), retry_after_seconds=RETRY_AFTER_SECONDS)] * len(batch)
        except _UNSTORABLE as error:
            if len(batch) > 1:
                # One by one, in order: the store keeps all or nothing, so nothing is kept yet.
                return [delivery for each in batch for delivery in await self._apply([each])]
            return [
                Refused(
                    reason=f"the profile store cannot keep this event: {type(error).__name__}: {error}",
                    cure="It is a fault of this server: upgrade, then retry.",
                )
            ]
        return [DELIVERED] * len(batch)


def _identified(processed: Processed, fields: Sequence[IdentityField]) -> Processed:
    if not fields:
        return processed
    event = processed.event
    xdm = claim_identities(event.xdm, fields)
    if xdm is event.xdm:
        return processed
    return msgspec.structs.replace(processed, event=msgspec.structs.replace(event, xdm=xdm))
