"""Erases the persons whom the control plane says are to be forgotten, one after the other.

The order of the steps is what makes it complete, and safe to interrupt: whom it meets is written down before anything
of them goes; then every sink leaves them out; then it is looked once more whom it meets, for what was on its way; then
profile and lake are erased, each of which may be done again. Only at the end is the request itself made nameless.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import msgspec

from server.lake.errors import LakeError
from server.model.dataset import Dataset
from server.model.erasure import ErasedRows, Erasure, ErasureReport, Person
from server.model.identity import Identity, Namespace
from server.profile.erase import ErasedProfile
from server.profile.errors import ProfileStoreUnavailable
from server.workers.waiting import stopped_within

logger = logging.getLogger(__name__)

# Asking costs a row; somebody waits at a terminal.
INTERVAL_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseDeps:
    """What an erasure is made of.

    ``due``: those that are not done, the oldest first. ``find``: whom erasing an identity meets.
    ``keep``: writes down whom it meets, with their tombstones. ``bury``: has every sink leave them out.
    ``profile``: erases from the profile store. ``datasets``: whose tables there may be; ``rows``: erases from one.
    ``note``: writes down what was done so far; ``end``: the same, and makes the request nameless.
    """

    due: Callable[[], Awaitable[Sequence[Erasure]]]
    find: Callable[[Identity], Awaitable[Person]]
    keep: Callable[[Erasure, Person], Awaitable[int]]
    bury: Callable[[], Awaitable[None]]
    profile: Callable[[Identity, Person], Awaitable[ErasedProfile]]
    datasets: Callable[[], Awaitable[Sequence[Dataset]]]
    rows: Callable[[Dataset, Person], Awaitable[tuple[int, int]]]
    note: Callable[[Erasure, ErasureReport], Awaitable[None]]
    end: Callable[[Erasure, ErasureReport], Awaitable[None]]
    log_until_ms: Callable[[], int]
    interval_seconds: float = INTERVAL_SECONDS


async def run_erasures(stop: asyncio.Event, deps: EraseDeps) -> None:
    """Until ``stop`` is set. What cannot be erased now is tried again."""
    while not await stopped_within(stop, deps.interval_seconds):
        try:
            await erase_due(deps)
        except Exception:
            # A worker step's boundary: whatever keeps the control plane away now may be gone with the next pass.
            logger.exception("nobody erased, trying again")


async def erase_due(deps: EraseDeps) -> None:
    """Everybody who is to be forgotten by now. No log line says who."""
    for erasure in await deps.due():
        try:
            report = await erase(deps, erasure)
        except (LakeError, ProfileStoreUnavailable) as error:
            logger.warning("person not erased, trying again erasure=%s error=%s", erasure.id, error)
            continue
        rows = sum(each.rows for each in report.rows)
        logger.info("person erased erasure=%s events=%d rows=%d", erasure.id, report.events, rows)


async def erase(deps: EraseDeps, erasure: Erasure) -> ErasureReport:
    """One person, from wherever an earlier try came to."""
    identity = Identity(namespace=Namespace(erasure.namespace), id=erasure.identity)
    person = await deps.find(identity)
    if erasure.person is not None:
        person = person.joined(erasure.person)
    tombstones = await deps.keep(erasure, person)
    await deps.bury()
    whole = person.joined(await deps.find(identity))
    if whole != person:
        tombstones = await deps.keep(erasure, whole)
        await deps.bury()
    before = erasure.report or ErasureReport()
    erased = await deps.profile(identity, whole)
    report = ErasureReport(
        identities=before.identities + erased.identities,
        events=before.events + erased.events,
        records=before.records + erased.records,
        rows=before.rows,
        tombstones=tombstones,
        log_until_ms=deps.log_until_ms(),
    )
    await deps.note(erasure, report)
    for dataset in await deps.datasets():
        rows, files = await deps.rows(dataset, whole)
        if rows:
            report = with_rows(report, ErasedRows(dataset_id=dataset.id, dataset=dataset.name, rows=rows, files=files))
            await deps.note(erasure, report)
    await deps.end(erasure, report)
    return report


def with_rows(report: ErasureReport, more: ErasedRows) -> ErasureReport:
    """The report with what was taken out of one more dataset, or once more out of the same."""
    present = {each.dataset_id: each for each in report.rows}
    before = present.get(more.dataset_id)
    if before is not None:
        more = msgspec.structs.replace(more, rows=before.rows + more.rows, files=before.files + more.files)
    return msgspec.structs.replace(report, rows=tuple({**present, more.dataset_id: more}.values()))
