import asyncio
from collections.abc import Sequence

import msgspec
import pytest

from server.model.datastream import DatasetId
from server.model.delivery import DELIVERED, Delivery, Refused
from server.model.identity import Identity
from server.model.outcome import Offset, Processed
from server.model.profile import ProfileView
from server.profile.errors import ProfileStoreUnavailable
from server.profile.memory import MemoryProfileStore
from server.sinks.profile import RETRY_AFTER_SECONDS, ProfileSink
from tests.builders import DATASET_ID, SCHEMA_ID, a_configuration, a_dataset
from tests.unit.profile.builders import a_step, an_identity

OTHER_DATASET = DatasetId("f" * 24)

Step = tuple[Offset, Processed]


class FailingStore:
    """Takes no batch that holds one of these events, as the SQLite store does: nothing of it is kept."""

    def __init__(self, *, failing: dict[str, Exception]) -> None:
        self.applied: list[str] = []
        self._failing = failing

    async def apply(self, batch: Sequence[Step]) -> None:
        for _offset, processed in batch:
            if processed.event.id in self._failing:
                raise self._failing[processed.event.id]
        self.applied += [processed.event.id for _offset, processed in batch]

    async def find(self, identity: Identity, *, limit_events: int) -> ProfileView | None:
        raise NotImplementedError


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
    return asyncio.run(ProfileSink(store, configuration=lambda: configuration).write(batch))


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
    assert answers[1] == Refused(reason="the profile store cannot keep this event: ValueError: lone surrogate")
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
    sink = ProfileSink(store, configuration=lambda: configuration)

    asyncio.run(sink.write([(offset, msgspec.structs.replace(processed, event=event))]))

    found = asyncio.run(store.find(an_identity("LoyaltyCard:C-7"), limit_events=1))
    assert (found is not None) == is_found
    assert "LoyaltyCard" not in event.xdm["identityMap"]
