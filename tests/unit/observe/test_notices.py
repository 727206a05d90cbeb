from typing import Any

import pytest

from server.model.outcome import Offset
from server.model.subscription import SUBSCRIBED, EventCode, Subscription
from server.observe.failure_groups import FailureCount, FailureGroup, FailureSlot
from server.observe.notices import GRACE_MS, REMEMBERED_MS, Notice, Place, Seen, notices
from server.observe.traffic import HOUR_MS, OUTCOME, Latency, Numbers, Slot, Way, dead_letters
from tests.builders import NOON_MS

SHOP = Way("shop", "", "events")
API = Way("api", "f-1", "events")


def a_subscription(**fields: Any) -> Subscription:
    given: dict[str, Any] = {"id": "s", "name": "S", "url": "https://example.com/", "events": SUBSCRIBED}
    return Subscription(**given | fields)


def a_seen(**fields: Any) -> Seen:
    given: dict[str, Any] = {"traffic": {}, "latencies": {}, "failures": {}, "last_ms": {}}
    return Seen(**given | {"profiled": frozenset(), "identified": frozenset(), "told": frozenset()} | fields)


def told(
    seen: Seen, *, at_ms: int = NOON_MS + 60_000, since_ms: int = NOON_MS - HOUR_MS, **fields: Any
) -> list[Notice]:
    return list(notices(seen, a_subscription(**fields), since_ms=since_ms, now_ms=at_ms))


def codes(found: list[Notice]) -> list[str]:
    return [each.code.value for each in found]


def failed(events: int, way: Way = SHOP) -> Seen:
    group = FailureGroup("schema_violation", "/web", "type", "", "", way.dataset, way.connection)
    return a_seen(
        traffic={Slot(NOON_MS, way): Numbers(received=events, failed=events)},
        failures={FailureSlot(NOON_MS, group): FailureCount(events, NOON_MS, NOON_MS, Offset(0))},
    )


def test_nothing_happened_nothing_is_told() -> None:
    assert told(a_seen()) == []


def test_a_failure_is_told_while_its_hour_lasts_with_the_reasons() -> None:
    [notice] = told(failed(3))

    assert (notice.code, notice.affected, notice.reasons) == (EventCode.LAKE_FAILURE, 3, {"schema_violation": 3})
    assert (notice.start_ms, notice.end_ms) == (NOON_MS, NOON_MS + HOUR_MS)


def test_more_failures_of_the_hour_are_told_again_at_ten_and_a_hundred_only() -> None:
    keys = [told(failed(events), events=(EventCode.LAKE_FAILURE,))[0].key for events in (1, 2, 9, 10, 99, 100)]

    assert keys[0] == keys[1] == keys[2]
    assert keys[3] == keys[4]
    assert len(set(keys)) == 3


def test_a_failure_that_was_repaired_is_none() -> None:
    seen = a_seen(traffic={Slot(NOON_MS, SHOP): Numbers(received=2, failed=2, repaired=2)})

    assert told(seen) == []


def test_a_dataflows_run_is_told_with_the_flow_and_the_batch_without() -> None:
    found = told(failed(1, API))

    assert {(each.code.value, each.way.flow) for each in found} == {
        ("ing_load_failure", ""),
        ("sources_flow_run_failure", "f-1"),
    }


def came(way: Way, stages: dict[str, int], **numbers: int) -> Seen:
    slot = Slot(NOON_MS, way)
    return a_seen(
        traffic={slot: Numbers(**numbers)},
        latencies={Latency(slot, stage, 10): events for stage, events in stages.items()},
        profiled=frozenset({"events"}),
        identified=frozenset({"events"}),
    )


def test_success_is_told_once_the_hour_is_over_and_everything_is_there() -> None:
    there = came(API, {OUTCOME: 5, "lake": 4, "profile": 4}, received=5, ingested=4, skipped=1)
    over_ms = NOON_MS + HOUR_MS + GRACE_MS

    assert told(there, at_ms=over_ms - 1) == []
    assert sorted(codes(told(there, at_ms=over_ms))) == [
        *("ig_load_success", "ing_load_success", "ps_load_success", "sources_flow_run_success")
    ]


def test_success_waits_for_a_sink_that_is_behind() -> None:
    behind = came(SHOP, {"lake": 3}, received=4, ingested=4)

    assert told(behind, at_ms=NOON_MS + 2 * HOUR_MS) == []


def test_what_a_sink_will_never_take_is_a_failure() -> None:
    refused = came(SHOP, {"lake": 3, dead_letters("lake"): 1, dead_letters("profile"): 2}, received=4, ingested=4)

    assert sorted(codes(told(refused))) == ["ig_load_failure", "ing_load_failure", "ps_load_failure"]


@pytest.mark.parametrize(
    ("received", "failures", "is_told"), [(20, 5, True), (20, 4, False), (19, 19, False), (1_000, 201, True)]
)
def test_a_high_error_rate_is_more_than_one_in_five_of_enough(received: int, failures: int, is_told: bool) -> None:
    seen = a_seen(traffic={Slot(NOON_MS, SHOP): Numbers(received=received, failed=failures)})

    assert (EventCode.ERROR_RATE in {each.code for each in told(seen)}) is is_told


def silent_since(at_ms: int, **fields: Any) -> Seen:
    return a_seen(last_ms={Place("shop", "events"): at_ms}, **fields)


def test_silence_is_told_after_the_hours_that_the_subscription_says() -> None:
    seen = silent_since(NOON_MS)

    assert told(seen, at_ms=NOON_MS + 6 * HOUR_MS - 1, quiet_hours=6) == []
    [notice] = told(seen, at_ms=NOON_MS + 6 * HOUR_MS, quiet_hours=6)
    assert (notice.code, notice.start_ms) == (EventCode.STOPPED, NOON_MS)


def test_a_silence_that_was_there_before_anybody_asked_is_not_told() -> None:
    seen = silent_since(NOON_MS - 3 * HOUR_MS)

    assert told(seen, at_ms=NOON_MS + HOUR_MS, since_ms=NOON_MS, quiet_hours=1) == []


def test_a_connection_that_is_silent_for_long_is_forgotten() -> None:
    assert told(silent_since(NOON_MS), at_ms=NOON_MS + REMEMBERED_MS + 1, quiet_hours=1, since_ms=0) == []


def test_that_something_comes_again_is_told_after_a_silence_that_was_told() -> None:
    [stopped] = told(silent_since(NOON_MS), at_ms=NOON_MS + HOUR_MS, quiet_hours=1)
    again_ms = NOON_MS + 3 * HOUR_MS

    before = told(silent_since(again_ms), at_ms=again_ms)
    after = told(silent_since(again_ms, told=frozenset({stopped.key})), at_ms=again_ms)

    assert before == []
    assert codes(after) == ["heliograph_ingestion_resumed"]


def test_only_what_was_chosen_is_told() -> None:
    seen = failed(1, API)

    assert told(seen, events=(EventCode.LAKE_SUCCESS,)) == []
    assert told(seen, connections=("shop",)) == []
    assert told(seen, datasets=("others",)) == []
    assert len(told(seen, connections=("api",), datasets=("events",))) == 2


def test_hours_before_the_subscription_are_not_told() -> None:
    assert told(failed(1), since_ms=NOON_MS + HOUR_MS, at_ms=NOON_MS + HOUR_MS) == []
