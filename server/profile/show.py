"""A profile as text for a terminal, and as JSON. Pure.

What pages sent is shown, so nothing of it may steer the terminal: control characters, and those that turn the direction
of writing, are shown as their codes.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from server.model.profile import ProfileEvent, ProfileView
from server.model.xdm import get, leaves

MAX_VALUE_CHARACTERS = 120

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def render_profile(view: ProfileView) -> str:
    """Identities, attributes, and the newest events one a line. No line break at the end."""
    lines = [
        f"Profile {view.id}",
        "",
        f"Identities ({len(view.identities)})",
        *_aligned((one.namespace, one.id) for one in view.identities),
        "",
        "Attributes",
        *_aligned(leaves(_without_empty(view.attributes))),
        "",
        f"Events ({len(view.events)} of {view.event_count}, the newest first, times in UTC)",
        *(_event_line(event) for event in view.events),
    ]
    return "\n".join(lines)


def encode_profile(view: ProfileView) -> bytes:
    """The whole of it as one JSON object, indented. No line break at the end."""
    return msgspec.json.format(msgspec.json.encode(view), indent=2)


def _event_line(event: ProfileEvent) -> str:
    moment = (_EPOCH + timedelta(milliseconds=event.timestamp_ms)).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    words = (event.xdm.get("eventType"), get(event.xdm, "web.webPageDetails.URL"))
    told = [_printable(word) for word in words if isinstance(word, str) and word]
    return "  ".join(["", moment, *told, f"[{_printable(event.id)}]"])


def _aligned(pairs: Iterable[tuple[str, Any]]) -> list[str]:
    shown = [(_printable(name), _printable(_text(value))) for name, value in pairs]
    width = max((len(name) for name, _value in shown), default=0)
    return [f"  {name:<{width}}  {value}" for name, value in shown]


def _without_empty(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """An empty object says nothing on a line of its own."""
    kept = {key: _without_empty(value) if isinstance(value, Mapping) else value for key, value in attributes.items()}
    return {key: value for key, value in kept.items() if value != {}}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _printable(text: str) -> str:
    shown = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text[: MAX_VALUE_CHARACTERS + 1])
    return shown if len(text) <= MAX_VALUE_CHARACTERS else f"{shown[:MAX_VALUE_CHARACTERS]}…"
