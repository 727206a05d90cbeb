"""The public sockets: one a collector, all on one address, so that the kernel deals out the connections."""

import contextlib
import errno
import socket
import sys
import time
from collections.abc import Iterator, Sequence

# A server that was killed lets go of its port when its children have noticed; a new one waits for that, shortly.
_PORT_WAIT_SECONDS = 2.0
_PORT_LOOK_SECONDS = 0.1

_BACKLOG_CONNECTIONS = 2_048


class CannotServe(Exception):
    """Something outside stands in the way. ``args``: one line for the operator."""


@contextlib.contextmanager
def listen(host: str, port: int, *, collectors: int) -> Iterator[Sequence[socket.socket]]:
    """A listening socket for each collector; port 0 takes a free one. Raises CannotServe.

    On one shared socket whoever wakes first takes all that wait: of 64 connections that came at once, one collector got
    63 (docs/decisions/0017). Only Linux deals them out among sockets that share a port; elsewhere it is one for all.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror as error:
        raise CannotServe(f"cannot listen on {host}: {error.strerror}") from None
    family, kind, _, _, address = found[0]
    with contextlib.ExitStack() as stack:
        alone = stack.enter_context(socket.socket(family, kind))
        alone.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _bind(alone, address, f"{host}:{port}")
        if collectors == 1 or sys.platform != "linux":
            alone.listen(_BACKLOG_CONNECTIONS)
            yield [alone] * collectors
            return
        # It was only asked whether the port is free: one that may be shared would be shared with another server, too.
        address = (address[0], alone.getsockname()[1], *address[2:])
        alone.close()
        listeners = [stack.enter_context(socket.socket(family, kind)) for _ in range(collectors)]
        for listener in listeners:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            _bind(listener, address, f"{host}:{port}")
        for listener in listeners:
            listener.listen(_BACKLOG_CONNECTIONS)
        yield listeners


def _bind(listener: socket.socket, address: object, name: str) -> None:
    give_up = time.monotonic() + _PORT_WAIT_SECONDS
    while True:
        try:
            listener.bind(address)  # type: ignore[arg-type]  # as getaddrinfo gave it
            return
        except OSError as error:
            if error.errno == errno.EADDRINUSE and time.monotonic() < give_up:
                time.sleep(_PORT_LOOK_SECONDS)
                continue
            if error.errno == errno.EADDRINUSE:
                raise CannotServe(f"{name} is in use by another program. Choose another with --port") from None
            raise CannotServe(f"cannot listen on {name}: {error.strerror}") from None
