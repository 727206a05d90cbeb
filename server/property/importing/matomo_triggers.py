"""Matomo's triggers as events."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from server.model.json import Json, JsonObject
from server.property.importing.draft import object_of, text_of, wholes_of
from server.property.importing.report import Impossible


def translate_trigger(trigger: JsonObject, told: list[str]) -> JsonObject:
    """Raises Impossible."""
    # Older versions write some of them with other capitals.
    kinds = {name.lower(): each for name, each in _TRIGGERS.items()}
    make = kinds.get(text_of(trigger.get("type")).lower())
    if make is None:
        raise Impossible(f"A trigger of the type `{text_of(trigger.get('type'))[:60]}` is not taken over.")
    return make(object_of(trigger.get("parameters")), told)


def _fixed(**event: str) -> Callable[[JsonObject, list[str]], JsonObject]:
    return lambda _given, _told: dict(event)


def _scroll(given: JsonObject, told: list[str]) -> JsonObject:
    told.append("It is armed again when a single-page application changes its route.")
    kind = text_of(given.get("scrollType"))
    axis = "horizontal" if "horizontal" in kind.lower() or "left" in kind.lower() else "vertical"
    in_percent = "pixel" not in kind.lower()
    wanted = given.get("percentage" if in_percent else "pixels")
    numbers = wholes_of(number_text(wanted), most=100 if in_percent else 1_000_000)
    return {"type": "scroll-depth", "axis": axis, "percent" if in_percent else "pixels": numbers}


def _visible(given: JsonObject, _told: list[str]) -> JsonObject:
    by_css = text_of(given.get("selectionMethod")) == "cssSelector"
    frequency = {"oncePage": "once-per-page", "onceElement": "once-per-element"}
    return {
        "type": "element-visible",
        "target": text_of(given.get("cssSelector")) if by_css else f"#{text_of(given.get('elementId'))}",
        "percent": (wholes_of(number_text(given.get("minPercentVisible"))) or [50])[0],
        "frequency": frequency.get(text_of(given.get("fireTriggerWhen")), "every-time"),
    }


def _timer(given: JsonObject, _told: list[str]) -> JsonObject:
    milliseconds = wholes_of(number_text(given.get("triggerInterval")), most=86_400_000)
    if not milliseconds:
        raise Impossible("It has no interval that is a plain number.")
    repeats = number_text(given.get("triggerLimit")) != "1"
    if repeats and given.get("triggerLimit"):
        raise Impossible("It fires a number of times: make a limit of that.")
    after = f"{milliseconds[0]}ms"
    return {"type": "time-on-page", "after": after, "clock": "always", **({"repeat": True} if repeats else {})}


def _route(_given: JsonObject, told: list[str]) -> JsonObject:
    told.append("It waits until the new page has settled, and only comes when the address is another one.")
    return {"type": "route-change"}


def _downloads(given: JsonObject, _told: list[str]) -> JsonObject:
    extensions = re.findall(r"[A-Za-z0-9]{1,10}", text_of(given.get("downloadExtensions")).lower())
    return {"type": "link-click", "kind": "download", **({"extensions": extensions[:50]} if extensions else {})}


_TRIGGERS: Mapping[str, Callable[[JsonObject, list[str]], JsonObject]] = MappingProxyType(
    {
        "PageView": _fixed(type="page-ready", when="immediately"),
        "DomReady": _fixed(type="page-ready", when="dom-ready"),
        "WindowLoaded": _fixed(type="page-ready", when="window-loaded"),
        "WindowUnload": _fixed(type="tab", to="hidden"),
        "WindowLeave": _fixed(type="exit-intent"),
        "AllElementsClick": _fixed(type="click", target="*", match="exact"),
        "AllLinksClick": _fixed(type="link-click", kind="any"),
        "AllDownloadsClick": _downloads,
        "FormSubmit": _fixed(type="form-submit", onlyIf="any"),
        "ElementVisibility": _visible,
        "ScrollReach": _scroll,
        "HistoryChange": _route,
        "Timer": _timer,
        "JavaScriptError": lambda _given, _told: {"type": "js-error", "include": ["error"]},
        "Fullscreen": _fixed(type="fullscreen"),
        "UserInteraction": _fixed(type="first-interaction"),
        "CustomEvent": lambda given, _told: {"type": "data-layer", "event": text_of(given.get("eventName"))},
    }
)


def number_text(value: Json) -> str:
    """Ids and numbers are texts in some versions."""
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""
