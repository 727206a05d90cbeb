"""What only the store on SQLite can do: threads, other processes, power loss, errors of the disk."""

import asyncio
import resource
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from server.model.outcome import BEFORE_FIRST
from server.profile.connection import connect_writer
from server.profile.errors import ProfileStoreMissing, ProfileStoreUnavailable
from server.profile.graph import GraphRules
from server.profile.reader import Totals, open_reader
from server.profile.store import AsyncProfileReader, SqliteProfileStore
from tests.unit.profile.builders import a_step, an_identity

T = TypeVar("T")

ONE_DEVICE = an_identity("ECID:1")


def using(path: Path, work: Callable[[SqliteProfileStore], Awaitable[T]], *, busy_timeout_ms: int = 10_000) -> T:
    async def opened() -> T:
        store = SqliteProfileStore(path, busy_timeout_ms=busy_timeout_ms)
        await store.open()
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(opened())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "profiles.sqlite"


def test_what_was_applied_is_there_after_reopening(path: Path) -> None:
    using(path, lambda store: store.apply([a_step(4, "ECID:1", "CustomerId:A")]))

    assert using(path, lambda store: store.committed()) == 4
    assert using(path, lambda store: store.find(ONE_DEVICE, limit_events=1)) is not None


def test_an_event_is_stored_once_though_the_store_is_opened_and_closed_twice(path: Path) -> None:
    async def work(store: SqliteProfileStore) -> None:
        await store.open()
        await store.apply([a_step(0, "ECID:1")])
        await store.close()

    using(path, work)

    with open_reader(path) as reader:
        assert reader.totals() == Totals(profiles=1, events=1)
        assert reader.committed() == 0


def test_closing_without_open_is_harmless(path: Path) -> None:
    asyncio.run(SqliteProfileStore(path).close())

    assert not path.exists()


def test_a_closed_store_says_so(path: Path) -> None:
    async def work(store: SqliteProfileStore) -> None:
        await store.close()
        with pytest.raises(ProfileStoreUnavailable, match="is closed"):
            await store.apply([a_step(0, "ECID:1")])
        with pytest.raises(ProfileStoreUnavailable, match="is closed"):
            await store.find(ONE_DEVICE, limit_events=1)

    using(path, work)


def test_durability_is_that_of_every_commit(path: Path) -> None:
    connection = connect_writer(path)

    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    connection.close()


def test_another_process_reads_while_the_store_is_open(path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from server.profile.reader import open_reader\n"
        "with open_reader(Path(sys.argv[1])) as reader: print(reader.count_profiles(), reader.committed())"
    )

    async def work(store: SqliteProfileStore) -> str:
        await store.apply([a_step(0, "ECID:1"), a_step(1, "ECID:2")])
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, str(path), stdout=asyncio.subprocess.PIPE
        )
        output, _errors = await asyncio.wait_for(process.communicate(), timeout=60)
        return output.decode()

    assert using(path, work) == "2 1\n"


def test_a_reader_sees_whole_batches_and_waits_for_no_writer(path: Path) -> None:
    using(path, lambda store: store.apply([a_step(0, "ECID:1")]))
    writer = connect_writer(path)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("DELETE FROM identities")

    with open_reader(path) as reader:
        view = reader.find(ONE_DEVICE, limit_events=1)

    assert view is not None
    writer.execute("ROLLBACK")
    writer.close()


def test_a_reader_cannot_write(path: Path) -> None:
    using(path, lambda store: store.apply([a_step(0, "ECID:1")]))

    with open_reader(path) as reader, pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader._connection.execute("DELETE FROM identities")


def test_a_reader_works_after_the_writer_is_gone(path: Path) -> None:
    using(path, lambda store: store.apply([a_step(0, "ECID:1")]))
    assert [file.name for file in path.parent.iterdir()] == [path.name]  # no write-ahead log is left

    with open_reader(path) as reader:
        assert reader.count_profiles() == 1


def test_a_path_with_signs_that_mean_something_in_a_uri_is_read(tmp_path: Path) -> None:
    path = tmp_path / "50% off? #1.sqlite"
    using(path, lambda store: store.apply([a_step(0, "ECID:1")]))

    with open_reader(path) as reader:
        assert reader.count_profiles() == 1


def test_an_async_reader_may_be_there_before_the_store(path: Path) -> None:
    async def work() -> None:
        reader = AsyncProfileReader(path)
        with pytest.raises(ProfileStoreMissing):
            await reader.count_profiles()
        store = SqliteProfileStore(path)
        await store.open()

        assert await reader.count_profiles() == 0

        await store.close()
        await reader.close()
        await reader.close()

    asyncio.run(work())


def test_a_store_that_is_locked_keeps_nothing_and_goes_on_when_it_is_free(path: Path) -> None:
    async def work(store: SqliteProfileStore) -> None:
        other = connect_writer(path)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ProfileStoreUnavailable, match="locked"):
            await store.apply([a_step(0, "ECID:1")])
        assert await store.committed() == BEFORE_FIRST
        other.execute("ROLLBACK")
        other.close()

        await store.apply([a_step(0, "ECID:1")])

        assert await store.committed() == 0

    using(path, work, busy_timeout_ms=20)


@contextmanager
def files_limited_to(size_bytes: int) -> Iterator[None]:
    """As on a full disk: the kernel refuses every write that would make a file larger."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_keeps_nothing_of_the_batch(path: Path) -> None:
    async def work(store: SqliteProfileStore) -> None:
        await store.apply([a_step(0, "ECID:1")])
        batch = [a_step(1, "ECID:2"), a_step(2, "ECID:3", padding="x" * 500_000)]

        with files_limited_to(300_000), pytest.raises(ProfileStoreUnavailable, match="cannot be used"):
            await store.apply(batch)

        assert await store.count_profiles() == 1
        assert await store.committed() == 0
        await store.apply(batch)  # there is room again
        assert await store.count_profiles() == 3

    using(path, work)


def test_a_connection_that_an_error_left_unusable_is_replaced(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail_within_a_transaction(connection: sqlite3.Connection, *_batch: object, **_rules: object) -> None:
        connection.execute("BEGIN IMMEDIATE")
        raise sqlite3.OperationalError("disk I/O error")

    async def work(store: SqliteProfileStore) -> None:
        with monkeypatch.context() as patched:
            patched.setattr("server.profile.store.apply_batch", fail_within_a_transaction)
            with pytest.raises(ProfileStoreUnavailable, match="disk I/O error"):
                await store.apply([a_step(0, "ECID:1")])

        await store.apply([a_step(0, "ECID:1")])

        assert await store.count_profiles() == 1

    using(path, work)


def test_one_unstorable_event_keeps_nothing_of_its_batch(path: Path) -> None:
    async def work(store: SqliteProfileStore) -> None:
        with pytest.raises(ValueError, match="surrogates"):
            await store.apply([a_step(0, "ECID:1"), a_step(1, "ECID:\ud800")])

        assert await store.count_profiles() == 0
        await store.apply([a_step(0, "ECID:1")])
        assert await store.count_profiles() == 1

    using(path, work)


def test_a_damaged_file_is_told_in_words(path: Path) -> None:
    using(path, lambda store: store.apply([a_step(n, f"ECID:{n}") for n in range(1, 500)]))
    content = bytearray(path.read_bytes())
    content[8192:] = b"\xff" * (len(content) - 8192)
    path.write_bytes(content)

    with open_reader(path) as reader, pytest.raises(ProfileStoreUnavailable, match="malformed"):
        reader.find(ONE_DEVICE, limit_events=1)


def test_totals_count_what_was_turned_away_once(path: Path) -> None:
    batch = [
        a_step(0, "ECID:1", "CustomerId:null"),
        a_step(1),
        a_step(2, "ECID:undefined"),
        a_step(3, "ECID:2"),
        a_step(4, "ECID:1", "ECID:2"),
    ]

    async def work(store: SqliteProfileStore) -> None:
        await store.apply(batch)
        await store.apply(batch)

        expected = Totals(profiles=1, events=3, events_without_identity=2, identities_refused=2)
        assert await store.totals() == expected

    using(path, work)


def test_identities_in_quarantine_are_listed_the_newest_first(path: Path) -> None:
    async def work(store: SqliteProfileStore) -> None:
        await store.apply([a_step(n, f"ECID:a{n}", "FPID:kiosk") for n in range(60)])
        await store.apply([a_step(n, f"ECID:b{n}", "CustomerId:demo") for n in range(60, 120)])

        assert list(await store.quarantined(limit=10)) == [an_identity("CustomerId:demo"), an_identity("FPID:kiosk")]
        assert list(await store.quarantined(limit=1)) == [an_identity("CustomerId:demo")]
        view = await store.find(an_identity("FPID:kiosk"), limit_events=100)
        assert view is not None
        assert view.attributes["quarantinedIdentities"] == ["FPID:kiosk"]
        assert view.event_count == 49

    using(path, work)


def test_a_profile_without_events_is_no_recent_one(path: Path) -> None:
    async def work() -> None:
        store = SqliteProfileStore(path, rules=GraphRules(max_identities_per_profile=3))
        await store.open()
        shared = "Email:shared@example.com"
        await store.apply([a_step(1, "CustomerId:A", shared), a_step(2, shared, "ECID:1"), a_step(3, shared, "ECID:2")])

        await store.apply([a_step(4, "CustomerId:A", "Email:own@example.com")])  # the shared one leaves for its own

        alone = await store.find(an_identity(shared), limit_events=1)
        assert alone is not None
        assert alone.event_count == 0
        assert alone.id not in {view.id for view in await store.recent_profiles(limit=10)}
        await store.close()

    asyncio.run(work())


def test_two_large_profiles_become_one_by_changing_one_row(path: Path) -> None:
    async def work(store: SqliteProfileStore) -> None:
        await store.apply([a_step(n, f"ECID:{n % 2}x") for n in range(200)])

        await store.apply([a_step(200, "ECID:0x", "ECID:1x")])

        view = await store.find(an_identity("ECID:1x"), limit_events=1_000)
        assert view is not None
        assert [event.id for event in view.events] == [f"e-{n}" for n in range(200, -1, -1)]

    using(path, work)
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT profile, count(*) FROM events GROUP BY profile").fetchall() == [
        (1, 101),
        (2, 100),
    ]
    connection.close()


def test_cancelling_a_call_leaves_a_store_that_works(path: Path) -> None:
    async def work(store: SqliteProfileStore) -> None:
        batch = [a_step(n, f"ECID:{n}x") for n in range(300)]
        calls = [asyncio.ensure_future(store.apply(batch)) for _ in range(3)]
        await asyncio.sleep(0)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)

        await store.apply(batch)

        assert await store.totals() == Totals(profiles=300, events=300)

    using(path, work)
