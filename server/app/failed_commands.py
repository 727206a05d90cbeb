"""What `heliograph failed …` does: failed events listed, shown, exported and replayed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from server.app import world
from server.app.logs import open_reader
from server.app.not_found import NotFound
from server.app.readers import read_configuration
from server.app.replay import append_replays
from server.app.trials import Edit
from server.eventlog.topics import Topic
from server.model.datastream import Configuration
from server.model.json import JsonObject
from server.model.outcome import FailedEvent, FailureReason, Offset
from server.model.schema import Violation
from server.observe.failures import Failure, FailureFilter, FailureReader
from server.observe.rehearsal import Rehearsal, both
from server.observe.replays import Replayed, Replays, replay_of
from server.schema.codes import platform_code
from server.settings import Settings
from server.web.views.live_facts import iso
from server.workers.process import CONSUMER


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the command line asks for. ``dataset``: name or id; ``reason``: as in docs/reference/failures.md.

    ``group``: id of one of those that server/app/failed_groups.py tells of.
    """

    reason: str | None = None
    dataset: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayReport:
    """``unreadable``: failed events that cannot be replayed, because nobody knows what they were.

    ``passed_over``: those that were replayed before; what failed again has a record of its own.
    """

    replayed: int = 0
    unreadable: int = 0
    passed_over: int = 0


def failed_list(settings: Settings, wanted: Wanted, *, limit: int) -> list[JsonObject]:
    """The newest first. Raises NotFound for a dataset that does not exist."""
    configuration = read_configuration(settings)

    async def work() -> list[JsonObject]:
        async with open_failures(settings) as (failures, replays):
            found: list[Failure] = []
            before: Offset | None = None
            while len(found) < limit:
                page = await failures.page(
                    failure_filter(wanted, configuration), limit=limit - len(found), before=before
                )
                found += page.failures
                before = page.before
                if before is None:
                    break
            replayed = await replays.find([each.offset for each in found])
            return [_summary(each, configuration, replayed.get(each.offset)) for each in found]

    return asyncio.run(work())


def failed_show(settings: Settings, offset: int) -> JsonObject:
    """Everything that is kept of one failed event. Raises NotFound."""
    configuration = read_configuration(settings)

    async def work() -> JsonObject:
        async with open_failures(settings) as (failures, replays):
            failure = await _found(failures, offset)
            replayed = await replays.find([failure.offset])
            return _summary(failure, configuration, replayed.get(failure.offset)) | {
                "violations": [_told(each, failure.failed) for each in failure.failed.violations],
                "event": msgspec.to_builtins(failure.failed.event),
                "raw": failure.failed.raw,
            }

    return asyncio.run(work())


def failed_export(settings: Settings, wanted: Wanted, *, write: Callable[[bytes], object]) -> None:
    """One JSON object a line, the oldest first: the record of the topic ``failed`` and its offset."""
    configuration = read_configuration(settings)

    async def work() -> None:
        async with open_failures(settings) as (failures, _replays):
            async for piece in failures.all(failure_filter(wanted, configuration)):
                for each in piece:
                    record = {"offset": each.offset} | msgspec.to_builtins(each.failed)
                    write(msgspec.json.encode(record) + b"\n")

    asyncio.run(work())


def failed_replay(settings: Settings, wanted: Wanted, *, by: str, edit: str = "") -> ReplayReport:
    """Have every failed event that matches decided again, as schemas are now, but for those that were already.

    ``edit``: what changes them first. Raises PatchFault, then none is.
    """
    configuration = read_configuration(settings)
    editing = Edit(edit, configuration)

    async def work() -> ReplayReport:
        async with open_failures(settings) as (failures, replays):
            if edit:
                # Of which datasets they are is known when all were read: only then does it fit them all, or none.
                async for piece in _open_ones(failures, replays, failure_filter(wanted, configuration)):
                    editing.apply(piece.failures)
            counts = ReplayReport()
            async for piece in _open_ones(failures, replays, failure_filter(wanted, configuration)):
                done = await _replay(settings, piece.failures, editing, by=by)
                counts = _sum(_sum(counts, ReplayReport(passed_over=piece.passed_over)), done)
            return counts

    return asyncio.run(work())


def failed_replay_some(settings: Settings, offsets: Sequence[int], *, by: str, edit: str = "") -> ReplayReport:
    """As :func:`failed_replay`, for those at these offsets, replayed before or not.

    Raises NotFound and PatchFault: then for none.
    """
    editing = Edit(edit, read_configuration(settings))

    async def work() -> ReplayReport:
        async with open_failures(settings) as (failures, _replays):
            found = [await _found(failures, offset) for offset in offsets]
            return await _replay(settings, found, editing, by=by)

    return asyncio.run(work())


def failed_rehearse(settings: Settings, wanted: Wanted, *, edit: str = "") -> Rehearsal:
    """What :func:`failed_replay` would bring. Nothing is kept of it. Raises PatchFault."""
    configuration = read_configuration(settings)
    editing = Edit(edit, configuration)

    async def work() -> Rehearsal:
        async with open_failures(settings) as (failures, replays):
            counts = Rehearsal()
            async for piece in _open_ones(failures, replays, failure_filter(wanted, configuration)):
                counts = both(counts, await editing.rehearse(piece.failures))
            return counts

    return asyncio.run(work())


def failed_rehearse_some(settings: Settings, offsets: Sequence[int], *, edit: str = "") -> Rehearsal:
    """What :func:`failed_replay_some` would bring. Raises NotFound and PatchFault."""
    editing = Edit(edit, read_configuration(settings))

    async def work() -> Rehearsal:
        async with open_failures(settings) as (failures, _replays):
            return await editing.rehearse([await _found(failures, offset) for offset in offsets])

    return asyncio.run(work())


class _Piece(NamedTuple):
    """``failures``: that nobody replayed. ``passed_over``: how many others there were among them."""

    failures: Sequence[Failure]
    passed_over: int


async def _open_ones(failures: FailureReader, replays: Replays, wanted: FailureFilter) -> AsyncIterator[_Piece]:
    async for piece in failures.all(wanted):
        before = await replays.find([each.offset for each in piece])
        yield _Piece([each for each in piece if each.offset not in before], len(before))


@contextlib.asynccontextmanager
async def open_failures(settings: Settings) -> AsyncIterator[tuple[FailureReader, Replays]]:
    """Readers; they may be opened before anything was written."""
    failed, replays = (open_reader(settings.data_dir, topic) for topic in (Topic.FAILED, Topic.REPLAYS))
    try:
        yield FailureReader(failed), Replays(replays, processor=CONSUMER)
    finally:
        await failed.close()
        await replays.close()


async def _replay(settings: Settings, failures: Sequence[Failure], editing: Edit, *, by: str) -> ReplayReport:
    now_ms = world.clock_ms()
    made = [
        replay_of(each.failure, replayed_ms=now_ms, replayed_by=by, event=each.after, edit=editing.text)
        for each in editing.apply(failures)
    ]
    replays = [replay for replay in made if replay is not None]
    await append_replays(settings, replays)
    return ReplayReport(replayed=len(replays), unreadable=len(failures) - len(replays))


def _sum(one: ReplayReport, other: ReplayReport) -> ReplayReport:
    return ReplayReport(
        replayed=one.replayed + other.replayed,
        unreadable=one.unreadable + other.unreadable,
        passed_over=one.passed_over + other.passed_over,
    )


async def _found(failures: FailureReader, offset: int) -> Failure:
    failure = await failures.find(Offset(offset))
    if failure is None:
        raise NotFound(f"there is no failed event {offset}; `heliograph failed list` shows those that there are")
    return failure


def failure_filter(wanted: Wanted, configuration: Configuration) -> FailureFilter:
    """Raises NotFound."""
    datasets = configuration.datasets.values()
    dataset = next((item for item in datasets if wanted.dataset in (item.name, item.id)), None)
    if wanted.dataset is not None and dataset is None:
        raise NotFound(f"there is no dataset {wanted.dataset!r}; there is {', '.join(item.name for item in datasets)}")
    return FailureFilter(
        reason=None if wanted.reason is None else FailureReason(wanted.reason),
        dataset_id=None if dataset is None else dataset.id,
        since_ms=wanted.since_ms,
        until_ms=wanted.until_ms,
        fault=wanted.group,
    )


def _told(violation: Violation, failed: FailedEvent) -> JsonObject:
    """With the platform's code, where one is known."""
    code = None if failed.event is None else platform_code(violation, failed.event.xdm)
    return dict(msgspec.to_builtins(violation)) | ({"code": code} if code else {})


def _summary(failure: Failure, configuration: Configuration, replayed: Replayed | None) -> JsonObject:
    failed, event = failure.failed, failure.failed.event
    dataset = None if event is None else configuration.datasets.get(event.dataset_id)
    return {
        "offset": failure.offset,
        "received": "" if event is None else iso(event.received_ms),
        "reason": failed.reason.value,
        "stage": failed.stage,
        "dataset": dataset.name if dataset else ("" if event is None else event.dataset_id),
        "eventType": "" if event is None else str(event.xdm.get("eventType", "")),
        "id": "" if event is None else event.id,
        "problem": "; ".join(f"{each.path or '/'} {each.message}" for each in failed.violations[:1]),
        "replayed": None
        if replayed is None
        else {"at": iso(replayed.replayed_ms), "by": replayed.replayed_by, "isWaiting": replayed.is_waiting},
    }
