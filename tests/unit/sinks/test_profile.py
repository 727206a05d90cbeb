import asyncio
from collections.abc import Sequence

import msgspec
import pytest

from server.model.datastream import Configuration, DatasetId
from server.model.delivery import DELIVERED, Delivery, Refused
from server.model.identity import Identity
from server.model.ingestion import Ingestion, Operations
from server.model.json import JsonObject
from server.model.outcome import Offset, Position, Processed
from server.model.profile import ProfileView, Record, Stamp
from server.model.schema import SchemaId
from server.ports import ProfileEntry, ProfileStore
from server.profile.errors import ProfileStoreUnavailable
from server.profile.memory import MemoryProfileStore
from server.sinks.profile import MAX_RECORD_BYTES, RETRY_AFTER_SECONDS, ProfileSink
from tests.builders import DATASET_ID, NOON_MS, SCHEMA_ID, a_configuration, a_dataset, an_event
from tests.unit.profile.builders import a_step, an_identity

OTHER_DATASET = DatasetId("f" * 24)

Step = tuple[Offset, Processed]


class FailingStore:
    """Takes no batch that holds one of these events, as the SQLite store does: nothing of it is kept."""

    def __init__(self, *, failing: dict[str, Exception]) -> None:
        self.applied: list[str] = []
        self._failing = failing

    async def apply(self, batch: Sequence[tuple[Offset, ProfileEntry]]) -> None:
        names = [entry.event.id for _offset, entry in batch if isinstance(entry, Processed)]
        for name in names:
            if name in self._failing:
                raise self._failing[name]
        self.applied += names

    async def find(self, identity: Identity, *, limit_events: int) -> ProfileView | None:
        raise NotImplementedError


def a_sink(store: ProfileStore, configuration: Configuration) -> ProfileSink:
    return ProfileSink(store, configuration=lambda: configuration, resolve=dict)


def of_dataset(step: Step, dataset_id: DatasetId) -> Step:
    offset, processed = step
    event = msgspec.structs.replace(processed.event, dataset_id=dataset_id)
    return offset, msgspec.structs.replace(processed, event=event)


def write(
    store: FailingStore | MemoryProfileStore, batch: Sequence[Step], *, enabled: bool = True
) -> Sequence[Delivery]:
    configuration = a_configuration(
        datasets={
            DATASET_ID: a_dataset(profile_enabled=enabled),
            OTHER_DATASET: a_dataset(id=OTHER_DATASET, profile_enabled=False),
        }
    )
    return asyncio.run(a_sink(store, configuration).write(batch))


def test_events_of_profile_enabled_datasets_reach_the_profile() -> None:
    store = MemoryProfileStore()

    assert write(store, [a_step(0, "ECID:1")]) == [DELIVERED]

    assert asyncio.run(store.find(an_identity("ECID:1"), limit_events=1)) is not None


@pytest.mark.parametrize("dataset_id", [OTHER_DATASET, DatasetId("d" * 24)])
def test_events_of_other_and_unknown_datasets_are_not_wanted_but_done_with(dataset_id: DatasetId) -> None:
    store = FailingStore(failing={})

    answers = write(store, [of_dataset(a_step(0, "ECID:1"), dataset_id), a_step(1, "ECID:1")])

    assert answers == [DELIVERED, DELIVERED]
    assert store.applied == ["e-1"]


def test_the_configuration_is_asked_for_every_batch() -> None:
    store = FailingStore(failing={})

    write(store, [a_step(0, "ECID:1")], enabled=False)
    write(store, [a_step(1, "ECID:1")], enabled=True)

    assert store.applied == ["e-1"]


def test_a_store_that_is_not_available_is_tried_again_with_all_of_its_events() -> None:
    store = FailingStore(failing={"e-1": ProfileStoreUnavailable("the disk is full")})

    answers = write(store, [of_dataset(a_step(0), OTHER_DATASET), a_step(1, "ECID:1"), a_step(2, "ECID:1")])

    refused = Refused(reason="the disk is full", retry_after_seconds=RETRY_AFTER_SECONDS)
    assert answers == [DELIVERED, refused, refused]
    assert store.applied == []


def test_one_event_that_cannot_be_kept_does_not_hold_up_the_others() -> None:
    store = FailingStore(failing={"e-1": ValueError("lone surrogate")})

    answers = write(store, [a_step(n, "ECID:1") for n in range(3)])

    assert [type(answer) for answer in answers] == [type(DELIVERED), Refused, type(DELIVERED)]
    assert answers[1] == Refused(
        reason="the profile store cannot keep this event: ValueError: lone surrogate",
        cure="It is a fault of this server: upgrade, then retry.",
    )
    assert store.applied == ["e-0", "e-2"]


def test_a_bug_of_ours_rises() -> None:
    store = FailingStore(failing={"e-0": KeyError("bug")})

    with pytest.raises(KeyError):
        write(store, [a_step(0, "ECID:1")])


def test_nothing_is_answered_with_nothing() -> None:
    assert write(MemoryProfileStore(), []) == []


@pytest.mark.parametrize(("is_identity", "is_found"), [(True, True), (False, False)])
def test_a_field_that_the_schema_names_as_an_identity_finds_the_profile(is_identity: bool, is_found: bool) -> None:
    store = MemoryProfileStore()
    offset, processed = a_step(0, "ECID:1")
    event = msgspec.structs.replace(processed.event, xdm=processed.event.xdm | {"_demo": {"card": "C-7"}})
    descriptor = {
        "@type": "xdm:descriptorIdentity",
        "xdm:sourceProperty": "/_demo/card",
        "xdm:namespace": "LoyaltyCard",
        "xdm:isPrimary": False,
    }
    configuration = a_configuration(
        datasets={DATASET_ID: a_dataset(identity_enabled=is_identity)},
        schemas={SCHEMA_ID: {"meta:descriptors": [descriptor]}},
    )

    asyncio.run(a_sink(store, configuration).write([(offset, msgspec.structs.replace(processed, event=event))]))

    found = asyncio.run(store.find(an_identity("LoyaltyCard:C-7"), limit_events=1))
    assert (found is not None) == is_found
    assert "LoyaltyCard" not in event.xdm["identityMap"]


RECORDS = DatasetId("c" * 24)
LINKING = DatasetId("d" * 24)
RECORD_SCHEMA = SchemaId("https://ns.heliograph.dev/test/schemas/people")
EMAIL = {
    "@type": "xdm:descriptorIdentity",
    "xdm:sourceProperty": "/personalEmail/address",
    "xdm:namespace": "Email",
    "xdm:isPrimary": True,
}


class KeepingStore(FailingStore):
    """Keeps what it is given."""

    def __init__(self) -> None:
        super().__init__(failing={})
        self.entries: list[ProfileEntry] = []

    async def apply(self, batch: Sequence[tuple[Offset, ProfileEntry]]) -> None:
        self.entries += [entry for _offset, entry in batch]


def a_message(xdm: JsonObject, *, operations: Operations | None = None, duplicate: bool = False) -> Step:
    event = an_event(xdm=xdm, id="m-1", dataset_id=RECORDS, beacon_id="x-1", ingestion=Ingestion(operations=operations))
    return Offset(0), Processed(event=event, source=Position(partition=1, offset=7), duplicate=duplicate)


def written(step: Step, *, links: bool = True) -> tuple[Delivery, list[ProfileEntry]]:
    store = KeepingStore()
    configuration = a_configuration(
        datasets={
            RECORDS: a_dataset(id=RECORDS, schema_id=RECORD_SCHEMA, identity_enabled=links),
            LINKING: a_dataset(id=LINKING, schema_id=RECORD_SCHEMA, profile_enabled=False),
        },
        schemas={RECORD_SCHEMA: {"meta:behavior": "record", "meta:descriptors": [EMAIL]}},
    )
    [delivery] = asyncio.run(a_sink(store, configuration).write([step]))
    return delivery, store.entries


def test_a_record_is_about_whom_its_schema_says() -> None:
    delivery, [entry] = written(a_message({"personalEmail": {"address": "ada@example.com"}}))

    assert delivery == DELIVERED
    assert isinstance(entry, Record)
    assert entry.primary == an_identity("Email:ada@example.com")
    assert entry.xdm["identityMap"]["Email"] == [{"id": "ada@example.com", "primary": True}]
    assert (entry.dataset_id, entry.operation, entry.links, entry.tag) == (RECORDS, "create", True, "x-1")
    assert entry.stamp == Stamp(NOON_MS, 1, 7)


def test_identities_of_a_dataset_that_is_for_profiles_alone_are_not_linked() -> None:
    _, [entry] = written(a_message({"personalEmail": {"address": "ada@example.com"}}), links=False)

    assert isinstance(entry, Record)
    assert (entry.primary, entry.links) == (an_identity("Email:ada@example.com"), False)


@pytest.mark.parametrize(
    ("operations", "links"),
    [
        (Operations(data="merge"), False),
        (Operations(data="merge", identity="create", identity_dataset_id=LINKING), True),
        (Operations(data="merge", identity="create", identity_dataset_id=DatasetId("e" * 24)), False),
    ],
)
def test_a_partial_update_links_only_if_it_says_so(operations: Operations, links: bool) -> None:
    _, [entry] = written(a_message({"personalEmail": {"address": "ada@example.com"}}, operations=operations))

    assert isinstance(entry, Record)
    assert (entry.operation, entry.links) == ("merge", links)


def test_a_record_that_came_twice_is_kept_once() -> None:
    assert written(a_message({"personalEmail": {"address": "a@b.example"}}, duplicate=True)) == (DELIVERED, [])


def test_a_record_that_is_too_large_is_refused_for_good() -> None:
    delivery, entries = written(a_message({"personID": "x" * MAX_RECORD_BYTES}))

    assert isinstance(delivery, Refused)
    assert (delivery.retry_after_seconds, entries) == (None, [])
    assert "a profile takes 102,400 at most" in delivery.reason


def test_an_event_cannot_be_changed_in_part() -> None:
    store = KeepingStore()
    offset, processed = a_step(0, "ECID:1")
    ingestion = Ingestion(operations=Operations(data="merge"))
    event = msgspec.structs.replace(processed.event, ingestion=ingestion)
    sink = a_sink(store, a_configuration())

    [delivery] = asyncio.run(sink.write([(offset, msgspec.structs.replace(processed, event=event))]))

    assert isinstance(delivery, Refused)
    assert "this dataset holds events" in delivery.reason
    assert store.entries == []
