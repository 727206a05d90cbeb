from collections.abc import Set
from typing import Any

import msgspec
import pytest

from server.model.outcome import Offset, Outcome, Position
from server.model.replay import REPLAYS_PARTITION
from server.observe import rule_counts as module
from server.observe.glance import glance
from server.observe.rule_counts import SLOT_MS, RuleCount, RuleKey, RuleSlot, rule_counts
from server.ports import LogRecord
from tests.builders import NOON_MS, a_failed, a_processed, an_event, encoded

CART = RuleKey("web", "cart")


def counted(*kept: Outcome, known: Set[RuleKey] = frozenset()) -> dict[RuleSlot, RuleCount]:
    records = [LogRecord(Offset(number), encoded(each)) for number, each in enumerate(kept)]
    return dict(rule_counts(glance(records, now_ms=NOON_MS), known=known))


def of_rule(rule: str, **event: Any) -> Outcome:
    return a_processed(rule=rule, datastream_id="web", **event)


def test_events_of_a_rule_are_counted_by_quarters_of_a_day_with_the_newest_of_them() -> None:
    found = counted(
        of_rule("cart", received_ms=NOON_MS),
        of_rule("cart", received_ms=NOON_MS + 5),
        of_rule("cart", received_ms=NOON_MS + SLOT_MS),
    )

    assert found == {
        RuleSlot(NOON_MS, CART): RuleCount(fired=2, last_ms=NOON_MS + 5),
        RuleSlot(NOON_MS + SLOT_MS, CART): RuleCount(fired=1, last_ms=NOON_MS + SLOT_MS),
    }


def test_what_failed_counts_as_fired_and_as_failed() -> None:
    failed = a_failed(event=an_event(rule="cart", datastream_id="web"))

    assert counted(failed) == {RuleSlot(NOON_MS, CART): RuleCount(1, 1, 0, NOON_MS)}


def test_duplicates_and_replays_are_no_new_firing() -> None:
    replayed = msgspec.structs.replace(of_rule("cart"), source=Position(partition=REPLAYS_PARTITION, offset=Offset(0)))

    assert counted(msgspec.structs.replace(of_rule("cart"), duplicate=True), replayed) == {}


@pytest.mark.parametrize("rule", ["", "Not An Id", "x" * 65, "../cart"])
def test_what_is_no_id_of_a_rule_is_not_counted(rule: str) -> None:
    assert counted(of_rule(rule)) == {}


def test_ids_without_end_do_not_become_rows_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_RULES", 2)

    found = counted(*(of_rule(f"rule-{number}") for number in range(4)), of_rule("cart"), known={CART})

    assert {slot.key.rule for slot in found} == {"rule-0", "cart"}
