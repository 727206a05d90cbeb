"""The public sockets: dealt out fairly, and never shared with another program."""

import contextlib
import select
import socket
import sys

import pytest

from server.app import listen as module
from server.app.listen import CannotServe, listen


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux deals connections out")
def test_connections_are_dealt_out_among_the_collectors() -> None:
    with contextlib.ExitStack() as stack:
        listeners = stack.enter_context(listen("127.0.0.1", 0, collectors=2))
        address = listeners[0].getsockname()
        for _ in range(400):
            stack.enter_context(socket.create_connection(address))
        shares = []
        for listener in listeners:
            count = 0
            while select.select([listener], [], [], 0)[0]:
                stack.enter_context(listener.accept()[0])
                count += 1
            shares.append(count)

    # By chance a side gets fewer than 120 once in 10^15 times.
    assert sum(shares) == 400
    assert min(shares) > 120


@pytest.mark.parametrize("collectors", [1, 3])
def test_every_collector_has_a_socket_on_one_address(collectors: int) -> None:
    with listen("127.0.0.1", 0, collectors=collectors) as listeners:
        assert len(listeners) == collectors
        assert len({listener.getsockname() for listener in listeners}) == 1


@pytest.mark.parametrize("collectors", [1, 2])
def test_a_port_in_use_is_said_and_not_shared(monkeypatch: pytest.MonkeyPatch, collectors: int) -> None:
    monkeypatch.setattr(module, "_PORT_WAIT_SECONDS", 0.0)
    with listen("127.0.0.1", 0, collectors=2) as listeners:
        port = listeners[0].getsockname()[1]
        with (
            pytest.raises(CannotServe, match=f"127.0.0.1:{port} is in use by another program"),
            listen("127.0.0.1", port, collectors=collectors),
        ):
            pass


def test_a_name_that_leads_nowhere_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    with pytest.raises(CannotServe, match=r"cannot listen on nowhere: Name"), listen("nowhere", 0, collectors=1):
        pass
