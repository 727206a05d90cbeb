"""Adobe's conditions as ours; some are what a rule has beside them: its limit and its share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from server.model.json import Json, JsonObject
from server.property.importing.adobe_elements import Elements
from server.property.importing.adobe_parts import Part
from server.property.importing.draft import text_of
from server.property.importing.report import Impossible


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """``test``: a condition of the rule; empty for none. ``rule``: what the rule gets instead."""

    test: JsonObject = field(default_factory=dict)
    rule: JsonObject = field(default_factory=dict)
    is_negated: bool = False


_OPERATORS: Mapping[str, str] = MappingProxyType(
    {
        "equals": "eq",
        "contains": "contains",
        "startsWith": "startsWith",
        "endsWith": "endsWith",
        "matchesRegex": "matches",
        "lessThan": "lt",
        "lessThanOrEqual": "lte",
        "greaterThan": "gt",
        "greaterThanOrEqual": "gte",
    }
)
_NEGATIONS: Mapping[str, str] = MappingProxyType(
    {
        "doesNotEqual": "equals",
        "doesNotContain": "contains",
        "doesNotStartWith": "startsWith",
        "doesNotEndWith": "endsWith",
        "doesNotMatchRegex": "matchesRegex",
    }
)
_STATES: Mapping[str, str] = MappingProxyType(
    {"isTrue": "true", "isFalse": "false", "isTruthy": "present", "isFalsy": "absent"}
)
_UNITS: Mapping[str, str] = MappingProxyType({"second": "s", "minute": "m", "hour": "h", "day": "d", "week": "d"})
_PIPE = " | string"


def translate_condition(part: Part, elements: Elements, told: list[str]) -> Condition:
    """Raises Impossible."""
    make = _MAKERS.get(part.module)
    if make is None:
        what = "Custom code" if part.module == "core/customcode" else f"The condition `{part.module[:80]}`"
        raise Impossible(f"{what} is not taken over.")
    found = make(part.settings, elements, told)
    if part.is_negated and found.rule:
        raise Impossible("An exception by frequency or share is not taken over.")
    return Condition(test=found.test, rule=found.rule, is_negated=part.is_negated)


_Make = Callable[[JsonObject, Elements, list[str]], Condition]


def _comparison(settings: JsonObject, elements: Elements, told: list[str]) -> Condition:
    how = settings.get("comparison")
    how = how if isinstance(how, dict) else {"operator": how}
    operator = text_of(how.get("operator"))
    left = elements.template(str(settings.get("leftOperand", "")))
    if operator in _STATES:
        if "ruthy" in operator or "alsy" in operator:
            told.append("`0` and `false` count as a value that is there.")
        return Condition(test={"value": left, "is": _STATES[operator]})
    ours = _OPERATORS.get(_NEGATIONS.get(operator, operator))
    right = settings.get("rightOperand")
    if ours is None:
        raise Impossible(f"The comparison `{operator[:60]}` is not taken over.")
    if isinstance(right, str) and "%" in right:
        raise Impossible("A condition compares with a data element; it compares with a text here.")
    if ours in ("lt", "lte", "gt", "gte"):
        right = _number(right)
    elif isinstance(right, str) and ours == "eq":
        left = _as_text(left)
    made: JsonObject = {"value": left, "op": ours, "than": right}
    if how.get("caseInsensitive") is True:
        made["ignoreCase"] = True
    return Condition(test={"none": [made]} if operator in _NEGATIONS else made)


def _listed(element: str, source: Callable[[JsonObject], JsonObject]) -> _Make:
    """A value that is one of a list, each a text or a pattern."""

    def make(settings: JsonObject, elements: Elements, _told: list[str]) -> Condition:
        name = elements.own(element, source(settings))
        values = next((each for each in settings.values() if isinstance(each, list)), [])
        tests = [_entry(name, each) for each in values]
        if not tests:
            raise Impossible("It compares with nothing.")
        return Condition(test=tests[0] if len(tests) == 1 else {"any": tests})

    return make


def _entry(name: str, entry: Json) -> JsonObject:
    value = entry.get("value") if isinstance(entry, dict) else entry
    is_pattern = isinstance(entry, dict) and entry.get("valueIsRegex") is True
    if not isinstance(value, str) or "%" in value:
        raise Impossible("It compares with what is no plain text.")
    if is_pattern:
        return {"value": f"%{name}%", "op": "matches", "than": value}
    return {"value": f"%{name}{_PIPE}%", "op": "eq", "than": value}


def _sampling(settings: JsonObject, _elements: Elements, told: list[str]) -> Condition:
    rate = _number(settings.get("rate"))
    sticky = {"sticky": "visitor"} if settings.get("persistCohort") is True else {}
    if sticky:
        told.append("Who is in the sample is drawn anew.")
    return Condition(rule={"sample": {"rate": rate, **sticky}})


def _frequency(settings: JsonObject, _elements: Elements, told: list[str]) -> Condition:
    count, unit = settings.get("count", 1), text_of(settings.get("unit"))
    if not isinstance(count, int) or count < 1:
        raise Impossible("Its frequency is no plain number.")
    told.append("It counts when the rule has run, not when its conditions were looked at.")
    scopes = {"pageView": "page", "session": "session", "visitor": "visitor"}
    if unit in scopes and count == 1:
        return Condition(rule={"limit": {"times": 1, "per": scopes[unit]}})
    if unit in _UNITS:
        length = count * 7 if unit == "week" else count
        return Condition(rule={"limit": {"times": 1, "per": "visitor", "within": f"{length}{_UNITS[unit]}"}})
    raise Impossible(f"Once in {count} of `{unit[:40]}` is not taken over.")


def _new(settings: JsonObject, elements: Elements, _told: list[str]) -> Condition:
    is_new = settings.get("isNewVisitor", settings.get("visitorType") == "new")
    name = elements.own("Is a new visitor", {"from": "visitor", "get": "isNew"})
    return Condition(test={"value": f"%{name}%", "is": "true" if is_new else "false"})


def _protocol(settings: JsonObject, elements: Elements, _told: list[str]) -> Condition:
    name = elements.own("Protocol", {"from": "url", "get": "protocol"})
    wanted = text_of(settings.get("protocol")).rstrip(":")
    return Condition(test={"value": f"%{name}{_PIPE}%", "op": "eq", "than": wanted})


def _number(value: Json) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise Impossible(f"“{str(value)[:60]}” is no number, and it is compared as one.") from None


def _as_text(template: str) -> str:
    is_token = template.startswith("%") and template.endswith("%") and template.count("%") == 2
    return f"{template[:-1]}{_PIPE}%" if is_token and "|" not in template else template


def _name(settings: JsonObject) -> str:
    return text_of(settings.get("name"))


_MAKERS: Mapping[str, _Make] = MappingProxyType(
    {
        "core/valuecomparison": _comparison,
        "core/path": _listed("Page path", lambda _s: {"from": "page", "get": "path"}),
        "core/domain": _listed("Page host", lambda _s: {"from": "url", "get": "hostname"}),
        "core/subdomain": _listed("Page host", lambda _s: {"from": "url", "get": "hostname"}),
        "core/hash": _listed("Page hash", lambda _s: {"from": "page", "get": "hash"}),
        "core/protocol": _protocol,
        "core/cookie": _listed("Cookie", lambda s: {"from": "cookie", "name": _name(s)}),
        "core/variable": _listed("JavaScript variable", lambda s: {"from": "jsPath", "path": _name(s)}),
        "core/querystringparameter": _listed("Query parameter", lambda s: {"from": "query", "name": _name(s)}),
        "core/landingpage": _listed("Landing page", lambda _s: {"from": "visitor", "get": "landingPage"}),
        "core/trafficsource": _listed("Traffic source", lambda _s: {"from": "visitor", "get": "trafficSource"}),
        "core/browser": _listed("Browser", lambda _s: {"from": "browser", "get": "name"}),
        "core/operatingsystem": _listed("Operating system", lambda _s: {"from": "browser", "get": "system"}),
        "core/devicetype": _listed("Kind of device", lambda _s: {"from": "browser", "get": "deviceType"}),
        "core/newreturningvisitor": _new,
        "core/sampling": _sampling,
        "core/maxfrequency": _frequency,
    }
)
