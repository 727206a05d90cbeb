"""Streaming ingestion of one collector, put together."""

import asyncio
import itertools
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from server.app import world
from server.app.schemas import StoredSchemas
from server.model.datastream import Configuration
from server.observe.metrics_collection import CollectionCounts
from server.ports import EventLog
from server.settings import Settings
from server.web.collect.collection import CollectionDeps, CollectionEndpoint
from server.web.collect.inlet_access import InletAccess
from server.web.collect.sliding_window import SharedWindow
from server.web.collect.sync_validation import CollectionApp, SyncEndpoint
from server.workers.mappers import Mappers
from server.workers.validators import Validators

_MINUTE_MS = 60_000

_INSTANCE_BITS = 31


class Issuer(Protocol):
    """Whose tokens are taken besides ours; nobody's, if the operator named none."""

    def is_trusted(self, token: str) -> bool: ...

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop`` is set: keep its keys up to date."""


class _Nobody:
    def is_trusted(self, token: str) -> bool:
        return False

    async def run(self, stop: asyncio.Event) -> None:
        await stop.wait()


def create_issuer(settings: Settings) -> Issuer:
    if not settings.token_issuer:
        return _Nobody()
    # Here alone: cryptography takes more memory than all else of a collector.
    from server.app.jwt_issuer import JwtIssuer

    return JwtIssuer(settings)


def create_collection(
    settings: Settings,
    *,
    received: EventLog,
    configuration: Callable[[], Configuration],
    issuer: Issuer,
    note_use: Callable[[str], None],
    counts: CollectionCounts,
    run_directory: Path,
) -> CollectionApp:
    """``configuration``: the present reading of the control plane. ``note_use``: told of each token that is used.

    ``run_directory``: that all collectors have in common, for as long as they run.
    """
    schemas = StoredSchemas()
    collection = CollectionEndpoint(
        CollectionDeps(
            configuration=configuration,
            access=InletAccess(
                configuration=configuration,
                clock_ms=world.clock_ms,
                is_trusted=issuer.is_trusted,
                note_use=note_use,
            ),
            is_record=schemas.is_record,
            clock_ms=world.clock_ms,
            new_id=world.new_event_id,
            new_batch_id=_batch_ids(),
            counts=counts,
            body_bytes=settings.collection_body_bytes,
        )
    )
    sync = SyncEndpoint(
        collection,
        configuration=configuration,
        compiled=Validators(schemas.compile),
        mapper=Mappers(schemas.resolve),
        window=SharedWindow(
            run_directory / "sync-validations", most=settings.sync_validations_per_minute, span_ms=_MINUTE_MS
        ),
        monotonic_ms=lambda: time.monotonic_ns() // 1_000_000,
    )
    return CollectionApp(collection, sync, received)


def _batch_ids() -> Callable[[int], str]:
    """``time:process:number``, as the platform's are made; no two processes that ever run have the same one."""
    instance, numbers = secrets.randbits(_INSTANCE_BITS), itertools.count(1)
    return lambda now_ms: f"{now_ms}:{instance}:{next(numbers)}"
