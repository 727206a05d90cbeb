"""A sink that takes nothing for a while: the log keeps all for it, up to its limit, and then takes nothing more."""

from collections.abc import Callable
from pathlib import Path

from e2e.faults.accounts import assert_accounts_close
from e2e.faults.load import Load
from e2e.server import Heliograph

NewServer = Callable[..., Heliograph]

LOG_BYTES = 64 * 1024 * 1024
SEGMENT_BYTES = 1024 * 1024

# A few hundred of these fill the log.
PADDING_BYTES = 200_000


def test_a_sink_that_is_down_fills_the_log_to_its_limit_and_then_clients_are_told_to_wait(
    new_server: NewServer,
) -> None:
    environ = {
        "HELIOGRAPH_EVENT_LOG_BYTES": str(LOG_BYTES),
        "HELIOGRAPH_EVENT_LOG_SEGMENT_BYTES": str(SEGMENT_BYTES),
        "HELIOGRAPH_EVENT_LOG_RESERVE_BYTES": "0",
        "HELIOGRAPH_WORKERS": "1",
    }
    server = new_server(environ=environ).start()
    lake = server.data_dir / "lake"
    lake.write_text("no directory: no table can be made here", encoding="ascii")

    with Load(server, padding_bytes=PADDING_BYTES).running() as load:
        load.await_answer(503, timeout_seconds=60)
        full_bytes = log_bytes(server.data_dir)

        lake.unlink()
        # The sink is asked again ever more seldom; a restart asks at once, and starts with a full log.
        port = int(server.base_url.rsplit(":", 1)[1])
        assert server.stop() == 0
        server.start(port=port)
        load.await_acknowledged(20, timeout_seconds=60)
    assert full_bytes <= LOG_BYTES
    assert_accounts_close(server, load)
    assert log_bytes(server.data_dir) <= LOG_BYTES
    assert server.stop() == 0


def log_bytes(data_dir: Path) -> int:
    return sum(path.stat().st_size for path in (data_dir / "log").rglob("*.[lo][op][ge]*"))
