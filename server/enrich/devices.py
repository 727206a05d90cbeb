"""What kind of device a parsed user agent is on: XDM's words for ``device.type``."""

import re
from typing import Any

_GAMING = re.compile(r"PlayStation|Xbox|Nintendo")
_SET_TOP = re.compile(r"Apple ?TV|\bRoku\b|\bCrKey\b|Chromecast|\bAFT[A-Z0-9]{1,8}\b")
_TELEVISION = re.compile(
    r"SMART-TV|Smart-?TV|HbbTV|NetCast|Web0S|BRAVIA|GoogleTV|Android TV|Tizen .* TV ", re.IGNORECASE
)
_E_READER = re.compile(r"\bKindle/|\bKobo\b")

# What stands in for a brand or a model that is not known, or was frozen by the browser ("K").
_NO_MODEL = frozenset({"K", "Smartphone", "Feature Phone", "Tablet", "iOS-Device"})


def device_type(parsed: Any) -> str | None:
    """XDM's ``device.type`` for a ``user_agents`` UserAgent; None when nothing says it, and for bots.

    An iPad that asks for desktop pages says that it is a Mac, and is taken for one.
    """
    text = parsed.ua_string
    if parsed.is_bot:
        return None
    if _GAMING.search(text):
        return "gaming"
    if _SET_TOP.search(text):
        return "settop"
    if _TELEVISION.search(text):
        return "television"
    if _E_READER.search(text):
        return "ereader"
    # Firefox on a tablet says so in a way that user-agents does not know.
    if "Tablet;" in text:
        return "tablet"
    if parsed.is_mobile or parsed.os.family == "KaiOS":
        return "mobile"
    if parsed.is_tablet:
        return "tablet"
    return "desktop" if parsed.is_pc else None


def manufacturer_and_model(parsed: Any) -> tuple[str | None, str | None]:
    """Who made the device, and its model; ``(None, model)`` where only that is known, and nothing for bots."""
    device = parsed.device
    if parsed.is_bot or device.model in _NO_MODEL:
        return None, None
    manufacturer = None if device.brand is None or device.brand.startswith("Generic") else device.brand
    return manufacturer, device.model
