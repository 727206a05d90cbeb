import asyncio
from collections.abc import Mapping

from server.workers.token_use import TokenUse


class Uses:
    """What was written down; ``is_away``: nothing can be, for now."""

    def __init__(self) -> None:
        self.now_ms = 1
        self.saved: list[Mapping[str, int]] = []
        self.is_away = False
        self.use = TokenUse(clock_ms=lambda: self.now_ms, save=self._save)

    async def _save(self, used_ms: Mapping[str, int]) -> None:
        if self.is_away:
            raise OSError("away")
        self.saved.append(used_ms)


def test_the_last_use_of_each_token_is_written_down_once() -> None:
    async def run() -> None:
        uses = Uses()
        for token_id, now_ms in (("a", 1), ("b", 2), ("a", 3)):
            uses.now_ms = now_ms
            uses.use.note(token_id)

        await uses.use.flush()
        await uses.use.flush()

        assert uses.saved == [{"a": 3, "b": 2}]

    asyncio.run(run())


def test_what_could_not_be_written_down_is_the_next_time_unless_it_is_newer() -> None:
    async def run() -> None:
        uses = Uses()
        uses.use.note("a")
        uses.use.note("b")
        uses.is_away = True
        await uses.use.flush()
        uses.now_ms = 9
        uses.use.note("a")

        uses.is_away = False
        await uses.use.flush()

        assert uses.saved == [{"a": 9, "b": 1}]

    asyncio.run(run())


def test_stopping_writes_down_what_there_is() -> None:
    async def run() -> None:
        uses, stop = Uses(), asyncio.Event()
        uses.use.note("a")
        stop.set()

        await uses.use.run(stop)

        assert uses.saved == [{"a": 1}]

    asyncio.run(run())
