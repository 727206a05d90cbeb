"""One connection to the control plane, used from one thread of its own, so that no query ever blocks an event loop.

The control plane is small and seldom written: one connection a process is enough, and it makes every piece of work one
transaction. Other processes have their own; SQLite's write-ahead log lets them read while one writes.
"""

import asyncio
import copy
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url

from server.store.audit import TRAIL, Trail
from server.store.audit_changes import tell_changes

T = TypeVar("T")

Work = Callable[[Connection], T]
"""A piece of work in one transaction: all of it happens, or nothing."""

# How long a writer waits for another process's transaction; ours last milliseconds.
_BUSY_TIMEOUT_MS = 10_000

_MIGRATIONS = Path(__file__).parent / "migrations"


class DatabaseTooNew(Exception):
    """The database was written by a newer version of Heliograph than this one."""


class Database:
    """``await database.write(work)``: ``work`` gets a connection; what it returns is returned once it is committed."""

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="control-plane")
        self._trail: Trail | None = None

    def audited(self, trail: Trail) -> "Database":
        """The same connection, in whose transactions changes are noted on this trail."""
        same = copy.copy(self)
        same._trail = trail
        return same

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run work that changes nothing: it waits for no writer."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.read_sync, work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run work that may change something: one writer at a time, among all processes."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.write_sync, work)

    def read_sync(self, work: Callable[[Connection], T]) -> T:
        """As :meth:`read`, for commands, which have no event loop."""
        with self._engine.begin() as connection:
            return work(connection)

    def write_sync(self, work: Callable[[Connection], T]) -> T:
        """As :meth:`write`, for commands, which have no event loop."""
        options = {"begin": "IMMEDIATE", TRAIL: self._trail}
        with self._engine.connect().execution_options(**options) as connection, connection.begin():
            if self._trail is not None:
                tell_changes(connection, self._trail)
            return work(connection)

    async def forget_former(self) -> None:
        """Keep nothing of what was there before in a write-ahead log. While somebody reads, it stays."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._checkpoint)

    def _checkpoint(self) -> None:
        if self._engine.dialect.name != "sqlite":
            return
        connection = self._engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()

    def close(self) -> None:
        """Let go. Harmless twice."""
        self._thread.shutdown(wait=True)
        self._engine.dispose()


def migrate(url: str) -> None:
    """Bring the database to this version's tables in one transaction; make it if there is none.

    Raises DatabaseTooNew when a newer version has migrated it: better to stop than to misread.
    """
    if _is_current(url):
        return
    # Here alone: Alembic is a third of a command's start, and of a hundred starts one has something to migrate.
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    engine = _engine(url)
    try:
        with engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
            for head in MigrationContext.configure(connection).get_current_heads():
                if head not in known:
                    raise DatabaseTooNew(
                        f"the database is at migration {head}, which this version does not know: "
                        "start the newer version of Heliograph that wrote it"
                    )
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def _is_current(url: str) -> bool:
    """Whether it is at the newest migration. Their files are named by their revisions, which are in order."""
    newest = max(path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))
    engine = _engine(url)
    try:
        with engine.begin() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return False
            return connection.scalars(text("SELECT version_num FROM alembic_version")).all() == [newest]
    finally:
        engine.dispose()


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_size=1, max_overflow=1)
    engine = create_engine(url)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: object, _record: object) -> None:
    # The driver's own idea of transactions leaves table changes outside of them; _begin_sqlite does it right.
    connection.isolation_level = None  # type: ignore[attr-defined]  # a DB-API connection has no type of its own
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    # FULL: what a marketer published survives power loss (NORMAL may lose the last commits).
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    # Who was to be forgotten is overwritten, not only given free.
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # IMMEDIATE takes the write lock at once: a transaction that reads first and writes later could be refused.
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('begin', 'DEFERRED')}")
