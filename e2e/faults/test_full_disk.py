"""The disk fills up under load, and space comes back. A tmpfs: it needs root, and is skipped without."""

import urllib.request

from e2e.faults.accounts import assert_accounts_close, assert_metrics_agree
from e2e.faults.conftest import SmallDisk
from e2e.faults.load import Load
from e2e.faults.processes import children
from e2e.server import Heliograph

RESERVE_BYTES = 24 * 1024 * 1024


def a_server(disk: SmallDisk, *, reserve_bytes: int) -> Heliograph:
    environ = {
        "HELIOGRAPH_EVENT_LOG_RESERVE_BYTES": str(reserve_bytes),
        "HELIOGRAPH_EVENT_LOG_SEGMENT_BYTES": "1048576",
        "HELIOGRAPH_WORKERS": "1",
    }
    return Heliograph(disk.path / "data", environ=environ)


def is_alive(server: Heliograph) -> bool:
    with urllib.request.urlopen(f"{server.base_url}/health/live", timeout=10) as answer:
        return bool(answer.status == 200)


def test_below_the_reserve_collectors_refuse_and_everything_else_goes_on(small_disk: SmallDisk) -> None:
    server = a_server(small_disk, reserve_bytes=RESERVE_BYTES).start()
    try:
        with Load(server).running() as load:
            load.await_acknowledged(100)
            before = children(server)

            small_disk.fill(leaving_bytes=RESERVE_BYTES - 1024 * 1024)
            load.await_answer(503)
            assert is_alive(server)
            server.run("wait", "--timeout", "30")  # what was taken in is finished from the reserve

            small_disk.empty()
            load.await_acknowledged(100)
            assert children(server) == before
        assert_accounts_close(server, load)
        assert_metrics_agree(server, load)
    finally:
        server.stop_if_running()


def test_a_disk_that_is_full_to_the_last_byte_loses_nothing_acknowledged_and_heals(small_disk: SmallDisk) -> None:
    server = a_server(small_disk, reserve_bytes=0).start()
    try:
        with Load(server).running() as load:
            for _ in range(3):
                load.await_acknowledged(100)
                small_disk.fill()
                load.await_answer(503)
                load.await_answer(503)
                assert is_alive(server)
                small_disk.empty()
            load.await_acknowledged(100)
        assert_accounts_close(server, load)
        assert_metrics_agree(server, load)
    finally:
        server.stop_if_running()


def test_a_server_starts_on_a_full_disk_and_takes_events_when_space_is_back(small_disk: SmallDisk) -> None:
    server = a_server(small_disk, reserve_bytes=RESERVE_BYTES).start()
    try:
        with Load(server).running() as before:
            before.await_acknowledged(50)
        assert server.stop() == 0
        small_disk.fill(leaving_bytes=RESERVE_BYTES - 1024 * 1024)

        server.start()
        with Load(server, name="later").running() as later:
            later.await_answer(503)
            small_disk.empty()
            later.await_acknowledged(50)

        assert_accounts_close(server, before, later)
    finally:
        server.stop_if_running()
