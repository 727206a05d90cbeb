import asyncio
from typing import Any

from server.model.json import JsonObject
from server.model.outcome import FailedEvent, FailureReason, Outcome, Processed
from server.model.schema import SchemaId
from server.workers.trial import Trial
from tests.builders import DATASET_ID, SCHEMA_ID, a_configuration, a_dataset, an_event

SCHEMA: JsonObject = {
    "$id": SCHEMA_ID,
    "type": "object",
    "properties": {"_id": {"type": "string"}, "count": {"type": "integer"}},
}


def tried(*counts: Any, **configuration: Any) -> list[Outcome]:
    known = a_configuration(**{"schemas": {SchemaId(SCHEMA_ID): SCHEMA}} | configuration)
    events = [an_event(xdm={"_id": "e-1", "count": count}) for count in counts]
    return list(asyncio.run(Trial(dict).decide(events, known)))


def test_it_says_of_each_what_the_core_would() -> None:
    good, bad = tried(7, "many")

    assert isinstance(good, Processed)
    assert isinstance(bad, FailedEvent)
    assert (bad.reason, bad.violations[0].path) == (FailureReason.SCHEMA_VIOLATION, "/count")


def test_without_a_schema_or_a_dataset_it_is_an_unknown_one() -> None:
    cases: list[dict[str, Any]] = [
        {"schemas": {}},
        {"datasets": {}},
        {"datasets": {DATASET_ID: a_dataset(enabled=False)}},
    ]
    for gone in cases:
        (failed,) = tried(1, **gone)
        assert isinstance(failed, FailedEvent)
        assert failed.reason is FailureReason.UNKNOWN_DATASET


def test_a_dataset_s_schema_is_told_resolved() -> None:
    known = a_configuration(schemas={SchemaId(SCHEMA_ID): SCHEMA})

    assert Trial(dict).schema(DATASET_ID, known) == SCHEMA
    assert Trial(dict).schema("other", known) is None
    assert Trial(dict).schema(DATASET_ID, a_configuration()) is None


def test_whatever_raises_is_a_fault_of_that_event(monkeypatch: Any) -> None:
    def explode(*_: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("server.workers.trial.arrive", explode)

    (failed,) = tried(1)

    assert isinstance(failed, FailedEvent)
    assert (failed.reason, failed.violations[0].message) == (FailureReason.INTERNAL, "ZeroDivisionError: oh")
