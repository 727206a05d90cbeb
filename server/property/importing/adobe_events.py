"""Adobe's events as ours."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from server.model.json import JsonObject
from server.property.importing.adobe_elements import Elements
from server.property.importing.adobe_parts import Part
from server.property.importing.draft import text_of
from server.property.importing.report import Impossible

_MEDIA: Mapping[str, str] = MappingProxyType(
    {
        "mediaplay": "play",
        "mediapause": "pause",
        "mediaended": "ended",
        "mediastalled": "stalled",
        "medialoadeddata": "loadeddata",
        "mediavolumechange": "volumechange",
    }
)


def translate_event(part: Part, elements: Elements, told: list[str]) -> JsonObject:
    """Raises Impossible."""
    make = _MAKERS.get(part.module)
    if make is None:
        what = "Custom code" if part.module == "core/customcode" else f"The event `{part.module[:80]}`"
        raise Impossible(f"{what} is not taken over.")
    return make(part.settings, elements, told)


_Make = Callable[[JsonObject, Elements, list[str]], JsonObject]


def _page(when: str, *words: str) -> _Make:
    def make(_settings: JsonObject, _elements: Elements, told: list[str]) -> JsonObject:
        told.extend(words)
        return {"type": "page-ready", "when": when}

    return make


def _target(settings: JsonObject, told: list[str]) -> str:
    """The selector; empty for any element."""
    if settings.get("elementProperties"):
        raise Impossible("It looks at properties of the element: write them as a selector, or as a condition.")
    if settings.get("bubbleFireIfParent") is False or settings.get("bubbleStop") is True:
        told.append("Whether it goes on to the elements around is not taken over.")
    return text_of(settings.get("elementSelector"))


def _click(gesture: str) -> _Make:
    def make(settings: JsonObject, _elements: Elements, told: list[str]) -> JsonObject:
        target = _target(settings, told)
        if settings.get("anchorDelay"):
            told.append("No click waits: what leaves with the page is sent by beacon.")
        more = {} if target else {"match": "exact"}
        return {"type": "click", "target": target or "*", **more, **({"gesture": gesture} if gesture else {})}

    return make


def _on_field(step: str) -> _Make:
    def make(settings: JsonObject, _elements: Elements, told: list[str]) -> JsonObject:
        target = _target(settings, told)
        if settings.get("acceptableChangeValues") or settings.get("value"):
            raise Impossible("It only comes for some values: make a condition of that.")
        return {"type": "field", "on": [step], **({"target": target} if target else {})}

    return make


def _submit(settings: JsonObject, _elements: Elements, told: list[str]) -> JsonObject:
    target = _target(settings, told)
    return {"type": "form-submit", "onlyIf": "any", **({"target": target} if target else {})}


def _hover(settings: JsonObject, _elements: Elements, told: list[str]) -> JsonObject:
    return {"type": "hover", "target": _target(settings, told), **_delay(settings, "delay")}


def _media(on: str) -> _Make:
    def make(settings: JsonObject, _elements: Elements, told: list[str]) -> JsonObject:
        target = _target(settings, told)
        return {"type": "media", "on": [on], **({"target": target} if target else {})}

    return make


def _viewport(settings: JsonObject, _elements: Elements, told: list[str]) -> JsonObject:
    every = text_of(settings.get("frequency")) == "everyEntry"
    return {
        "type": "element-visible",
        "target": _target(settings, told) or "body",
        "percent": 0,
        "frequency": "every-time" if every else "once-per-element",
        **_delay(settings, "delay"),
    }


def _delay(settings: JsonObject, key: str) -> JsonObject:
    """``for``, of milliseconds."""
    value = settings.get(key)
    return {"for": f"{int(value)}ms"} if isinstance(value, int | float) and 0 < value < 86_400_000 else {}


def _time(settings: JsonObject, _elements: Elements, _told: list[str]) -> JsonObject:
    seconds = settings.get("timeOnPage")
    if not isinstance(seconds, int | float) or not 0 < seconds < 86_400:
        raise Impossible("It names no time that is a plain number of seconds.")
    return {"type": "time-on-page", "after": f"{int(seconds * 1_000)}ms", "clock": "visible"}


def _exists(settings: JsonObject, _elements: Elements, told: list[str]) -> JsonObject:
    return {"type": "element-exists", "target": _target(settings, told), "frequency": "once-per-page"}


def _custom(settings: JsonObject, _elements: Elements, told: list[str]) -> JsonObject:
    target = _target(settings, told)
    return {"type": "custom-event", "event": text_of(settings.get("type")), **({"target": target} if target else {})}


def _changed(settings: JsonObject, elements: Elements, told: list[str]) -> JsonObject:
    told.append("It is looked at when something happens on the page, not every second.")
    return {"type": "value-change", "value": elements.template(f"%{text_of(settings.get('name'))}%")}


def _route(_settings: JsonObject, _elements: Elements, told: list[str]) -> JsonObject:
    told.append("It waits until the new page has settled.")
    return {"type": "route-change"}


def _fixed(**event: str) -> _Make:
    return lambda _settings, _elements, _told: dict(event)


_MAKERS: Mapping[str, _Make] = MappingProxyType(
    {
        "core/libraryloaded": _page("immediately"),
        "core/pagetop": _page("immediately"),
        "core/pagebottom": _page("dom-ready", "The end of the page is when its elements are there."),
        "core/domready": _page("dom-ready"),
        "core/windowloaded": _page("window-loaded"),
        "core/click": _click(""),
        "core/mousedown": _click("mousedown"),
        "core/hover": _hover,
        "core/blur": _on_field("blur"),
        "core/focus": _on_field("focus"),
        "core/change": _on_field("change"),
        "core/submit": _submit,
        **{f"core/{name}": _media(on) for name, on in _MEDIA.items()},
        "core/customevent": _custom,
        "core/dataelementchange": _changed,
        "core/directcall": lambda settings, _e, _t: {
            "type": "direct-call",
            "name": text_of(settings.get("identifier")),
        },
        "core/elementexists": _exists,
        "core/entersviewport": _viewport,
        "core/historychange": _route,
        "core/timeonpage": _time,
        "core/tabfocus": _fixed(type="tab", to="visible"),
        "core/tabblur": _fixed(type="tab", to="hidden"),
        "core/orientationchange": _fixed(type="viewport-change", what="orientation"),
        "core/zoomchange": _fixed(type="viewport-change", what="zoom"),
    }
)
