"""`heliograph serve`: prepare the data directory, open the sockets, start the processes, say where everything is."""

import asyncio
import contextlib
import fcntl
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from server.app import world
from server.app.address import LOCK_FILE, save_address
from server.app.installation import prepare
from server.app.listen import CannotServe as CannotServe
from server.app.listen import listen
from server.settings import PREFIX, Settings
from server.workers.supervisor import CHILD_CONSOLE_SOCKET, ChildSpec, StartFailed, Supervisor

_BACKLOG_CONNECTIONS = 2_048


def serve(settings: Settings, environ: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Until SIGTERM or Ctrl-C. Raises CannotServe, and whatever :func:`prepare` raises."""
    with (
        _data_directory(settings.data_dir),
        # A short path: a Unix socket's name has 108 bytes at most, and a data directory may lie deep.
        tempfile.TemporaryDirectory(prefix="heliograph-") as run_dir,
        listen(settings.host, settings.port, collectors=settings.collector_processes) as listeners,
    ):
        base_url = settings.base_url or _own_address(settings, listeners[0].getsockname()[1])
        lines = prepare(settings, now_ms=world.clock_ms()).lines(base_url)
        asyncio.run(_supervise(settings, environ, Path(run_dir), listeners, base_url, lines, say))


async def _supervise(
    settings: Settings,
    environ: Mapping[str, str],
    run_dir: Path,
    listeners: Sequence[socket.socket],
    base_url: str,
    lines: list[str],
    say: Callable[[str], None],
) -> None:
    loop = asyncio.get_running_loop()
    stop, on_ready, renew = asyncio.Event(), asyncio.Event(), asyncio.Event()
    console_path = str(run_dir / "console.sock")
    with socket.socket(socket.AF_UNIX) as console:
        console.bind(console_path)
        console.listen(_BACKLOG_CONNECTIONS)
        children = [
            ChildSpec(role="process"),
            ChildSpec(role="console", socket_fd=console.fileno()),
            *(
                ChildSpec(
                    role="collect",
                    index=index,
                    socket_fd=listener.fileno(),
                    has_peers=len(set(listeners)) > 1,
                )
                for index, listener in enumerate(listeners)
            ),
        ]
        given = child_environ(settings, environ, base_url) | {CHILD_CONSOLE_SOCKET: console_path}
        supervisor = Supervisor(
            children,
            command=[sys.executable, "-m", "server.app.child"],
            environ=given,
            drain_seconds=settings.drain_seconds,
        )

        def interrupt() -> None:
            """Somebody sits there and waits."""
            supervisor.hurry()
            stop.set()

        loop.add_signal_handler(signal.SIGTERM, stop.set)
        loop.add_signal_handler(signal.SIGINT, interrupt)
        # Not SIGHUP, which says that a terminal was closed.
        loop.add_signal_handler(signal.SIGUSR1, renew.set)

        async def announce() -> None:
            await on_ready.wait()
            save_address(settings.data_dir, base_url)
            for line in lines:
                say(line)

        announcing = asyncio.ensure_future(announce())
        try:
            await supervisor.run(stop, on_ready, renew)
        except StartFailed as error:
            raise CannotServe(str(error)) from None
        finally:
            announcing.cancel()


def child_environ(settings: Settings, environ: Mapping[str, str], base_url: str) -> dict[str, str]:
    """The children's environment: every setting as it was decided here, whichever way it was given."""
    kept = {name: value for name, value in environ.items() if not name.startswith(PREFIX)}
    return kept | settings.as_environ() | {f"{PREFIX}BASE_URL": base_url}


@contextlib.contextmanager
def _data_directory(path: Path) -> Iterator[None]:
    """Make it, private, and hold its lock: two servers on one directory would tear it apart."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(path / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CannotServe(
            f"the data directory {path} cannot be used: {error.strerror}. Give another with --data-dir"
        ) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise CannotServe(
            f"the data directory {path} is in use by another Heliograph. Give another with --data-dir"
        ) from None
    try:
        yield
    finally:
        os.close(lock)


def _own_address(settings: Settings, port: int) -> str:
    scheme = "https" if settings.tls_certificate else "http"
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104  (compared, not bound)
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
