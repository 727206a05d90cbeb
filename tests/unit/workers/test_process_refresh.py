"""A collector may know of a dataset before the core does: then the core looks again before it fails an event."""

import asyncio
from collections.abc import Sequence

from server.model.datastream import Configuration
from server.model.json import JsonObject
from server.model.outcome import FailedEvent, Outcome
from server.model.replay import REPLAYS_PARTITION
from server.model.schema import Violation
from tests.builders import a_configuration
from tests.unit.workers.test_process import Accepts, Pipeline, _events, _outcomes


class TakesAll(Accepts):
    def violations(self, document: JsonObject) -> Sequence[Violation]:
        return []


def _decided(newer: Configuration | None) -> tuple[Sequence[Outcome], Sequence[Outcome], int]:
    """(processed, failed, how often it looked) of a valid and an invalid event."""
    current = [a_configuration(datasets={})]
    looked: list[int] = []

    async def refresh() -> bool:
        looked.append(1)
        if newer is None:
            return False
        current[0] = newer
        return True

    async def run() -> tuple[Sequence[Outcome], Sequence[Outcome]]:
        pipeline = Pipeline(configuration=lambda: current[0], refresh=refresh)
        await pipeline.received.append([*_events("a"), *_events("b", bad=1)])
        await pipeline.settle()
        return await _outcomes(pipeline.processed), await _outcomes(pipeline.failed)

    processed, failed = asyncio.run(run())
    return processed, failed, len(looked)


def test_what_names_a_dataset_of_a_newer_configuration_is_decided_by_that_one() -> None:
    processed, failed, looked = _decided(a_configuration())

    assert [outcome.source.offset for outcome in processed] == [0]
    assert [outcome.reason for outcome in failed if isinstance(outcome, FailedEvent)] == ["schema_violation"]
    assert looked == 1


def test_without_a_newer_configuration_it_fails_by_name() -> None:
    processed, failed, looked = _decided(None)

    assert processed == []
    assert {outcome.reason for outcome in failed if isinstance(outcome, FailedEvent)} == {"unknown_dataset"}
    assert looked == 1


def test_what_is_replayed_is_decided_by_what_was_mended_just_before() -> None:
    is_mended = [False]

    async def refresh() -> bool:
        is_mended[0] = True
        return True

    async def run(partition: int) -> Sequence[Outcome]:
        is_mended[0] = False
        pipeline = Pipeline(
            partition=partition,
            refresh=refresh,
            validator=lambda _configuration, _schema: TakesAll() if is_mended[0] else Accepts(),
        )
        await pipeline.received.append(_events("a", bad=1))
        await pipeline.settle()
        return await _outcomes(pipeline.processed)

    assert len(asyncio.run(run(REPLAYS_PARTITION))) == 1
    assert asyncio.run(run(0)) == []
