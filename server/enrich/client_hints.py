"""Browser, operating system and device, from the client hints: where the User-Agent string is frozen, they are not."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from server.enrich.agents import Agent
from server.enrich.deps import Deps
from server.enrich.headers import MAX_MEMBERS
from server.enrich.hints import (
    HEADERS,
    Brand,
    Hints,
    brand,
    browser_name,
    device_type,
    full_version,
    read_hints,
    system_name,
    system_version,
)
from server.enrich.names import BROWSER_VENDORS, GENERIC_BRANDS, GENERIC_BROWSERS, SYSTEM_VENDORS
from server.enrich.patch import fill, unit
from server.model.event import Event
from server.model.json import Json, JsonObject
from server.model.xdm import get

CACHED_HINTS = 1024
"""Distinct sets of headers kept read: a browser's are the same on every request until its next version."""

MAX_STATED_CHARS = 128
"""Of a hint inside the event: it is as long as the client likes. A header's length has its own limit."""

# Kinds of device that the User-Agent names and no hint does.
_SPECIAL = frozenset({"ereader", "gaming", "settop", "television"})

_BROWSER = "environment.browserDetails"
_HINTS = f"{_BROWSER}.userAgentClientHints"


# Members of the XDM object, the fields of Hints that they are, and their types.
_STATED: Mapping[str, tuple[str, type]] = {
    "mobile": ("mobile", bool),
    "platform": ("platform", str),
    "platformVersion": ("platform_version", str),
    "architecture": ("architecture", str),
    "bitness": ("bitness", str),
    "model": ("model", str),
    "wow64": ("wow64", bool),
}


class ClientHints:
    """The hints as XDM has them, and what they correct.

    A hint that the event itself carries (the Web SDK's high-entropy context) wins over the header, and is used in its
    place for what is derived. Derived: the browser's brand and full version, Windows 11, the real version of macOS and
    Android, the model and its maker.
    """

    name = "client_hints"
    writes = frozenset(
        {
            _HINTS,
            f"{_BROWSER}.name",
            f"{_BROWSER}.version",
            f"{_BROWSER}.vendor",
            "environment.operatingSystem",
            "environment.operatingSystemVersion",
            "environment.operatingSystemVendor",
            "device.type",
            "device.manufacturer",
            "device.model",
        }
    )
    reads = frozenset({"client.client_hints", "client.user_agent"})

    def __init__(self, deps: Deps) -> None:
        self._agents = deps.agents
        self._read = lru_cache(maxsize=CACHED_HINTS)(read_hints)

    def enrich(self, event: Event) -> JsonObject:
        """{} for a client that sent no hints at all."""
        headers, xdm = event.client.client_hints, event.xdm
        stated = get(xdm, _HINTS)
        if not headers and not stated:
            return {}
        read = self._read(tuple(headers.get(name, "") for name in HEADERS))
        hints = _overruled(read, stated) if isinstance(stated, Mapping) else read
        agent = self._agents.look_up(event.client.user_agent)
        return fill(
            xdm,
            {
                **_as_xdm(read),
                **unit(xdm, f"{_BROWSER}.name", _browser(hints, agent)),
                **unit(xdm, "environment.operatingSystem", _system(hints)),
                "device.type": _type(hints, agent),
                **unit(xdm, "device.model", self._device(hints)),
            },
        )

    def _device(self, hints: Hints) -> Mapping[str, Json]:
        """The model, and its maker as the table of User-Agents knows it: it has models, but not of whom they are."""
        if not hints.model:
            return {"device.model": None}
        agent = self._agents.look_up(
            f"Mozilla/5.0 (Linux; Android 14; {hints.model}) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/120.0.0.0 Mobile Safari/537.36"
        )
        return {"device.model": hints.model, "device.manufacturer": agent.manufacturer}


def _as_xdm(hints: Hints) -> Mapping[str, Json]:
    brands = [{"brand": brand.name, **({"version": brand.version} if brand.version else {})} for brand in hints.brands]
    return {
        f"{_HINTS}.brands": brands or None,
        f"{_HINTS}.mobile": hints.mobile,
        f"{_HINTS}.platform": hints.platform,
        f"{_HINTS}.platformVersion": hints.platform_version,
        f"{_HINTS}.architecture": hints.architecture,
        f"{_HINTS}.bitness": hints.bitness,
        f"{_HINTS}.model": hints.model,
        f"{_HINTS}.wow64": hints.wow64,
    }


def _browser(hints: Hints, agent: Agent) -> Mapping[str, Json]:
    chosen = brand(hints)
    if chosen is None or (chosen.name in GENERIC_BRANDS and agent.browser not in GENERIC_BROWSERS):
        # An in-app browser, or one that hides its brand, says more in its User-Agent.
        return {f"{_BROWSER}.name": None}
    name = browser_name(chosen, mobile=hints.mobile)
    version = full_version(hints, chosen) or (None if name == agent.browser else chosen.version or None)
    return {f"{_BROWSER}.name": name, f"{_BROWSER}.version": version, f"{_BROWSER}.vendor": BROWSER_VENDORS.get(name)}


def _type(hints: Hints, agent: Agent) -> str | None:
    kind = device_type(hints)
    # A television or a console may call itself mobile, for its page's sake.
    return None if kind == "mobile" and agent.device_type in _SPECIAL else kind


def _system(hints: Hints) -> Mapping[str, Json]:
    name = system_name(hints)
    return {
        "environment.operatingSystem": name,
        "environment.operatingSystemVersion": system_version(hints),
        "environment.operatingSystemVendor": SYSTEM_VENDORS.get(name) if name else None,
    }


def _overruled(read: Hints, stated: Mapping[str, Any]) -> Hints:
    """The hints with the event's own in place of the headers'. Empty strings say nothing, as the browser means them."""
    changes: dict[str, Any] = {
        field: value
        for key, (field, kind) in _STATED.items()
        if isinstance(value := stated.get(key), kind) and value != "" and len(str(value)) <= MAX_STATED_CHARS
    }
    brands = stated.get("brands")
    if isinstance(brands, list):
        changes["brands"] = _stated_brands(brands)
    return replace(read, **changes)


def _stated_brands(brands: Sequence[Any]) -> Sequence[Brand]:
    return tuple(
        Brand(name=name, version=version if isinstance(version := entry.get("version"), str) else "")
        for entry in brands[:MAX_MEMBERS]
        if isinstance(entry, Mapping) and isinstance(name := entry.get("brand"), str) and len(name) <= MAX_STATED_CHARS
    )
