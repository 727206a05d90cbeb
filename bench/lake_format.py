"""Delta Lake beside Iceberg: what a commit costs, how fast the table is read, how large it is.

    python -m bench.lake_format [--before 200] [--commits 40]

Events of the demo's schema go into a table that has ``--before`` commits already, 10 or 1,000 a commit, in three ways:

- *delta, ours*: server/lake/writer.py; files by Arrow, fsynced, the commit by ``deltalake``, fsynced;
- *delta, library*: ``deltalake.write_deltalake`` with the log's offset as an application transaction, no fsync;
- *iceberg*: ``pyiceberg`` with a catalog in SQLite, the offset as a property of the snapshot, no fsync. It is no
  dependency of ours: ``pip install 'pyiceberg[sql-sqlite,pyarrow]'`` into an environment of its own, or it is left out.

Every figure is from the event to the table, and so includes making Arrow of it, which is the same code for all.
Numbers of one run, with the machine they are from, are in docs/decisions/0005-lake-format.md.
"""

import argparse
import importlib
import importlib.util
import platform
import statistics
import tempfile
import time
import uuid
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction, WriterProperties, write_deltalake

from server.lake.arrow import compile_layout, encode_row, read_lines
from server.lake.batch import encode_batch
from server.lake.compact import compact_table
from server.lake.table import DATE, compile_columns
from server.lake.table_format import CONFIGURATION, covered_offset
from server.lake.writer import TableWriter
from server.model.datastream import Dataset, DatasetId, DatastreamId
from server.model.event import ClientInfo, Event, EventId
from server.model.json import JsonObject
from server.model.outcome import Offset, Position, Processed
from server.schema.builtins import builtin_documents, load_ready_schema
from server.schema.compose import resolve_schema

Entries = Sequence[tuple[Offset, Processed]]

SCHEMA = resolve_schema(load_ready_schema("demo-events"), builtin_documents().get)
COLUMNS = compile_columns(SCHEMA)
LAYOUT = compile_layout(COLUMNS)
DATASET = Dataset(id=DatasetId("0123456789abcdef01234567"), name="demo-events", schema_id=SCHEMA["$id"])
DAY = date(2026, 1, 1)
MIDNIGHT_MS = 1_767_225_600_000
QUERY = """
    SELECT eventType, count(*), sum(commerce.productListAdds.value)
    FROM read_parquet($1, union_by_name = true) GROUP BY 1
"""


class Contender(Protocol):
    """One way to keep a table."""

    name: str

    def commit(self, entries: Entries) -> None:
        """Rows and offset at once."""

    def offset(self) -> int:
        """As the table remembers it, looked up anew."""

    def files(self) -> list[str]:
        """Those of the newest version, looked up anew."""

    def compact(self) -> bool:
        """Merge small files; False when the library cannot."""


class DeltaOurs:
    name = "delta, ours"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writer = TableWriter(folder, partition=0, now_ms=lambda: MIDNIGHT_MS, new_name=lambda: uuid.uuid4().hex)

    def commit(self, entries: Entries) -> None:
        self._writer.write(DATASET, SCHEMA, entries)

    def offset(self) -> int:
        return covered_offset(DeltaTable(str(self._folder)), partition=0)

    def files(self) -> list[str]:
        return DeltaTable(str(self._folder)).file_uris()

    def compact(self) -> bool:
        compact_table(DeltaTable(str(self._folder)), self._folder, now_ms=MIDNIGHT_MS)
        return True


class DeltaLibrary:
    name = "delta, library"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()
        self._table = DeltaTable.create(
            str(folder), schema=COLUMNS, partition_by=[DATE], configuration=dict(CONFIGURATION)
        )
        self._properties = WriterProperties(compression="ZSTD", compression_level=1)

    def commit(self, entries: Entries) -> None:
        write_deltalake(
            self._table,
            rows(entries),
            mode="append",
            writer_properties=self._properties,
            commit_properties=CommitProperties(app_transactions=[Transaction("bench", entries[-1][0])]),
        )

    def offset(self) -> int:
        return DeltaTable(str(self._folder)).transaction_version("bench") or -1

    def files(self) -> list[str]:
        return DeltaTable(str(self._folder)).file_uris()

    def compact(self) -> bool:
        compact_table(DeltaTable(str(self._folder)), self._folder, now_ms=MIDNIGHT_MS)
        return True


class Iceberg:
    name = "iceberg"

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        sql: Any = importlib.import_module("pyiceberg.catalog.sql")
        self._catalog = sql.SqlCatalog("bench", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}")
        self._catalog.create_namespace("lake")
        self._table = self._catalog.create_table(
            "lake.events",
            schema=COLUMNS,
            properties={
                "write.parquet.compression-codec": "zstd",
                "write.parquet.compression-level": "1",
                "write.metadata.metrics.default": "none",
                "write.metadata.metrics.column.timestamp": "full",
            },
        )
        with self._table.update_spec() as update:
            update.add_identity(DATE)

    def commit(self, entries: Entries) -> None:
        self._table.append(rows(entries), snapshot_properties={"heliograph.offset": str(entries[-1][0])})

    def offset(self) -> int:
        snapshot = self._catalog.load_table("lake.events").current_snapshot()
        return int(snapshot.summary.additional_properties["heliograph.offset"])

    def files(self) -> list[str]:
        tasks = self._catalog.load_table("lake.events").scan().plan_files()
        return [task.file.file_path.removeprefix("file://") for task in tasks]

    def compact(self) -> bool:
        return False


def rows(entries: Entries) -> pa.Table:
    """As both libraries want them: every column, the day among them."""
    lines = [encode_row(LAYOUT, *LAYOUT.codec.split(processed.event.xdm)) for _, processed in entries]
    table = read_lines(LAYOUT, lines)
    return table.append_column(DATE, pa.array([DAY] * len(table), pa.date32()))


def an_event(number: int) -> Processed:
    """An enriched add-to-cart of about 1.5 kB, one second after the one before, all of one day."""
    seconds = number % 86_400
    timestamp = f"2026-01-01T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.000Z"
    identifier = str(uuid.UUID(int=(number * 0x9E3779B97F4A7C15F39CC0605CEDC835) % 2**128))
    product, visitor = number % 500, number * 7919 % 3_000
    xdm: JsonObject = {
        "_id": identifier,
        "timestamp": timestamp,
        "eventType": ("commerce.productListAdds", "web.webpagedetails.pageViews")[number % 2],
        "identityMap": {"ECID": [{"id": f"{visitor:038}", "authenticatedState": "ambiguous", "primary": True}]},
        "web": {
            "webPageDetails": {
                "URL": f"https://shop.example/products/{product}?campaign={number % 17}",
                "name": f"Product {product}",
                "siteSection": "products",
                "viewName": "product",
                "pageViews": {"value": 1},
            },
            "webReferrer": {"URL": "https://shop.example/search?q=lamp", "type": "internal"},
            "webInteraction": {"name": "Add to cart", "type": "other", "linkClicks": {"value": 1}},
        },
        "commerce": {"productListAdds": {"value": 1}, "cart": {"cartID": f"cart-{visitor}"}},
        "productListItems": [
            {
                "SKU": f"SKU-{product}",
                "name": f"Product {product}",
                "quantity": 1 + number % 3,
                "priceTotal": round(19.9 * (1 + number % 3), 2),
                "currencyCode": "EUR",
            }
        ],
        "environment": {
            "type": "browser",
            "browserDetails": {
                "name": "Chrome",
                "vendor": "Google",
                "version": f"141.0.{number % 40}.0",
                "acceptLanguage": "de-CH,de;q=0.9,en;q=0.8",
                "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0",
                "viewportHeight": 700 + number % 300,
                "viewportWidth": 1200 + number % 700,
            },
            "operatingSystem": "Linux",
            "ipV4": f"203.0.{number % 200}.0",
        },
        "device": {"type": "desktop", "screenHeight": 1080, "screenWidth": 1920, "screenOrientation": "landscape"},
        "placeContext": {"localTime": timestamp, "localTimezoneOffset": -60, "geo": {"countryCode": "CH"}},
        "implementationDetails": {"name": "https://ns.heliograph.dev/snippet", "version": "0.1.0"},
    }
    event = Event(
        id=EventId(identifier),
        datastream_id=DatastreamId("demo"),
        dataset_id=DATASET.id,
        received_ms=MIDNIGHT_MS + seconds * 1000,
        beacon_id=identifier,
        client=ClientInfo(),
        xdm=xdm,
    )
    return Processed(event=event, source=Position(partition=0, offset=number))


def batches(events: int, *, first: int, commits: int) -> list[Entries]:
    """Made before anything is measured."""
    return [
        [(Offset(number), an_event(number)) for number in range(start, start + events)]
        for start in range(first, first + events * commits, events)
    ]


def measure(contender: Contender, *, before: int, commits: int) -> None:
    for batch in batches(10, first=0, commits=before):
        contender.commit(batch)
    first = 10 * before
    for events in (10, 1_000):
        first = measure_commits(contender, first=first, events=events, commits=commits)
    measure_reading(contender, events=first)
    began = time.perf_counter()
    if not contender.compact():
        print("  compaction: the library has none")
        return
    print(f"  compaction: {time.perf_counter() - began:.1f} s; after it:")
    first = measure_commits(contender, first=first, events=10, commits=commits)
    measure_reading(contender, events=first)


def measure_commits(contender: Contender, *, first: int, events: int, commits: int) -> int:
    """The number of the next event."""
    wall: list[float] = []
    cpu = 0.0
    for batch in batches(events, first=first, commits=commits):
        began, began_cpu = time.perf_counter(), time.process_time()
        contender.commit(batch)
        wall.append(1000 * (time.perf_counter() - began))
        cpu += 1000 * (time.process_time() - began_cpu) / commits
    after = first + events * commits
    assert contender.offset() == after - 1, "the offset is not what was committed last"
    wall.sort()
    half, most = statistics.median(wall), wall[int(0.95 * len(wall))]
    print(f"  commit of {events:5}: p50 {half:6.1f} ms, p95 {most:6.1f} ms, CPU {cpu:6.1f} ms", end="")
    print(f", {1000 * cpu / events:.0f} us an event" if events > 10 else "")
    return after


def measure_reading(contender: Contender, *, events: int) -> None:
    began = time.perf_counter()
    files = contender.files()
    listed = time.perf_counter()
    with duckdb.connect(config={"threads": 1}) as connection:
        found = connection.execute(QUERY, [files]).fetchall()
    queried = time.perf_counter()
    assert sum(row[1] for row in found) == events, "rows are missing or doubled"
    listing, query = 1000 * (listed - began), 1000 * (queried - listed)
    print(f"  reading {events} events in {len(files)} files: {listing:.0f} ms to list, {query:.0f} ms to query")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", type=int, default=200, help="commits that the table has already")
    parser.add_argument("--commits", type=int, default=40, help="commits to measure, of each size")
    given = parser.parse_args()
    print(f"{platform.machine()}, Python {platform.python_version()}, {len(COLUMNS)} columns")
    encode_only(commits=given.commits)
    contenders: list[Any] = [DeltaOurs, DeltaLibrary]
    if importlib.util.find_spec("pyiceberg") is None:
        print("iceberg: left out, pyiceberg cannot be imported here (see --help)")
    else:
        contenders.append(Iceberg)
    for contender in contenders:
        with tempfile.TemporaryDirectory() as folder:
            print(contender.name)
            measure(contender(Path(folder) / "table"), before=given.before, commits=given.commits)
            sizes = [(file.suffix, file.stat().st_size) for file in Path(folder).rglob("*") if file.is_file()]
            data = sum(size for suffix, size in sizes if suffix == ".parquet")
            besides = sum(size for _, size in sizes) - data
            print(f"  size: {data / 1e6:.1f} MB in Parquet files, {besides / 1e6:.1f} MB besides")


def encode_only(*, commits: int) -> None:
    """The part that is the same for all."""
    for events in (10, 1_000):
        made = batches(events, first=0, commits=commits)
        began = time.process_time()
        for batch in made:
            encode_batch(LAYOUT, batch, partition=0)
        cpu = 1000 * (time.process_time() - began) / commits
        print(f"Arrow of {events:5}: CPU {cpu:.1f} ms, {1000 * cpu / events:.1f} us an event")


if __name__ == "__main__":
    main()
