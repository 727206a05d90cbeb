"""What `heliograph failed groups` tells: what failed events have in common."""

import asyncio

from server.app.failed_commands import Wanted, failure_filter, open_failures
from server.app.readers import read_configuration
from server.model.json import JsonObject
from server.observe.failure_groups import FailureCount, Fault, faults_of
from server.observe.failures import Failure
from server.settings import Settings
from server.web.views.live_facts import iso

# What is not told apart any more is not counted: whoever has so many kinds mends some first.
_MAX_GROUPS = 100_000


def failed_groups(settings: Settings, wanted: Wanted) -> list[JsonObject]:
    """What failed events have in common, the most frequent first: of each group how many, and when. Raises NotFound.

    Unlike the console's, they are of what is in the log now, whether it was counted or not. An event with two faults is
    in two groups; one that was replayed and failed again is the same event.
    """
    configuration = read_configuration(settings)

    async def work() -> list[JsonObject]:
        groups: dict[Fault, FailureCount] = {}
        total = 0
        async with open_failures(settings) as (failures, _replays):
            async for piece in failures.all(failure_filter(wanted, configuration)):
                for each in piece:
                    if each.failed.origin is not None:
                        continue
                    total += 1
                    _add(groups, each)
        ranked = sorted(groups.items(), key=lambda pair: (-pair[1].events, pair[0]))
        return [_group(fault, count, total) for fault, count in ranked]

    return asyncio.run(work())


def _add(groups: dict[Fault, FailureCount], failure: Failure) -> None:
    one = FailureCount(1, failure.received_ms, failure.received_ms, failure.offset)
    for fault in faults_of(failure.failed):
        if fault in groups:
            groups[fault] = groups[fault].plus(one)
        elif len(groups) < _MAX_GROUPS:
            groups[fault] = one


def _group(fault: Fault, count: FailureCount, total: int) -> JsonObject:
    return {
        "id": fault.id,
        **fault._asdict(),
        "events": count.events,
        "share": round(count.events / total, 4),
        "first": iso(count.first_ms) if count.first_ms else "",
        "last": iso(count.last_ms) if count.last_ms else "",
        "newest": count.newest,
    }
