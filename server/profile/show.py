"""A profile as text for a terminal, and as JSON. Pure.

What pages sent is shown, so nothing of it may steer the terminal: control characters, and those that turn the direction
of writing, are shown as their codes.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import msgspec

from server.model.profile import ProfileEvent, ProfileView
from server.model.xdm import get, leaves, value_at
from server.profile.fragment import names

MAX_VALUE_CHARACTERS = 120

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def render_profile(view: ProfileView, *, datasets: Mapping[str, str] = MappingProxyType({})) -> str:
    """Identities, record, attributes, and the newest events one a line. No line break at the end.

    ``datasets``: the names of those that are known, by id.
    """
    lines = [
        f"Profile {view.id}",
        "",
        f"Identities ({len(view.identities)})",
        *_aligned((one.namespace, one.id) for one in view.identities),
        *_record_lines(view, datasets),
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


def _record_lines(view: ProfileView, datasets: Mapping[str, str]) -> list[str]:
    """Each attribute of the record, with the dataset that said it last, and when."""
    if not view.attribute_sources:
        return []
    told = _columns(
        (
            ".".join(names(source.path)),
            _text(value_at(view.record, names(source.path))),
            datasets.get(source.dataset_id, source.dataset_id),
            _moment(source.at_ms),
        )
        for source in view.attribute_sources
    )
    return ["", f"Record ({len(view.attribute_sources)} attributes, what was said last, times in UTC)", *told]


def _event_line(event: ProfileEvent) -> str:
    words = (event.xdm.get("eventType"), get(event.xdm, "web.webPageDetails.URL"))
    told = [_printable(word) for word in words if isinstance(word, str) and word]
    return "  ".join(["", _moment(event.timestamp_ms), *told, f"[{_printable(event.id)}]"])


def _aligned(pairs: Iterable[tuple[str, Any]]) -> list[str]:
    return _columns((name, _text(value)) for name, value in pairs)


def _columns(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Each as wide as its widest; the last as it is."""
    shown = [[_printable(text) for text in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)][:-1]
    return [
        "  ".join(["", *(f"{text:<{width}}" for text, width in zip(row, [*widths, 0], strict=True))]) for row in shown
    ]


def _moment(at_ms: int) -> str:
    return (_EPOCH + timedelta(milliseconds=at_ms)).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def _without_empty(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """An empty object says nothing on a line of its own."""
    kept = {key: _without_empty(value) if isinstance(value, Mapping) else value for key, value in attributes.items()}
    return {key: value for key, value in kept.items() if value != {}}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _printable(text: str) -> str:
    shown = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text[: MAX_VALUE_CHARACTERS + 1])
    return shown if len(text) <= MAX_VALUE_CHARACTERS else f"{shown[:MAX_VALUE_CHARACTERS]}…"
