from typing import Any

import pytest

from server.model.property import Fault
from server.property.gates import (
    ALWAYS_ON,
    CaseResult,
    Evidence,
    Gate,
    GateName,
    closed_faults,
    judge,
    switched_on,
)
from tests.unit.property.factories import a_property, a_rule

EVERY = frozenset(GateName)


def evidence(**given: Any) -> Evidence:
    usual: dict[str, Any] = {
        "faults": (),
        "unapproved_code": (),
        "packed_bytes": 9_000,
        "dataset": "events",
        "contract": (),
        "tests": CaseResult(held=2, failed=0),
        "is_approved": True,
        "is_asked": False,
        "approval": "approved by bob",
    }
    return Evidence(**usual | given)


def gates(document: dict[str, Any], *, on: frozenset[GateName] = EVERY, **given: Any) -> dict[GateName, Gate]:
    return {each.name: each for each in judge(document, evidence(**given), on=on)}


def with_cases() -> dict[str, Any]:
    return a_property(tests=[{"name": "one"}, {"name": "two"}])


def test_a_sound_draft_passes_every_gate() -> None:
    found = gates(with_cases())

    assert list(found) == list(GateName)
    assert all(gate.passes for gate in found.values())
    assert closed_faults(list(found.values())) == []


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        (GateName.CODE, {"unapproved_code": [Fault("/modules/x", "Nobody has approved `x`.", "Do.")]}, "Nobody has"),
        (GateName.SIZE, {"packed_bytes": 25_001}, "25.0 kB packed, of at most 25 kB"),
        (GateName.CONTRACT, {"contract": [Fault("/rules/0", "No field.", "Add it.")]}, "1 field is not in the schema"),
        (GateName.TESTS, {"tests": None}, "not played for this draft"),
        (GateName.TESTS, {"tests": CaseResult(held=1, failed=1)}, "1 of 2 fail"),
        (GateName.APPROVAL, {"is_approved": False, "approval": "nobody was asked yet"}, "nobody was asked yet"),
    ],
)
def test_each_gate_closes_for_its_own_reason(name: GateName, given: dict[str, Any], told: str) -> None:
    found = gates(with_cases(), **given)

    assert [each for each, gate in found.items() if not gate.passes] == [name]
    assert told in found[name].text
    assert found[name].cure
    assert closed_faults(list(found.values()))


def test_a_gate_that_is_off_says_what_it_found_and_keeps_nobody() -> None:
    gate = gates(with_cases(), on=EVERY - {GateName.TESTS}, tests=None)[GateName.TESTS]

    assert (gate.passes, gate.is_open) == (False, True)


def test_a_rule_without_consent_closes_the_gate_and_is_named() -> None:
    rules = [a_rule(name="Anyone", consent=[]), a_rule(id="off", enabled=False, consent=[])]

    gate = gates(a_property(rules=rules))[GateName.CONSENT]

    assert gate.text == "Anyone asks for none"
    assert [fault.path for fault in gate.faults] == ["/rules/0/consent"]


def test_no_test_case_at_all_is_none_that_holds() -> None:
    assert not gates(a_property(), tests=CaseResult(held=0, failed=0))[GateName.TESTS].passes


def test_the_propertys_own_budget_counts_with_its_place() -> None:
    document = a_property(property={"id": "shop", "name": "Shop", "settings": {"runtimeBudgetKb": 8}})

    gate = gates(document)[GateName.SIZE]

    assert [fault.path for fault in gate.faults] == ["/property/settings/runtimeBudgetKb"]


def test_a_draft_with_faults_is_judged_no_further() -> None:
    faults = [Fault("/rules", "There is no data element `x`.", "Add it."), Fault("/rules", "Wrong.", "Mend it.")]

    found = gates(a_property(), faults=faults)

    assert list(found) == [GateName.SCHEMA, GateName.REFERENCES]
    assert (found[GateName.SCHEMA].text, found[GateName.REFERENCES].text) == ("1 fault", "1 is missing")


def test_what_is_needed_by_default_can_be_switched_but_not_all_of_it() -> None:
    everything_off = dict.fromkeys(GateName, False)

    assert GateName.CONSENT in switched_on("production", {})
    assert GateName.APPROVAL not in switched_on("production", {})
    assert GateName.APPROVAL in switched_on("staging", {GateName.APPROVAL: True})
    assert switched_on("production", everything_off) == ALWAYS_ON
