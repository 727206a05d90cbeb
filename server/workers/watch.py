"""Looks every few seconds what there is to tell, and puts it into the outbox."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from server.model.dataset import Dataset
from server.model.datastream import Datastream
from server.model.inlet import Inlet
from server.model.json import JsonObject
from server.model.outcome import FailureReason
from server.model.subscription import EventCode, Notification, StoredSubscription
from server.observe.batches import batches
from server.observe.notice_document import Names, notice_document, subject_of
from server.observe.notices import LOOK_BACK_MS, REMEMBERED_MS, Notice, Place, Seen, hour_of, notices
from server.observe.run_document import RunPlace, run_document
from server.observe.runs import FlowRun
from server.observe.traffic import HOUR_MS, Numbers, Slot
from server.store import settings
from server.store.configuration import list_datasets, list_datastreams
from server.store.database import Database
from server.store.flows import StoredFlow, list_flows
from server.store.inlets import list_inlets
from server.store.outbox import add_notifications, told_keys
from server.store.subscriptions import list_subscriptions
from server.store.tallies import SqliteTallies
from server.workers.waiting import stopped_within

logger = logging.getLogger(__name__)

# What failed is told within seconds: counting takes up to two.
_LOOK_SECONDS = 5.0
_RETRY_SECONDS = 15.0

# Every so many looks it looks all the way back; at the others, at the hour before and this one.
_WIDE_EVERY = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchDeps:
    """``base_url``: the console's. ``plain_spec``, ``mapped_spec``: ids of the specifications of dataflows.

    ``title``, ``explain``: of a reason for failing, in a word and in a sentence. ``new_id``: of a notification.
    """

    database: Database
    tallies: SqliteTallies
    base_url: str
    plain_spec: str
    mapped_spec: str
    title: Callable[[FailureReason], str]
    explain: Callable[[FailureReason], str]
    new_id: Callable[[], str]
    clock_ms: Callable[[], int]


@dataclass(slots=True)
class Watch:
    """One for as long as the process lives. It remembers when anything came last by each way."""

    deps: WatchDeps
    _last_ms: dict[Place, int] = field(default_factory=dict)
    _looks: int = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop`` is set. Looking may fail, and is then tried again."""
        while not stop.is_set():
            try:
                await self.look()
            except Exception:
                # Whatever it is, it must not take the console with it.
                logger.exception("nothing looked for that is to be told, trying again")
                await stopped_within(stop, _RETRY_SECONDS)
                continue
            await stopped_within(stop, _LOOK_SECONDS)

    async def look(self) -> int:
        """Put what is new into the outbox; how many notifications that is."""
        known = await self.deps.database.read(_known)
        if not known.active:
            # Who subscribes later begins anew: what was seen until then is no silence.
            self._last_ms.clear()
            self._looks = 0
            return 0
        seen = await self._see(known)
        added = 0
        for stored in known.active:
            added += await self._tell(stored, seen, known)
        return added

    async def _see(self, known: "_Known") -> Seen:
        now_ms, tallies = self.deps.clock_ms(), self.deps.tallies
        if not self._last_ms:
            self._remember(await tallies.traffic(since_ms=now_ms - REMEMBERED_MS, until_ms=now_ms + 1))
        back_ms = LOOK_BACK_MS if self._looks % _WIDE_EVERY == 0 else HOUR_MS
        self._looks += 1
        span = {"since_ms": hour_of(now_ms - back_ms), "until_ms": now_ms + 1}
        traffic = await tallies.traffic(**span)
        self._remember(traffic)
        return Seen(
            traffic=traffic,
            latencies=await tallies.latencies(**span),
            failures=await tallies.failures(**span),
            profiled=frozenset(each.id for each in known.datasets if each.profile_enabled),
            identified=frozenset(each.id for each in known.datasets if each.identity_enabled),
            last_ms={place: at_ms for place, at_ms in self._last_ms.items() if place.connection in known.on},
            told=frozenset(),
        )

    def _remember(self, traffic: Mapping[Slot, Numbers]) -> None:
        for slot, numbers in traffic.items():
            place = Place(slot.way.connection, slot.way.dataset)
            if numbers.received and slot.start_ms > self._last_ms.get(place, 0):
                self._last_ms[place] = slot.start_ms

    async def _tell(self, stored: StoredSubscription, seen: Seen, known: "_Known") -> int:
        wanted, now_ms = stored.subscription, self.deps.clock_ms()
        told = await self.deps.database.read(lambda connection: told_keys(connection, wanted.id))
        found = notices(seen._replace(told=told), wanted, since_ms=stored.since_ms, now_ms=now_ms)
        new = [each for each in found if each.key not in told]
        if not new:
            return 0

        def work(connection: Connection) -> int:
            made = [self._notification(each, seen, known, now_ms=now_ms) for each in new]
            return add_notifications(connection, wanted.id, made)

        return await self.deps.database.write(work)

    def _notification(self, notice: Notice, seen: Seen, known: "_Known", *, now_ms: int) -> Notification:
        event_id, names = self.deps.new_id(), known.names(self.deps.base_url)
        document = notice_document(
            notice,
            names,
            event_id=event_id,
            now_ms=now_ms,
            run=self._run(notice, seen, known, now_ms=now_ms),
            title=self.deps.title,
        )
        return Notification(
            id=event_id,
            key=notice.key,
            code=notice.code,
            subject=subject_of(notice, names),
            body=msgspec.json.encode(document).decode(),
            created_ms=now_ms,
        )

    def _run(self, notice: Notice, seen: Seen, known: "_Known", *, now_ms: int) -> JsonObject | None:
        if notice.code not in (EventCode.RUN_SUCCESS, EventCode.RUN_FAILURE):
            return None
        stored = known.flows.get(notice.way.flow)
        place = RunPlace(known.org_id, known.sandbox, spec_id=self.deps.plain_spec)
        if stored is not None:
            spec_id = self.deps.mapped_spec if stored.flow.mapping_set_id else self.deps.plain_spec
            place = place._replace(spec_id=spec_id, source_id=stored.source_id, target_id=stored.target_id)
        run = FlowRun(notice.way, notice.start_ms, notice.numbers)
        there = batches(seen.traffic)
        return run_document(run, place, notice.reasons, there, now_ms=now_ms, explain=self.deps.explain)


class _Known(NamedTuple):
    """One reading of the control plane. ``connections``: names of datastreams and inlets; ``on``: those that are."""

    active: Sequence[StoredSubscription]
    org_id: str = ""
    sandbox: str = ""
    connections: Mapping[str, str] = MappingProxyType({})
    on: frozenset[str] = frozenset()
    datasets: Sequence[Dataset] = ()
    flows: Mapping[str, StoredFlow] = MappingProxyType({})

    def names(self, base_url: str) -> Names:
        return Names(
            org_id=self.org_id,
            sandbox=self.sandbox,
            base_url=base_url,
            connections=self.connections,
            datasets={str(each.id): each.name for each in self.datasets},
        )


def _known(connection: Connection) -> _Known:
    active = [each for each in list_subscriptions(connection) if each.is_active]
    if not active:
        return _Known(active)
    org_id = settings.get_setting(connection, settings.ORG_ID) or ""
    ways: list[Datastream | Inlet] = [*list_datastreams(connection, org_id), *list_inlets(connection)]
    return _Known(
        active=active,
        org_id=org_id,
        sandbox=settings.get_setting(connection, settings.SANDBOX) or "",
        connections={str(each.id): each.name for each in ways},
        on=frozenset(str(each.id) for each in ways if each.enabled),
        datasets=list_datasets(connection),
        flows={str(stored.flow.id): stored for stored in list_flows(connection)},
    )
