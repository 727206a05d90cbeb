"""Test cases of a property: what each says, and whether what was sent is as it expects. Playing them is not here."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from server.model.json import Json, JsonObject
from server.property.durations import DurationError, parse_duration_ms

# What a step can be, with the shape of its value.
STEPS: Mapping[str, str] = MappingProxyType(
    {
        "load": "true",
        "reload": "true",
        "back": "true",
        "hide": "true",
        "click": "a selector",
        "dblclick": "a selector",
        "hover": "a selector",
        "submit": "a selector",
        "type": "an object of selectors and texts",
        "scrollTo": "a selector, or a share such as `60%`",
        "pushState": "a URL",
        "push": "an entry of the data layer",
        "wait": "a duration",
        "grant": "a list of purposes",
        "revoke": "a list of purposes",
        "run": "a call of the page's own script",
    }
)
_TEXTS = frozenset({"click", "dblclick", "hover", "submit", "scrollTo", "pushState", "wait", "run"})
_LISTS = frozenset({"grant", "revoke"})
_OBJECTS = frozenset({"type", "push"})
_KEYS = frozenset({"name", "rule", "fixture", "steps", "expect", "expectNone", "order", "notes", "description"})
_FIXTURE_KEYS = frozenset({"html", "url", "title", "referrer", "dataLayer", "consent", "viewport", "cookies"})
_EXPECT_KEYS = frozenset({"eventType", "count", "xdm"})

DEFAULT_URL = "https://shop.example/"
DEFAULT_VIEWPORT = (1280, 720)
ANY_RULE = "*"


class CaseError(ValueError):
    """A case that cannot be played, in a sentence that says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixture:
    """The page: what is in its body, where it is, and what was there before the snippet."""

    html: str = ""
    url: str = DEFAULT_URL
    title: str = "Page"
    referrer: str = ""
    data_layer: Sequence[Json] = ()
    consent: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    viewport: tuple[int, int] = DEFAULT_VIEWPORT


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """``count`` events, or at least one where it is None, that hold all of this."""

    event_type: str | None
    xdm: JsonObject
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """``rule``: whose events count; ANY_RULE: everybody's. ``expected``: empty for a case that expects none."""

    name: str
    rule: str
    fixture: Fixture
    steps: Sequence[tuple[str, Json]]
    expected: Sequence[Expectation]
    in_order: bool


def parse_case(case: JsonObject, *, rule_ids: frozenset[str]) -> Case:
    """Raises CaseError."""
    _known(case, _KEYS, "the case")
    rule = case.get("rule", ANY_RULE)
    if rule != ANY_RULE and rule not in rule_ids:
        raise CaseError(f"there is no rule `{rule}`")
    expected = [_expectation(each) for each in case.get("expect", ())]
    if bool(expected) == bool(case.get("expectNone", False)):
        raise CaseError("a case has either `expect` with at least one entry, or `expectNone`: true")
    return Case(
        name=str(case["name"]),
        rule=rule,
        fixture=_fixture(case.get("fixture", {})),
        steps=[_step(each) for each in case.get("steps", ())],
        expected=expected,
        in_order=case.get("order") == "strict",
    )


def judge(case: Case, sent: Sequence[JsonObject]) -> Sequence[str]:
    """What is not as the case expects it, in sentences; ``sent``: XDM of the events that count, in their order."""
    if not case.expected:
        return [f"Expected nothing to be sent, but {_told(event)} was." for event in sent]
    if case.in_order:
        return list(_judge_in_order(case.expected, sent))
    taken: set[int] = set()
    faults: list[str] = []
    for expected in case.expected:
        fitting = [index for index, event in enumerate(sent) if not list(_differences(expected, event))]
        taken.update(fitting)
        wanted = expected.count
        if wanted is None and fitting:
            continue
        if wanted is not None and len(fitting) == wanted:
            continue
        faults.append(_shortage(expected, len(fitting), sent))
    faults += [
        f"Nobody expected {_told(event)}, and it was sent." for index, event in enumerate(sent) if index not in taken
    ]
    return faults


def _judge_in_order(expected: Sequence[Expectation], sent: Sequence[JsonObject]) -> Iterator[str]:
    wanted = [each for each in expected for _ in range(each.count or 1)]
    for index, each in enumerate(wanted):
        if index >= len(sent):
            yield f"Expected {_name(each)} as event {index + 1}, but only {len(sent)} were sent."
            return
        yield from (f"Event {index + 1}: {fault}" for fault in _differences(each, sent[index]))
    yield from (f"Nobody expected {_told(event)}, and it was sent." for event in sent[len(wanted) :])


def _shortage(expected: Expectation, found: int, sent: Sequence[JsonObject]) -> str:
    wanted = "at least one" if expected.count is None else str(expected.count)
    said = f"Expected {wanted} of {_name(expected)}, and there {'was' if found == 1 else 'were'} {found}."
    likely = [event for event in sent if expected.event_type in (None, event.get("eventType"))]
    if found or not likely:
        return f"{said} Sent was {', '.join(map(_told, sent)) or 'nothing'}."
    return f"{said} {' '.join(_differences(expected, likely[0]))}"


def _name(expected: Expectation) -> str:
    return f"`{expected.event_type}`" if expected.event_type else "such an event"


def _told(event: JsonObject) -> str:
    return f"`{event.get('eventType', 'an event without a type')}`"


def _differences(expected: Expectation, event: JsonObject) -> Iterator[str]:
    if expected.event_type is not None and event.get("eventType") != expected.event_type:
        yield f"Expected `{expected.event_type}`, got {_told(event)}."
        return
    for path, value in expected.xdm.items():
        yield from _compare(value, _at(event, path), path)


def _at(value: Json, path: str) -> Json:
    for key in path.split("."):
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")

MATCHERS: Mapping[str, Callable[[Any, Any], bool]] = MappingProxyType(
    {
        "$any": lambda value, _: value is not None,
        "$absent": lambda value, _: value is None,
        "$gt": lambda value, than: _is_number(value) and value > than,
        "$gte": lambda value, than: _is_number(value) and value >= than,
        "$lt": lambda value, than: _is_number(value) and value < than,
        "$lte": lambda value, than: _is_number(value) and value <= than,
        "$between": lambda value, ends: _is_number(value) and ends[0] <= value <= ends[1],
        "$regex": lambda value, pattern: isinstance(value, str) and re.search(pattern, value) is not None,
        "$contains": lambda value, part: isinstance(value, str | list) and part in value,
        "$uuid": lambda value, _: isinstance(value, str) and _UUID.fullmatch(value) is not None,
        "$iso": lambda value, _: isinstance(value, str) and _ISO.fullmatch(value) is not None,
    }
)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _compare(expected: Json, actual: Json, path: str) -> Iterator[str]:
    """Objects may hold more than is expected of them, lists may not."""
    if isinstance(expected, dict) and len(expected) == 1 and next(iter(expected)) in MATCHERS:
        [(name, than)] = expected.items()
        if not MATCHERS[name](actual, than):
            yield f"`{path}` is {_quoted(actual)}, and not {name[1:]} {_quoted(than)}."
    elif isinstance(expected, dict) and isinstance(actual, dict):
        for key, value in expected.items():
            yield from _compare(value, actual.get(key), f"{path}.{key}")
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for index, value in enumerate(expected):
            yield from _compare(value, actual[index], f"{path}.{index}")
    elif expected != actual or isinstance(expected, bool) != isinstance(actual, bool):
        yield f"Expected `{path}` to be {_quoted(expected)}, got {_quoted(actual)}."


def _quoted(value: Json) -> str:
    return "nothing" if value is None else f"`{value}`"


def _known(value: JsonObject, keys: frozenset[str], where: str) -> None:
    for key in value:
        if key not in keys and not key.startswith("x-"):
            raise CaseError(f"`{key}` is not known in {where}; there are {', '.join(sorted(keys))}")


def _fixture(fixture: JsonObject) -> Fixture:
    _known(fixture, _FIXTURE_KEYS, "the fixture")
    viewport = fixture.get("viewport", DEFAULT_VIEWPORT)
    return Fixture(
        html=fixture.get("html", ""),
        url=fixture.get("url", DEFAULT_URL),
        title=fixture.get("title", "Page"),
        referrer=fixture.get("referrer", ""),
        data_layer=fixture.get("dataLayer", ()),
        consent=fixture.get("consent", {}),
        cookies=fixture.get("cookies", {}),
        viewport=(int(viewport[0]), int(viewport[1])),
    )


def _step(step: Json) -> tuple[str, Json]:
    if not isinstance(step, dict) or len(step) != 1:
        raise CaseError('a step is an object with one key, such as { "click": "button" }')
    [(verb, value)] = step.items()
    if verb not in STEPS:
        raise CaseError(f"there is no step `{verb}`; there are {', '.join(STEPS)}")
    kinds = ((_TEXTS, str), (_LISTS, list), (_OBJECTS, dict))
    if any(verb in verbs and not isinstance(value, kind) for verbs, kind in kinds):
        raise CaseError(f"the step `{verb}` needs {STEPS[verb]}")
    if verb == "wait":
        try:
            return verb, parse_duration_ms(value)
        except DurationError as error:
            raise CaseError(f"in a step: {error}") from error
    return verb, value


def _expectation(expect: Json) -> Expectation:
    if not isinstance(expect, dict):
        raise CaseError("an expectation is an object with `eventType`, `xdm` or both")
    _known(expect, _EXPECT_KEYS, "an expectation")
    return Expectation(event_type=expect.get("eventType"), xdm=expect.get("xdm", {}), count=expect.get("count"))
