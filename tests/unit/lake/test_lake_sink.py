"""What the lake's sink answers (server/sinks/lake.py) beyond the contract of all sinks."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from server.lake.errors import LakeUnavailable, SchemaConflict
from server.lake.memory import MemoryLake
from server.model.datastream import Configuration, Dataset, DatasetId
from server.model.delivery import DELIVERED, Delivery, Refused
from server.model.ingestion import Ingestion, Operations
from server.model.json import JsonObject
from server.model.outcome import Offset, Processed
from server.model.schema import SchemaId
from server.schema.errors import SchemaError
from server.sinks.lake import RETRY_AFTER_SECONDS, LakeSink
from tests.builders import DATASET_ID, SCHEMA_ID, a_configuration, a_dataset, an_xdm
from tests.unit.lake.builders import RECORDS, WEB_EVENTS, an_entry, event_id, some_entries

OTHER_ID = DatasetId("f" * 24)
OTHER_SCHEMA_ID = SchemaId("https://ns.heliograph.dev/test/schemas/records")
OTHER = a_dataset(id=OTHER_ID, name="other", schema_id=OTHER_SCHEMA_ID)


def two_datasets(**fields: Any) -> Configuration:
    given: JsonObject = {
        "datasets": {DATASET_ID: a_dataset(), OTHER_ID: OTHER},
        "schemas": {SCHEMA_ID: WEB_EVENTS, OTHER_SCHEMA_ID: RECORDS},
    }
    return a_configuration(**given | fields)


class FailingLake(MemoryLake):
    """Fails with this error for the dataset named ``other``."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    async def write(
        self, dataset: Dataset, schema: Mapping[str, object], batch: Sequence[tuple[Offset, Processed]]
    ) -> None:
        if dataset.id == OTHER_ID:
            raise self._error
        await super().write(dataset, schema, batch)


def a_sink(
    lake: MemoryLake,
    *,
    configuration: Callable[[], Configuration] = two_datasets,
    resolve: Callable[[Mapping[str, Any]], JsonObject] = dict,
) -> LakeSink:
    return LakeSink(lake, configuration=configuration, resolve=resolve)


def mixed() -> list[tuple[Offset, Processed]]:
    """Offsets 0 and 2 are of the first dataset, 1 and 3 of the other."""
    return [an_entry(offset, dataset_id=OTHER_ID if offset % 2 else DATASET_ID) for offset in range(4)]


def deliveries(sink: LakeSink, batch: Sequence[tuple[Offset, Processed]]) -> list[Delivery]:
    return list(asyncio.run(sink.write(batch)))


def ids(lake: MemoryLake, dataset: Dataset) -> list[str]:
    async def collected() -> list[str]:
        return [xdm["_id"] async for page in lake.export(dataset, since_ms=None, until_ms=None) for xdm in page]

    return asyncio.run(collected())


def test_each_event_goes_to_its_dataset() -> None:
    lake = MemoryLake()

    answers = deliveries(a_sink(lake), mixed())

    assert answers == [DELIVERED] * 4
    assert ids(lake, a_dataset()) == [event_id(0), event_id(2)]
    assert ids(lake, OTHER) == [event_id(1), event_id(3)]


def test_a_partial_update_is_delivered_but_no_row() -> None:
    lake = MemoryLake()
    said = Ingestion(operations=Operations(data="merge"))

    answers = deliveries(a_sink(lake), [an_entry(0), an_entry(1, ingestion=said)])

    assert answers == [DELIVERED, DELIVERED]
    assert ids(lake, a_dataset()) == [event_id(0)]


def test_storage_in_trouble_means_later_and_only_for_the_dataset_in_question() -> None:
    lake = FailingLake(LakeUnavailable("other: No space left on device"))
    later = Refused(reason="other: No space left on device", retry_after_seconds=RETRY_AFTER_SECONDS)

    answers = deliveries(a_sink(lake), mixed())

    assert answers == [DELIVERED, later, DELIVERED, later]


def test_a_schema_the_table_cannot_follow_means_never_and_says_what_to_do() -> None:
    lake = FailingLake(SchemaConflict("person.age", present="an integer", wanted="a string"))

    answers = deliveries(a_sink(lake), mixed())

    assert answers[0] == answers[2] == DELIVERED
    assert isinstance(answers[1], Refused)
    assert answers[1].retry_after_seconds is None
    assert answers[1].reason.startswith(
        "dataset other: person.age is an integer in the table and a string in the schema"
    )


def test_an_event_that_can_be_no_row_is_refused_alone() -> None:
    lake = MemoryLake()
    batch = [*some_entries(0, 1), an_entry(2, xdm=an_xdm(web={"webPageDetails": {"name": "\ud800"}})), an_entry(3)]

    answers = deliveries(a_sink(lake), batch)

    assert [answers[0], answers[1], answers[3]] == [DELIVERED] * 3
    assert isinstance(answers[2], Refused)
    assert answers[2].retry_after_seconds is None
    assert ids(lake, a_dataset()) == [event_id(0), event_id(1), event_id(3)]


def test_datasets_and_schemas_that_are_gone_mean_never() -> None:
    def without() -> Configuration:
        return two_datasets(datasets={DATASET_ID: a_dataset(schema_id=SchemaId("https://gone.example/"))})

    answers = deliveries(a_sink(MemoryLake(), configuration=without), mixed()[:2])

    assert answers == [
        Refused(
            reason="there is no schema https://gone.example/ (of dataset test-events)",
            cure="Bring the schema back, then retry.",
        ),
        Refused(reason=f"there is no dataset {OTHER_ID}", cure="Bring the dataset back, then retry."),
    ]


def test_a_schema_with_a_fault_means_never_and_names_it() -> None:
    def faulty(document: Mapping[str, Any]) -> JsonObject:
        raise SchemaError("properties/web: no such data type")

    answers = deliveries(a_sink(MemoryLake(), resolve=faulty), some_entries(0, 0))

    assert answers == [
        Refused(
            reason="the schema of dataset test-events cannot be used: properties/web: no such data type",
            cure="Mend the schema, then retry.",
        )
    ]


def test_a_schema_is_resolved_once_a_reading_of_the_control_plane() -> None:
    revisions = iter([1, 1, 2])
    resolved: list[Mapping[str, Any]] = []

    def resolve(document: Mapping[str, Any]) -> JsonObject:
        resolved.append(document)
        return dict(document)

    sink = a_sink(MemoryLake(), configuration=lambda: two_datasets(revision=next(revisions)), resolve=resolve)

    for offset in range(3):
        deliveries(sink, [an_entry(offset)])

    assert len(resolved) == 2
