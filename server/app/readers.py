"""For commands: what they read of an installation, whether its server runs or not."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from server.app.command_audit import command_trail
from server.app.logs import SINK_NAMES, open_reader, received_partitions
from server.eventlog.topics import Topic
from server.model.datastream import Configuration
from server.observe.pipeline import pipeline_status
from server.observe.status import PipelineStatus
from server.ports import EventLog
from server.settings import Settings
from server.store.configuration import load_configuration
from server.store.database import Database, migrate
from server.workers.process import CONSUMER


class NoInstallation(Exception):
    """There is nothing in the data directory yet. ``args``: what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logs:
    """Readers of all topics that a status is made of."""

    received: Sequence[EventLog]
    replays: EventLog
    processed: EventLog
    failed: EventLog
    dead_letters: EventLog

    async def status(self) -> PipelineStatus:
        return await pipeline_status(
            # What is replayed is taken in once more, and gets another outcome.
            received=(*self.received, self.replays),
            processed=self.processed,
            failed=self.failed,
            processor=CONSUMER,
            sinks={name: name for name in SINK_NAMES},
        )


@contextlib.asynccontextmanager
async def open_logs(settings: Settings) -> AsyncIterator[Logs]:
    """Readers; they may be opened before anything was written."""
    partitions = received_partitions(settings.data_dir, collectors=settings.collector_processes)
    logs = Logs(
        received=[open_reader(settings.data_dir, Topic.RECEIVED, partition=partition) for partition in partitions],
        replays=open_reader(settings.data_dir, Topic.REPLAYS),
        processed=open_reader(settings.data_dir, Topic.PROCESSED),
        failed=open_reader(settings.data_dir, Topic.FAILED),
        dead_letters=open_reader(settings.data_dir, Topic.DEAD_LETTERS),
    )
    try:
        yield logs
    finally:
        for log in (*logs.received, logs.replays, logs.processed, logs.failed, logs.dead_letters):
            await log.close()


def open_database(settings: Settings) -> Database:
    """The control plane of an installation that was started at least once, migrated. Raises NoInstallation."""
    if not settings.database_url and not (settings.data_dir / "control.db").exists():
        raise NoInstallation(
            f"there is no Heliograph in {settings.data_dir}: start it once with `heliograph serve`, or say --data-dir"
        )
    migrate(settings.control_plane_url)
    return Database(settings.control_plane_url).audited(command_trail())


def read_configuration(settings: Settings) -> Configuration:
    """The control plane's present reading. Raises NoInstallation."""
    database = open_database(settings)
    try:
        return database.read_sync(load_configuration)
    finally:
        database.close()
