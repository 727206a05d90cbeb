"""Google Tag Manager's triggers: events with their conditions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from server.model.json import JsonObject
from server.property.importing.draft import object_of, objects_of, text_of, wholes_of
from server.property.importing.gtm_variables import Variables, is_set, parameters_of, selector_of, value_of
from server.property.importing.report import Impossible

_OPERATORS: Mapping[str, str] = MappingProxyType(
    {
        "EQUALS": "eq",
        "CONTAINS": "contains",
        "STARTS_WITH": "startsWith",
        "ENDS_WITH": "endsWith",
        "MATCH_REGEX": "matches",
        "GREATER": "gt",
        "GREATER_OR_EQUALS": "gte",
        "LESS": "lt",
        "LESS_OR_EQUALS": "lte",
    }
)
_NUMERIC = frozenset({"gt", "gte", "lt", "lte"})
# Their triggers that stand for every page, which no trigger of the export describes.
_FIXED: Mapping[str, JsonObject] = MappingProxyType(
    {
        "2147479553": {"type": "PAGEVIEW", "name": "All Pages"},
        "2147479572": {"type": "CONSENT_INIT", "name": "Consent Initialization - All Pages"},
        "2147479573": {"type": "INIT", "name": "Initialization - All Pages"},
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """One trigger as events of a rule. ``event``: name of the data layer's event, where it waits for one.

    ``limit``: of the rule; empty for none. ``told``: where it means something else. ``kind``: their type.
    """

    name: str
    kind: str
    events: Sequence[JsonObject]
    event: str = ""
    conditions: Sequence[JsonObject] = ()
    limit: JsonObject = field(default_factory=dict)
    told: Sequence[str] = ()

    def blocks(self, other: "Trigger") -> bool:
        """Whether it can happen with the other's event: only then does a blocking trigger count."""
        if self.kind == other.kind == "CUSTOM_EVENT":
            return self.event in ("", other.event) or not other.event
        return self.kind == other.kind or not self.event


def triggers_by_id(triggers: Sequence[JsonObject]) -> Mapping[str, JsonObject]:
    return dict(_FIXED) | {text_of(each.get("triggerId")): each for each in triggers}


def translate_trigger(trigger: JsonObject, variables: Variables) -> Trigger:
    """Raises Impossible."""
    kind, given, told = text_of(trigger.get("type")), parameters_of(trigger), list[str]()
    make = _MAKERS.get(kind)
    if make is None:
        raise Impossible(f"A trigger of the type `{kind[:60]}` is not taken over.")
    event = _event_name(trigger) if kind == "CUSTOM_EVENT" else ""
    events = make(trigger, given, told)
    conditions = []
    for each in objects_of(trigger.get("filter")):
        target = _target(each, variables) if kind == "CLICK" and events[0]["target"] == "*" else ""
        if target:
            events = [{**events[0], "target": target}]
        else:
            conditions.append(_condition(each, variables, event))
    times = wholes_of(_top(trigger, "limit"), most=1_000_000) if kind == "TIMER" else []
    return Trigger(
        name=text_of(trigger.get("name")),
        kind=kind,
        events=events,
        event=event,
        conditions=conditions,
        limit={"times": times[0], "per": "page"} if times else {},
        told=told,
    )


def _condition(each: JsonObject, variables: Variables, event: str) -> JsonObject:
    given = parameters_of(each)
    left, right = value_of(given, "arg0"), value_of(given, "arg1")
    if "{{" in right:
        raise Impossible("A condition compares with another variable; it compares with a text here.")
    operator, kind = _OPERATORS.get(text_of(each.get("type"))), text_of(each.get("type"))
    if kind == "CSS_SELECTOR" and variables.built_in_type(variables.sole(left)) == "CLICK_ELEMENT":
        made: JsonObject = {"value": f"%this | matches({_quoted(right)})%", "is": "true"}
    elif operator is None:
        raise Impossible(f"A comparison of the type `{kind[:60]}` is not taken over.")
    else:
        than = _number(right) if operator in _NUMERIC else right
        made = {"value": _as_text(variables.template(left, event=event), operator), "op": operator, "than": than}
        if is_set(given, "ignore_case"):
            made["ignoreCase"] = True
    return {"none": [made]} if is_set(given, "negate") else made


def _target(each: JsonObject, variables: Variables) -> str:
    """The selector of a condition that says which element is clicked; empty for any other."""
    given = parameters_of(each)
    is_selector = text_of(each.get("type")) == "CSS_SELECTOR" and not is_set(given, "negate")
    of_click = variables.built_in_type(variables.sole(value_of(given, "arg0"))) == "CLICK_ELEMENT"
    return value_of(given, "arg1") if is_selector and of_click else ""


def _as_text(template: str, operator: str) -> str:
    """What is compared with a text is one, whatever the page made of it: their comparison reads both as texts."""
    is_token = template.startswith("%") and template.endswith("%") and template.count("%") == 2
    return f"{template[:-1]} | string%" if operator == "eq" and is_token and "|" not in template else template


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Impossible(f"“{text[:60]}” is no number, and it is compared as one.") from None


def _quoted(text: str) -> str:
    if "'" in text and '"' in text:
        raise Impossible("Its selector has quotation marks of both kinds.")
    return f'"{text}"' if "'" in text else f"'{text}'"


def _event_name(trigger: JsonObject) -> str:
    """Of the data layer; empty where a pattern says which."""
    filters = objects_of(trigger.get("customEventFilter"))
    is_equal = len(filters) == 1 and text_of(filters[0].get("type")) == "EQUALS"
    return value_of(parameters_of(filters[0]), "arg1") if is_equal else ""


def _custom(trigger: JsonObject, _given: Mapping[str, JsonObject], told: list[str]) -> list[JsonObject]:
    filters = objects_of(trigger.get("customEventFilter"))
    if len(filters) != 1:
        raise Impossible("It does not say which event of the data layer it waits for.")
    kind, given = text_of(filters[0].get("type")), parameters_of(filters[0])
    wanted = value_of(given, "arg1")
    if "{{" in wanted or is_set(given, "negate"):
        raise Impossible("Which event it waits for is not a plain name or pattern.")
    if kind == "EQUALS":
        return [{"type": "data-layer", "event": wanted}]
    if kind == "MATCH_REGEX":
        told.append("Google Tag Manager's own events, such as `gtm.js`, are none here.")
        return [{"type": "data-layer-pattern", "pattern": wanted}]
    raise Impossible(f"It compares the event's name by `{kind[:60]}`: only a name or a pattern is taken over.")


def _top(trigger: JsonObject, key: str) -> str:
    """A setting that stands beside the parameters."""
    return text_of(object_of(trigger.get(key)).get("value")) or value_of(parameters_of(trigger), key)


def _waits(trigger: JsonObject, told: list[str]) -> None:
    if text_of(object_of(trigger.get("waitForTags")).get("value")) == "true":
        told.append("No click waits: what leaves with the page is sent by beacon.")


def _link(trigger: JsonObject, _given: Mapping[str, JsonObject], told: list[str]) -> list[JsonObject]:
    _waits(trigger, told)
    if text_of(object_of(trigger.get("checkValidation")).get("value")) == "true":
        told.append("Clicks that a script of the page prevents are collected as well.")
    return [{"type": "link-click", "kind": "any"}]


def _form(trigger: JsonObject, _given: Mapping[str, JsonObject], told: list[str]) -> list[JsonObject]:
    _waits(trigger, told)
    is_checked = text_of(object_of(trigger.get("checkValidation")).get("value")) == "true"
    return [{"type": "form-submit", "onlyIf": "valid-and-not-prevented" if is_checked else "any"}]


def _scroll(_trigger: JsonObject, given: Mapping[str, JsonObject], told: list[str]) -> list[JsonObject]:
    told.append("It is armed again when a single-page application changes its route.")
    events: list[JsonObject] = []
    for axis in ("vertical", "horizontal"):
        if is_set(given, f"{axis}ThresholdOn"):
            in_percent = value_of(given, f"{axis}ThresholdUnits") != "PIXELS"
            key = f"{axis}Thresholds{'Percent' if in_percent else 'Pixels'}"
            numbers = wholes_of(value_of(given, key), most=100 if in_percent else 1_000_000)
            events.append({"type": "scroll-depth", "axis": axis, "percent" if in_percent else "pixels": numbers})
    if not events:
        raise Impossible("It names no depth.")
    return events


def _visible(_trigger: JsonObject, given: Mapping[str, JsonObject], told: list[str]) -> list[JsonObject]:
    frequency = {"ONCE": "once-per-page", "ONCE_PER_ELEMENT": "once-per-element"}
    made: JsonObject = {
        "type": "element-visible",
        "target": selector_of(given),
        "percent": (wholes_of(value_of(given, "onScreenRatio")) or [50])[0],
        "frequency": frequency.get(value_of(given, "firingFrequency"), "every-time"),
    }
    if is_set(given, "useOnScreenDuration"):
        made["for"] = f"{(wholes_of(value_of(given, 'onScreenDuration'), most=86_400_000) or [1])[0]}ms"
    if not is_set(given, "useDomChangeListener"):
        told.append("Elements that come later are seen as well.")
    return [made]


def _youtube(_trigger: JsonObject, given: Mapping[str, JsonObject], told: list[str]) -> list[JsonObject]:
    steps = {"captureStart": ["play"], "capturePause": ["pause", "seek"], "captureComplete": ["ended"]}
    on = [step for key, found in steps.items() if is_set(given, key) for step in found]
    made: JsonObject = {"type": "youtube", "on": on}
    if is_set(given, "captureStart"):
        told.append("A video that goes on after a pause counts as started again.")
    if is_set(given, "captureProgress"):
        percent = wholes_of(value_of(given, "progressThresholdsPercent"))
        if not percent:
            raise Impossible("It counts seconds of a YouTube video, which are percentages here.")
        made["percent"] = percent
    return [made]


def _timer(trigger: JsonObject, _given: Mapping[str, JsonObject], _told: list[str]) -> list[JsonObject]:
    milliseconds = wholes_of(_top(trigger, "interval"), most=86_400_000)
    if not milliseconds:
        raise Impossible("It has no interval that is a plain number.")
    return [{"type": "time-on-page", "after": f"{milliseconds[0]}ms", "clock": "always", "repeat": True}]


def _history(_trigger: JsonObject, _given: Mapping[str, JsonObject], told: list[str]) -> list[JsonObject]:
    told.append("It waits until the new page has settled, and only comes when the address is another one.")
    return [{"type": "route-change"}]


def _page(when: str, *told_before: str) -> "_Make":
    def make(_trigger: JsonObject, _given: Mapping[str, JsonObject], told: list[str]) -> list[JsonObject]:
        told.extend(told_before)
        return [{"type": "page-ready", "when": when}]

    return make


_Make = Callable[[JsonObject, Mapping[str, JsonObject], list[str]], list[JsonObject]]
_FIRST = "It comes with the page view: consent that is known comes before everything, and rules run in their order."

_MAKERS: Mapping[str, _Make] = MappingProxyType(
    {
        "PAGEVIEW": _page("immediately"),
        "INIT": _page("immediately", _FIRST),
        "CONSENT_INIT": _page("immediately", _FIRST),
        "DOM_READY": _page("dom-ready"),
        "WINDOW_LOADED": _page("window-loaded"),
        "CUSTOM_EVENT": _custom,
        "CLICK": lambda _trigger, _given, _told: [{"type": "click", "target": "*", "match": "exact"}],
        "LINK_CLICK": _link,
        "FORM_SUBMISSION": _form,
        "SCROLL_DEPTH": _scroll,
        "ELEMENT_VISIBILITY": _visible,
        "YOU_TUBE_VIDEO": _youtube,
        "TIMER": _timer,
        "HISTORY_CHANGE": _history,
        "JS_ERROR": lambda _trigger, _given, _told: [{"type": "js-error", "include": ["error"]}],
    }
)
