"""Gates: what has to be so before a property is published in an environment, each told with its reason.

Here they are judged from what was found out; who finds it out is server/gatekeeper.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from server.model.json import JsonObject
from server.model.property import Fault
from server.property.budget import budget_fault
from server.property.check import DEFAULT_PURPOSES
from server.property.places import below

# What a page may be made to load where the property has no budget of its own: twice the runtime with everything that
# the demo shop's rules need.
MAX_BUILD_GZIP_BYTES = 25_000


class GateName(StrEnum):
    """In the order in which they are shown: what a build needs first, what people think of it last."""

    SCHEMA = "schema"
    REFERENCES = "references"
    CODE = "code"
    SIZE = "size"
    CONTRACT = "contract"
    CONSENT = "consent"
    TESTS = "tests"
    APPROVAL = "approval"


@dataclass(frozen=True, slots=True)
class GateText:
    """What people read of a gate. ``about``: what it asks for, and why one would want that."""

    title: str
    about: str


GATES: Mapping[GateName, GateText] = MappingProxyType(
    {
        GateName.SCHEMA: GateText("Right by the format", "Every rule and data element is complete and of known kinds."),
        GateName.REFERENCES: GateText("Names that are used exist", "No rule reads a data element that is not there."),
        GateName.CODE: GateText("Custom code is approved", "By another person than its author, as it is."),
        GateName.SIZE: GateText("Small enough for pages", "The build keeps to the property's budget."),
        GateName.CONTRACT: GateText("Fields are in the schema", "Every field that rules fill is one of the dataset's."),
        GateName.CONSENT: GateText("Every rule asks for consent", "No rule runs for visitors who agreed to nothing."),
        GateName.TESTS: GateText("Test cases hold", "They were played for exactly this draft, and none failed."),
        GateName.APPROVAL: GateText("Approved", "Another person has looked at exactly this draft and approved it."),
    }
)

ALWAYS_ON = frozenset({GateName.SCHEMA, GateName.REFERENCES, GateName.CODE})
"""Without the first two there is nothing to build; the third is what custom code is allowed under."""

_BY_DEFAULT: Mapping[str, frozenset[GateName]] = MappingProxyType(
    {
        "development": frozenset({GateName.SIZE}),
        "staging": frozenset({GateName.SIZE, GateName.CONTRACT}),
        # Approval needs a second person, whom an installation does not have at first.
        "production": frozenset({GateName.SIZE, GateName.CONTRACT, GateName.CONSENT}),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One gate as it stands. ``text``: what was found. ``cure``: what to do; empty when nothing speaks against it.

    ``faults``: what it found in the document, for those who mend it.
    """

    name: GateName
    is_on: bool
    passes: bool
    text: str
    cure: str = ""
    faults: Sequence[Fault] = ()

    @property
    def title(self) -> str:
        return GATES[self.name].title

    @property
    def is_open(self) -> bool:
        """It keeps nobody from publishing."""
        return self.passes or not self.is_on

    @property
    def is_fixed(self) -> bool:
        """It cannot be switched off."""
        return self.name in ALWAYS_ON


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """How the test cases of exactly this draft went."""

    held: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of a draft.

    ``packed_bytes``: of its build; 0 when there is none. ``dataset``: which its events go to; empty when unknown.
    ``contract``: what its schema lacks. ``tests``: None when they were not played. ``approval``: what came of the
    request for this draft, such as ``approved by bob``; ``is_approved``: it was. ``is_asked``: it waits for an answer.
    """

    faults: Sequence[Fault]
    unapproved_code: Sequence[Fault]
    packed_bytes: int
    dataset: str
    contract: Sequence[Fault]
    tests: CaseResult | None
    is_approved: bool
    is_asked: bool
    approval: str


def switched_on(environment: str, switched: Mapping[GateName, bool]) -> frozenset[GateName]:
    """Gates that count there. ``switched``: those that somebody has decided about."""
    usual = _BY_DEFAULT.get(environment, frozenset())
    return ALWAYS_ON | {name for name in GateName if switched.get(name, name in usual)}


def judge(document: JsonObject, evidence: Evidence, *, on: frozenset[GateName]) -> Sequence[Gate]:
    """All gates, in order. A document with faults is judged no further than those."""
    broken = [fault for fault in evidence.faults if fault.message.startswith("There is no ")]
    wrong = [fault for fault in evidence.faults if fault not in broken]
    gates = [_right(wrong), _references(broken)]
    if not evidence.faults:
        gates += [
            _code(evidence),
            _size(document, evidence),
            _contract(evidence),
            _consent(document),
            _tests(document, evidence),
            _approval(evidence),
        ]
    return [
        Gate(name=each.name, is_on=each.name in on, passes=each.passes, text=each.text, cure=each.cure,
             faults=each.faults)
        for each in gates
    ]  # fmt: skip


def closed_faults(gates: Sequence[Gate]) -> Sequence[Fault]:
    """What keeps the draft from being published, with places where there are any."""
    return [
        fault
        for gate in gates
        if not gate.is_open
        for fault in (gate.faults or [Fault("", f"{gate.title}: {gate.text}.", gate.cure)])
    ]


def _gate(name: GateName, text: str, *, cure: str = "", faults: Sequence[Fault] = ()) -> Gate:
    """One that passes when there is nothing to cure."""
    return Gate(name=name, is_on=True, passes=not cure, text=text, cure=cure, faults=faults)


def _right(faults: Sequence[Fault]) -> Gate:
    if not faults:
        return _gate(GateName.SCHEMA, "every rule and data element")
    return _gate(GateName.SCHEMA, _count(faults, "fault"), cure="Mend what the overview lists.", faults=faults)


def _references(faults: Sequence[Fault]) -> Gate:
    if not faults:
        return _gate(GateName.REFERENCES, "data elements, facts, purposes, rules")
    text = f"{len(faults)} {'is' if len(faults) == 1 else 'are'} missing"
    return _gate(GateName.REFERENCES, text, cure="Add what is missing, or do without it.", faults=faults)


def _code(evidence: Evidence) -> Gate:
    found = evidence.unapproved_code
    if not found:
        return _gate(GateName.CODE, "none waits for approval")
    return _gate(GateName.CODE, found[0].message.rstrip("."), cure=found[0].cure, faults=found)


def _size(document: JsonObject, evidence: Evidence) -> Gate:
    budget = document["property"].get("settings", {}).get("runtimeBudgetKb")
    most = MAX_BUILD_GZIP_BYTES if budget is None else budget * 1_000
    size = evidence.packed_bytes
    text = f"{size / 1_000:.1f} kB packed, of at most {most / 1_000:g} kB"
    cure = "" if size <= most else "Switch off rules that nobody needs, or make the budget larger."
    over = budget_fault(document, size)
    return _gate(GateName.SIZE, text, cure=cure, faults=() if over is None else [over])


def _contract(evidence: Evidence) -> Gate:
    if not evidence.dataset:
        return _gate(GateName.CONTRACT, "no dataset is known, so nothing is compared")
    found = evidence.contract
    if not found:
        return _gate(GateName.CONTRACT, f"all are in the schema of {evidence.dataset}")
    text = f"{_count(found, 'field')} {'is' if len(found) == 1 else 'are'} not in the schema of {evidence.dataset}"
    return _gate(GateName.CONTRACT, text, cure=found[0].cure, faults=found)


def _consent(document: JsonObject) -> Gate:
    purposes = document.get("consent", {}).get("purposes", DEFAULT_PURPOSES)
    without = [
        (index, rule)
        for index, rule in enumerate(document["rules"])
        if rule.get("enabled", True) and not rule.get("consent", purposes)
    ]
    if not without:
        return _gate(GateName.CONSENT, "each names a purpose")
    names = ", ".join(str(rule.get("name") or rule["id"]) for _, rule in without[:3])
    cure = "Choose a purpose under Consent in each of them."
    faults = [
        Fault(below("/rules", index, "consent"), "The rule runs whatever the visitor consents to.", "Name a purpose.")
        for index, _ in without
    ]
    more = f" and {len(without) - 3} more" if len(without) > 3 else ""
    return _gate(GateName.CONSENT, f"{names}{more} ask{'s' if len(without) == 1 else ''} for none", cure=cure,
                 faults=faults)  # fmt: skip


def _tests(document: JsonObject, evidence: Evidence) -> Gate:
    cases, result = document.get("tests", ()), evidence.tests
    if not cases:
        return _gate(GateName.TESTS, "there are none", cure="Write one: what must be sent when something is done.")
    if result is None:
        command = f"heliograph property test {document['property']['id']}"
        return _gate(GateName.TESTS, f"not played for this draft: {len(cases)}", cure=f"Play them: `{command}`.")
    if result.failed:
        text = f"{result.failed} of {result.held + result.failed} fail"
        return _gate(GateName.TESTS, text, cure="Mend the rules, or the cases, and play them again.")
    return _gate(GateName.TESTS, f"{result.held} of {result.held} hold")


def _approval(evidence: Evidence) -> Gate:
    cure = "Request a review: another person has to approve it."
    if evidence.is_approved:
        cure = ""
    elif evidence.is_asked:
        cure = "Another person has to approve it."
    return _gate(GateName.APPROVAL, evidence.approval, cure=cure)


def _count(faults: Sequence[Fault], what: str) -> str:
    return f"{len(faults)} {what}{'' if len(faults) == 1 else 's'}"
