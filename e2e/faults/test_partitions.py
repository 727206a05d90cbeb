"""More and fewer collectors: each has a partition of its own, and none is forgotten."""

from collections.abc import Callable

from e2e.faults.accounts import assert_accounts_close
from e2e.faults.load import Load
from e2e.server import Heliograph

NewServer = Callable[..., Heliograph]


def test_partitions_that_more_collectors_left_behind_are_read_and_taken_up_again(new_server: NewServer) -> None:
    loads: list[Load] = []
    for workers in (2, 1, 2):
        server = new_server(environ={"HELIOGRAPH_WORKERS": str(workers)}).start()
        load = Load(server, name=f"e{len(loads)}")
        loads.append(load)
        with load.running():
            load.await_acknowledged(100)
        assert server.stop() == 0

    server.start()
    assert_accounts_close(server, *loads)
    partitions = sorted(path.name for path in (server.data_dir / "log" / "received").iterdir())
    assert partitions == ["0", "1"]
    assert server.stop() == 0
