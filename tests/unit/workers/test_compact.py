import asyncio

from server.lake.errors import LakeUnavailable
from server.model.datastream import Dataset
from server.workers.compact import run_compaction
from tests.builders import a_configuration, a_dataset


def test_every_table_is_compacted_and_one_that_cannot_be_holds_up_no_other() -> None:
    async def run() -> list[str]:
        stop = asyncio.Event()
        seen: list[str] = []
        first, second = a_dataset(id="a" * 24), a_dataset(id="b" * 24)

        async def compact(dataset: Dataset) -> None:
            seen.append(dataset.id[0])
            if len(seen) == 4:
                stop.set()
            if dataset is first:
                raise LakeUnavailable("busy")

        configuration = a_configuration(datasets={first.id: first, second.id: second})
        await run_compaction(stop, configuration=lambda: configuration, compact=compact, interval_seconds=0.001)
        return seen

    assert asyncio.run(run()) == ["a", "b", "a", "b"]
