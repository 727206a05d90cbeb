"""What the profile store costs: events a second, CPU an event, time of a find, and of a merger of two large profiles.

    python -m bench.profile_store [--events 50000] [--directory DIR]

The events are those of a shop: visitors browse anonymously, a third of them log in, a few buy. Numbers of one run, with
the machine they are from, are in docs/decisions/0007-profile-store.md.
"""

import argparse
import asyncio
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from server.model.datastream import DatasetId, DatastreamId
from server.model.event import ClientInfo, Event, EventId
from server.model.identity import Identity, Namespace
from server.model.json import JsonObject
from server.model.outcome import Offset, Position, Processed
from server.profile.store import SqliteProfileStore

DATASET = DatasetId("0123456789abcdef01234567")
START_MS = 1_767_225_600_000
EVENTS_PER_VISIT = 8
FINDS = 2_000

# Of the size that an enriched page view has: about 1.7 kB as JSON.
CONTEXT: JsonObject = {
    "device": {"type": "desktop", "manufacturer": "Apple", "model": "Mac", "screenHeight": 1080, "screenWidth": 1920},
    "environment": {
        "type": "browser",
        "browserDetails": {
            "name": "Chrome",
            "version": "141.0.7390.55",
            "vendor": "Google",
            "acceptLanguage": "de-CH,de;q=0.9,en;q=0.8",
            "userAgent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko)",
            "viewportHeight": 937,
            "viewportWidth": 1903,
        },
        "operatingSystem": "macOS",
        "operatingSystemVersion": "10.15.7",
    },
    "placeContext": {"localTime": "2026-01-01T01:00:00.000+01:00", "localTimezoneOffset": -60},
    "implementationDetails": {"name": "https://ns.heliograph.dev/implementations/snippet", "version": "0.1.0"},
    "productListItems": [
        {"SKU": f"SKU-{number}", "name": f"A product with a name, number {number}", "quantity": 1, "priceTotal": 19.9}
        for number in range(5)
    ],
}


def processed(number: int, identity_map: JsonObject, **xdm: object) -> tuple[Offset, Processed]:
    """One event of the stream; ``number`` gives its offset and time."""
    event_id = f"{random.getrandbits(128):032x}"
    received_ms = START_MS + number * 10
    timestamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(received_ms / 1000)) + f".{received_ms % 1000:03}Z"
    event = Event(
        id=EventId(event_id),
        datastream_id=DatastreamId("bench"),
        dataset_id=DATASET,
        received_ms=received_ms,
        beacon_id="b",
        client=ClientInfo(),
        xdm={
            "_id": event_id,
            "timestamp": timestamp,
            "eventType": "web.webpagedetails.pageViews",
            "identityMap": identity_map,
            "web": {"webPageDetails": {"URL": f"https://shop.example/products/{number % 997}", "name": "product"}},
        }
        | CONTEXT
        | xdm,
    )
    return Offset(number), Processed(event=event, source=Position(partition=0, offset=number))


def shop(events: int) -> Iterator[tuple[Offset, Processed]]:
    """Visits of returning and new visitors, many at a time, so that a batch touches many profiles."""
    for number in range(events):
        visit = number % 500 + 500 * (number // (500 * EVENTS_PER_VISIT))
        step = number // 500 % EVENTS_PER_VISIT
        identity_map: JsonObject = {"ECID": [{"id": f"{10**37 + visit}", "primary": True}]}
        if visit % 3 == 0 and step >= 3:
            identity_map["CustomerId"] = [{"id": f"customer-{visit % 2_000}", "authenticatedState": "authenticated"}]
        if step == EVENTS_PER_VISIT - 1 and visit % 30 == 0:
            order = {"priceTotal": 99.9, "currencyCode": "EUR", "purchaseID": f"order-{visit}"}
            commerce = {"purchases": {"value": 1}, "order": order}
            yield processed(number, identity_map, commerce=commerce, eventType="commerce.purchases")
            continue
        yield processed(number, identity_map)


async def apply_all(store: SqliteProfileStore, stream: Sequence[tuple[Offset, Processed]], *, batch: int) -> None:
    for start in range(0, len(stream), batch):
        await store.apply(stream[start : start + batch])


async def measure_apply(directory: Path, *, events: int, batch: int) -> Path:
    path = directory / f"profiles-{batch}.sqlite"
    stream = list(shop(events))
    store = SqliteProfileStore(path)
    await store.open()
    began, cpu = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    await apply_all(store, stream, batch=batch)
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    cpu_us = (after.ru_utime + after.ru_stime - cpu.ru_utime - cpu.ru_stime) / events * 1e6
    totals = await store.totals()
    await store.close()
    size = path.stat().st_size / totals.events
    print(
        f"apply, batches of {batch:>5}: {events / seconds:>7.0f} events/s, {cpu_us:>5.0f} us CPU/event, "
        f"{totals.profiles} profiles, {size:.0f} bytes/event on disk"
    )
    return path


async def measure_find(path: Path, *, limit_events: int) -> None:
    store = SqliteProfileStore(path)
    await store.open()
    found = []
    for _ in range(FINDS):
        identity = Identity(namespace=Namespace("ECID"), id=f"{10**37 + random.randrange(500)}")
        began = time.perf_counter()
        view = await store.find(identity, limit_events=limit_events)
        found.append(time.perf_counter() - began)
        assert view is not None
    await store.close()
    print(f"find, {limit_events:>4} events: p50 {percentile(found, 50):.2f} ms, p95 {percentile(found, 95):.2f} ms")


async def measure_large(directory: Path, *, events: int, absorbed: int) -> None:
    """Two profiles of ``events`` events each become one; then one that absorbed many small ones is read."""
    store = SqliteProfileStore(directory / "large.sqlite")
    await store.open()
    stream = [processed(n, {"ECID": [{"id": f"large-{n % 2}"}]}) for n in range(2 * events)]
    await apply_all(store, stream, batch=1_000)
    joining = processed(2 * events, {"ECID": [{"id": "large-0"}, {"id": "large-1"}]})
    began = time.perf_counter()
    await store.apply([joining])
    print(f"merger of two profiles of {events} events: {(time.perf_counter() - began) * 1e3:.2f} ms")
    await timed_find(store, "large-0", f"find, 1000 events of a profile of {2 * events}")

    # A browser that forgets its cookies once a day, on which the same customer logs in again after five pages.
    day = 24 * 3600 * 100  # in units of 10 ms, see processed()
    returning = []
    for n in range(absorbed * 6):
        identity_map: JsonObject = {"ECID": [{"id": f"returning-{n // 6}"}]}
        if n % 6 == 5:
            identity_map["CustomerId"] = [{"id": "returning"}]
        returning.append(processed(2 * events + 1 + n // 6 * day + n % 6, identity_map))
    await apply_all(store, returning, batch=1_000)
    await timed_find(store, f"returning-{absorbed - 1}", f"find, 1000 events of a profile of {absorbed} mergers")
    await store.close()


async def timed_find(store: SqliteProfileStore, ecid: str, title: str) -> None:
    seconds = []
    for _ in range(20):
        began = time.perf_counter()
        view = await store.find(Identity(namespace=Namespace("ECID"), id=ecid), limit_events=1_000)
        seconds.append(time.perf_counter() - began)
        assert view is not None
        assert view.events
    print(f"{title}: p50 {percentile(seconds, 50):.1f} ms")


def percentile(seconds: Sequence[float], percent: int) -> float:
    return statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1] * 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument(
        "--directory", type=Path, help="where the databases go; the system's temporary one if not given"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.directory) as name:
        directory = Path(name)
        for batch in (1, 10, 100, 1_000):
            path = asyncio.run(
                measure_apply(directory, events=max(options.events * min(batch, 100) // 100, 500), batch=batch)
            )
        for limit in (10, 100):
            asyncio.run(measure_find(path, limit_events=limit))
        asyncio.run(measure_large(directory, events=options.events, absorbed=365))


if __name__ == "__main__":
    main()
