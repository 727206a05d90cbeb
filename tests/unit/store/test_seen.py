import asyncio
from pathlib import Path

from server.model.outcome import Position
from server.store.seen import SqliteSeenIds

DAY_MS = 86_400_000


def _at(offset: int) -> Position:
    return Position(partition=0, offset=offset)


def test_the_first_position_of_a_key_is_remembered_across_a_restart(tmp_path: Path) -> None:
    async def ask(*keys: tuple[str, Position]) -> list[bool]:
        seen = SqliteSeenIds(tmp_path / "seen.db", keep_days=7, clock_ms=lambda: 0)
        answers = list(await seen.first_seen(keys))
        await seen.close()
        return answers

    assert asyncio.run(ask(("a", _at(0)), ("b", _at(1)), ("a", _at(2)))) == [True, True, False]
    assert asyncio.run(ask(("a", _at(0)), ("b", _at(9)), ("c", _at(3)), ("", _at(4)))) == [True, False, True, True]


def test_ids_are_forgotten_after_their_days(tmp_path: Path) -> None:
    async def run() -> list[bool]:
        now = [0]
        seen = SqliteSeenIds(tmp_path / "seen.db", keep_days=7, clock_ms=lambda: now[0])
        await seen.first_seen([("a", _at(0))])
        answers: list[bool] = []
        for days, offset in ((7, 1), (8, 2), (9, 3)):
            now[0] = days * DAY_MS
            answers += await seen.first_seen([("a", _at(offset))])
        await seen.close()
        return answers

    assert asyncio.run(run()) == [False, True, False]


def test_any_text_is_a_key(tmp_path: Path) -> None:
    async def run() -> list[bool]:
        seen = SqliteSeenIds(tmp_path / "seen.db", keep_days=1, clock_ms=lambda: 0)
        answers = list(await seen.first_seen([("\ud800", _at(0)), ("\0", _at(1)), ("x" * 10_000, _at(2))]))
        await seen.close()
        return answers

    assert asyncio.run(run()) == [True, True, True]
