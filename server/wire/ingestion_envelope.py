"""What a streamed message says around its entity, out of its bytes.

Messages of one batch mostly say the same: so it is opened by who sees that it is another one than the last.
"""

import math
from collections.abc import Callable
from typing import Any

import msgspec

from server.wire.ingestion_errors import Refusal, invalid
from server.wire.ingestion_lenient import lenient_header, lenient_meta
from server.wire.ingestion_messages import Envelope, Header, XdmMeta

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_decode_header: Callable[[msgspec.Raw], Header | None] = msgspec.json.Decoder(Header | None).decode
_decode_meta: Callable[[msgspec.Raw], XdmMeta | None] = msgspec.json.Decoder(XdmMeta | None).decode


def _as_it_is(number: str) -> Any:
    """What no double can hold stays text, so that the one message that it is in can be refused."""
    value = float(number)
    return msgspec.Raw(number.encode()) if math.isinf(value) else value


decode_any = msgspec.json.Decoder(float_hook=_as_it_is).decode
"""A document of no certain shape."""


def open_envelope(header: msgspec.Raw, meta: msgspec.Raw) -> Envelope | Refusal:
    """Of which a message is made, each empty when it is absent."""
    try:
        opened = open_header(header)
        return opened if isinstance(opened, Refusal) else Envelope(opened, _open_meta(meta))
    except UNREADABLE as error:
        return unreadable(error)


def open_header(text: msgspec.Raw) -> Header | Refusal | None:
    """None when there is none. Raises one of UNREADABLE."""
    if not bytes(text):
        return None
    try:
        return _decode_header(text)
    except msgspec.ValidationError:
        return lenient_header(decode_any(text))


def unreadable(error: Exception) -> Refusal:
    """Of one message."""
    return invalid("unreadable", f"Message cannot be read: {error}")


def _open_meta(text: msgspec.Raw) -> XdmMeta | None:
    if not bytes(text):
        return None
    try:
        return _decode_meta(text)
    except msgspec.ValidationError:
        return lenient_meta(decode_any(text))
