"""The core: gives every event its outcome, and lets each sink take what was processed."""

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection

from server.app import world
from server.app.erasure import erase_deps, read_tombstones
from server.app.logs import open_partition, open_reader, received_partitions
from server.app.numbers import pipeline_numbers, telling
from server.app.readers import open_logs
from server.enrich import ENRICHMENTS
from server.enrich.deps import load_deps
from server.eventlog.timed_files import TimedFiles
from server.eventlog.topics import Topic
from server.lake.lake import DeltaLake
from server.model.dataset import Dataset
from server.model.replay import REPLAYS_PARTITION
from server.observe.metrics_log import SyncCounts
from server.pipeline.enricher import Enricher
from server.ports import Validator
from server.profile.erased import Tombstones
from server.profile.store import SqliteProfileStore
from server.schema.builtins import builtin_documents
from server.schema.compile import compile_schema
from server.schema.compose import resolve_schema
from server.settings import Settings
from server.sinks import SINKS, SinkNeeds
from server.sinks.forgetting import ClaimedIdentities, ForgettingSink
from server.store.configuration import StoredConfiguration
from server.store.database import Database
from server.store.datasets import begin_due_purges, end_purge
from server.store.datastreams import forget_deleted
from server.store.seen import SqliteSeenIds
from server.store.tallies import SqliteTallies
from server.workers.attempts import open_attempts
from server.workers.child import say_ready, stop_signal
from server.workers.compact import run_compaction
from server.workers.configuration import ConfigurationWatch
from server.workers.deliver import DeliverDeps, DeliverWorker
from server.workers.delivered import DeliveredCounts, DeliveredDeps
from server.workers.erase import run_erasures
from server.workers.mappers import Mappers
from server.workers.process import ProcessDeps, ProcessWorker
from server.workers.purge import PurgeDeps, run_purges
from server.workers.tally import TallyDeps, run_tally
from server.workers.validators import Validators

_DAY_MS = 86_400_000

# A profile is read within the second; a batch of this many events still applies in a tenth of it. Events, seconds.
_AT_ONCE = (500, 0.0)
# A failed event can outlive its days, while its segment is open or somebody reads it; that it was repaired is
# remembered for longer than that.
_REPAIRED_TIMES = 3
# One file a commit: the more events in it, the better it packs and reads.
_LAKE_BATCH_EVENTS = 10_000

_DAY_MS = 24 * 3600 * 1000


async def run_core(settings: Settings, environ: Mapping[str, str]) -> None:
    """Until told to stop; what was begun is finished."""
    async with stop_signal(environ) as stop, contextlib.AsyncExitStack() as stack:
        database = Database(settings.control_plane_url)
        stack.callback(database.close)
        watch = await ConfigurationWatch.open(StoredConfiguration(database))
        syncs = SyncCounts(Topic.PROCESSED), SyncCounts(Topic.FAILED)
        processed = open_partition(settings, Topic.PROCESSED, files=TimedFiles(syncs[0]))
        stack.push_async_callback(processed.close)
        failed = open_partition(settings, Topic.FAILED, files=TimedFiles(syncs[1]))
        stack.push_async_callback(failed.close)
        dead_letters = open_partition(settings, Topic.DEAD_LETTERS)
        stack.push_async_callback(dead_letters.close)
        seen = SqliteSeenIds(settings.data_dir / "seen.db", keep_days=settings.seen_days, clock_ms=world.clock_ms)
        stack.push_async_callback(seen.close)
        repaired = SqliteSeenIds(
            settings.data_dir / "repaired.db", keep_days=_REPAIRED_TIMES * settings.failed_days, clock_ms=world.clock_ms
        )
        stack.push_async_callback(repaired.close)
        tallies = SqliteTallies(settings.data_dir / "tallies.db", failures_keep_ms=settings.failed_days * _DAY_MS)
        stack.push_async_callback(tallies.close)
        profiles = SqliteProfileStore(settings.data_dir / "profiles.db")
        await profiles.open()
        stack.push_async_callback(profiles.close)
        lake = DeltaLake(settings.lake_location)
        stack.push_async_callback(lake.close)

        components = builtin_documents()

        def compiled(document: Mapping[str, Any]) -> Validator:
            return compile_schema(resolve_schema(document, components.get))

        validators, enrichment_deps = Validators(compiled), load_deps()
        mappers = Mappers(lambda document: resolve_schema(document, components.get))
        # One for all partitions: they see the same browsers.
        enricher = Enricher([construct(enrichment_deps) for construct in ENRICHMENTS])
        partitions = received_partitions(settings.data_dir, collectors=settings.collector_processes)
        workers = [*(f"process{number}" for number in (REPLAYS_PARTITION, *partitions)), *(f"sink-{n}" for n in SINKS)]
        attempts = open_attempts(settings.data_dir / "attempts", workers)
        for each in attempts.values():
            stack.callback(each.close)
        processors = []
        taken_in = {REPLAYS_PARTITION: open_reader(settings.data_dir, Topic.REPLAYS)}
        for partition in partitions:
            # One that fewer collectors left behind has no other writer, and what is in it is not to stay for ever.
            is_left_behind = partition >= settings.collector_processes
            taken_in[partition] = (
                open_partition(settings, Topic.RECEIVED, partition=partition)
                if is_left_behind
                else open_reader(settings.data_dir, Topic.RECEIVED, partition=partition)
            )
        for partition, received in taken_in.items():
            stack.push_async_callback(received.close)
            processors.append(
                ProcessWorker(
                    ProcessDeps(
                        partition=partition,
                        received=received,
                        processed=processed,
                        failed=failed,
                        seen=seen,
                        configuration=watch.current,
                        validator=validators,
                        mapper=mappers,
                        enricher=enricher,
                        refresh=watch.refresh,
                        attempts=attempts[f"process{partition}"],
                        repaired=repaired if partition == REPLAYS_PARTITION else None,
                        clock_ms=world.clock_ms,
                    )
                )
            )
        needs = SinkNeeds(
            configuration=watch.current,
            resolve=lambda document: resolve_schema(document, components.get),
            lake=lake,
            profiles=profiles,
        )

        def knows(dataset_id: str) -> bool:
            return dataset_id in watch.current().datasets

        counts = DeliveredCounts(
            DeliveredDeps(processed=processed, tallies=tallies, clock_ms=world.clock_ms, knows=knows)
        )
        identities, tombstones = ClaimedIdentities(watch.current), await read_tombstones(database)
        sinks = {
            name: ForgettingSink(construct_sink(needs), identities=identities, tombstones=tombstones)
            for name, construct_sink in SINKS.items()
        }

        async def bury(newest: Tombstones) -> None:
            for sink in sinks.values():
                await sink.bury(newest)

        erasing = erase_deps(
            settings, database=database, profiles=profiles, lake=lake, configuration=watch.current, bury=bury
        )
        paces = {"lake": (_LAKE_BATCH_EVENTS, settings.lake_commit_seconds)}
        delivering = [
            DeliverDeps(
                sink=sink,
                processed=processed,
                dead_letters=dead_letters,
                batch_events=paces.get(name, _AT_ONCE)[0],
                interval_seconds=paces.get(name, _AT_ONCE)[1],
                monotonic=time.monotonic,
                attempts=attempts[f"sink-{name}"],
                delivered=counts.count,
                clock_ms=world.clock_ms,
            )
            for name, sink in sinks.items()
        ]
        counting = [
            TallyDeps(
                topic=topic,
                outcomes=outcomes,
                tallies=tallies,
                own_host=urlsplit(settings.base_url).netloc,
                clock_ms=world.clock_ms,
                knows=knows,
            )
            for topic, outcomes in ((Topic.PROCESSED, processed), (Topic.FAILED, failed))
        ]
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(watch.run(stop))
            running = [
                *(group.create_task(worker.run(stop)) for worker in processors),
                *(group.create_task(DeliverWorker(deps).run(stop)) for deps in delivering),
                *(group.create_task(run_tally(stop, deps)) for deps in counting),
                group.create_task(run_erasures(stop, erasing)),
                group.create_task(run_compaction(stop, configuration=watch.current, compact=lake.compact)),
                group.create_task(
                    run_purges(
                        stop,
                        PurgeDeps(
                            due=partial(_due_purges, database, settings),
                            refresh=watch.refresh,
                            remove=(lake.purge, lambda dataset: profiles.purge(dataset.id)),
                            end=lambda dataset_id: database.write(partial(end_purge, dataset_id=dataset_id)),
                        ),
                    )
                ),
            ]
            logs = await stack.enter_async_context(open_logs(settings))
            await stack.enter_async_context(telling(environ, await pipeline_numbers(logs, syncs)))
            say_ready(environ)
            await stop.wait()
            await asyncio.gather(*running)
            watching.cancel()


async def _due_purges(database: Database, settings: Settings) -> Sequence[Dataset]:
    now_ms = world.clock_ms()
    before_ms = now_ms - settings.dataset_grace_days * _DAY_MS

    def begin(connection: Connection) -> Sequence[Dataset]:
        forget_deleted(connection, deleted_before_ms=before_ms)
        return begin_due_purges(connection, deleted_before_ms=before_ms, now_ms=now_ms)

    return await database.write(begin)
