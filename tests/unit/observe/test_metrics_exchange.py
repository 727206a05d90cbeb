"""Processes that ask each other for their numbers."""

import asyncio
import socket
from collections.abc import Sequence
from pathlib import Path

from server.observe import metrics
from server.observe.metrics import Distribution, Sample
from server.observe.metrics_exchange import Reading, answering, ask_all

CONNECTIONS = Sample(metrics.CONNECTIONS.name, (), 3)


async def three() -> Sequence[Sample]:
    return [CONNECTIONS]


async def broken() -> Sequence[Sample]:
    raise OSError("the disk is gone")


def asked(directory: Path) -> Sequence[Reading]:
    async def run() -> Sequence[Reading]:
        return await ask_all(directory)

    return asyncio.run(run())


def test_every_process_is_heard(tmp_path: Path) -> None:
    spread = Sample(metrics.BEACON_SECONDS.name, ("edge",), Distribution((1, 2), 0.5))

    async def spreads() -> Sequence[Sample]:
        return [spread]

    async def run() -> Sequence[Reading]:
        async with answering(tmp_path, "core-0", three), answering(tmp_path, "collect-0", spreads):
            return await ask_all(tmp_path)

    readings = asyncio.run(run())

    up = Sample(metrics.UP.name, (), 1)
    assert readings == [Reading("collect-0", [spread, up]), Reading("core-0", [CONNECTIONS, up])]


def test_one_that_was_killed_is_seen_to_be_down_and_its_successor_up(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(tmp_path / "core-0.metrics"))

    assert asked(tmp_path) == [Reading("core-0", [Sample(metrics.UP.name, (), 0)])]

    async def run() -> Sequence[Reading]:
        async with answering(tmp_path, "core-0", three):
            return await ask_all(tmp_path)

    assert asyncio.run(run())[0].samples[0] == CONNECTIONS


def test_one_that_stopped_leaves_nothing(tmp_path: Path) -> None:
    async def run() -> None:
        async with answering(tmp_path, "core-0", three):
            pass

    asyncio.run(run())

    assert asked(tmp_path) == []


def test_one_that_talks_nonsense_costs_the_others_nothing(tmp_path: Path) -> None:
    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"not json")
        writer.close()

    async def run() -> Sequence[Reading]:
        server = await asyncio.start_unix_server(talk, tmp_path / "console-0.metrics")
        async with server, answering(tmp_path, "core-0", three):
            return await ask_all(tmp_path)

    readings = asyncio.run(run())

    assert [(reading.process, reading.samples[-1].value) for reading in readings] == [("console-0", 0), ("core-0", 1)]


def test_one_that_cannot_read_its_own_numbers_is_down_and_goes_on(tmp_path: Path) -> None:
    async def run() -> Sequence[Reading]:
        async with answering(tmp_path, "core-0", broken):
            await ask_all(tmp_path)
            return await ask_all(tmp_path)

    assert asyncio.run(run()) == [Reading("core-0", [Sample(metrics.UP.name, (), 0)])]


def test_a_stranger_that_hangs_up_is_no_trouble(tmp_path: Path) -> None:
    async def run() -> Sequence[Reading]:
        async with answering(tmp_path, "core-0", three):
            _, writer = await asyncio.open_unix_connection(tmp_path / "core-0.metrics")
            writer.transport.abort()
            return await ask_all(tmp_path)

    assert asyncio.run(run())[0].samples[0] == CONNECTIONS
