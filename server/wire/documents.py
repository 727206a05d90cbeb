"""Documents that stay text: the collector looks at the few fields it needs, and passes the rest on unread.

Making Python objects of an event and text of them again cost a collector more than anything else it does to one; the
core does it anyway, after the log. The parser checks the syntax of what it skips, but neither its UTF-8 nor that a
number fits, which :func:`server.wire.edge.decode_edge` sees to.
"""

from typing import Any

import msgspec

from server.model.json import Json, JsonObject
from server.wire.errors import INVALID_FIELD, Malformed


class XdmHead(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is looked at of an event before it is in the log: anything at all, since it is not yet validated."""

    id: Any = msgspec.field(default=None, name="_id")
    timestamp: Any = None
    event_type: Any = None
    identity_map: Any = None
    consent_strings: Any = None


EMPTY = msgspec.Raw(b"{}")
NO_HEAD = XdmHead()

_head = msgspec.json.Decoder(XdmHead).decode
_object = msgspec.json.Decoder(dict[str, Any]).decode
_encode = msgspec.json.Encoder().encode


def xdm_head(text: msgspec.Raw, *, path: str) -> XdmHead:
    """Raises Malformed when it is no object; ``path``: where it stands in the request, for the message."""
    try:
        return _head(text)
    except msgspec.ValidationError as error:
        raise Malformed(INVALID_FIELD, f"{str(error).partition(' - at')[0]} - at `{path}`") from None


def read(text: msgspec.Raw, *, path: str = "$") -> JsonObject:
    """All of it. Raises Malformed for a number that does not fit; ``path``: as of :func:`xdm_head`."""
    try:
        return _object(text)
    except msgspec.ValidationError as error:
        raise Malformed(INVALID_FIELD, f"{str(error).partition(' - at')[0]} - at `{path}`") from None


def write(document: JsonObject) -> msgspec.Raw:
    return msgspec.Raw(_encode(document))


def member(name: str, value: Json) -> bytes:
    """One member as it stands in an object; for :func:`extended`."""
    return _encode({name: value})[1:-1]


def extended(text: msgspec.Raw, members: bytes) -> msgspec.Raw:
    """The object with more members, written behind its own: of two with the same name, the last counts.

    ``members``: one or more, with commas between.
    """
    own = bytes(text).strip()[:-1].rstrip()
    return msgspec.Raw(b"%b%b%b}" % (own, b"" if own == b"{" else b",", members))
