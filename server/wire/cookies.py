"""The cookies in which the edge keeps its state at the client (edge-protocol.md, sections 7 and 8).

``kndctr_{ORG}_identity`` is url-safe base64 of a protobuf message whose field 1 is the ECID. Clients read it, so its
form is theirs; what is needed of protobuf is so little that it is written here.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from functools import lru_cache

import msgspec

CLUSTER_MAX_AGE_SECONDS = 1_800
"""Half an hour: how long a client goes on asking for the same place."""

# How often a client's copy is renewed, so that browsers that cap the life of script-written cookies see it from us.
IDENTITY_RENEW_MS = 24 * 3600 * 1000

# Cookies come from anybody: what is longer is no cookie of ours. Adobe's own identities have some 200 characters, and
# reading one that was made to be slow costs a microsecond for each.
_MAX_IDENTITY_CHARACTERS = 1_024
_MAX_COOKIE_CHARACTERS = 4_096

# A kilobyte each: those of the visitors of a few minutes.
_REMEMBERED_COOKIES = 4_096

_CONSENT, _REFUSAL = "_consent", "general=out"

_ECID = re.compile(r"[0-9]{38}", re.ASCII)

_VARINT, _LENGTH_DELIMITED = 0, 2
_FIELD_ECID, _FIELD_META, _FIELD_WRITTEN = 1, 10, 30
_META_MINTED = 1

# Field numbers with their wire types, as they are written.
_TAG_ECID, _TAG_META, _TAG_MINTED, _TAG_WRITTEN = b"\x0a", b"\x52", b"\x08", b"\xf0\x01"

# What encode_identity() writes, as nearly every cookie is: read at one go, since this is done for each beacon.
# Six bytes hold the milliseconds of the years 1971 to 2109.
_AS_WRITTEN = re.compile(
    rb"\n&([0-9]{38})R\x07\x08([\x80-\xff]{5}[\x00-\x7f])\xf0\x01([\x80-\xff]{5}[\x00-\x7f])", re.DOTALL
)


class IdentityCookie(msgspec.Struct, frozen=True):
    """``minted_ms``, ``written_ms``: when the ECID was made and the cookie written; 0 when the cookie does not say."""

    ecid: str
    minted_ms: int = 0
    written_ms: int = 0


@lru_cache(maxsize=256)
def cookie_name(org_id: str, key: str) -> str:
    return f"kndctr_{org_id.replace('@', '_', 1)}_{key}"


def is_ecid(value: object) -> bool:
    return isinstance(value, str) and _ECID.fullmatch(value) is not None


def encode_identity(ecid: str, *, now_ms: int, minted_ms: int = 0) -> str:
    """The cookie's value, of an ECID of 38 digits. ``minted_ms``: when the ECID was made; 0: now."""
    written = _varint(now_ms)
    minted = _TAG_MINTED + (written if minted_ms in (0, now_ms) else _varint(minted_ms))
    ours = ecid.encode("ascii")
    message = b"".join(
        (_TAG_ECID, _varint(len(ours)), ours, _TAG_META, _varint(len(minted)), minted, _TAG_WRITTEN, written)
    )
    return base64.urlsafe_b64encode(message).decode("ascii").rstrip("=")


def decode_identity(value: str) -> IdentityCookie | None:
    """What the cookie says, or None for anything that is not one with a well-formed ECID."""
    return _read_identity(value) if len(value) <= _MAX_IDENTITY_CHARACTERS else None


# A visitor sends the same cookie with every beacon of a day.
@lru_cache(maxsize=_REMEMBERED_COOKIES)
def _read_identity(value: str) -> IdentityCookie | None:
    try:
        bare = value.rstrip("=")
        message = base64.urlsafe_b64decode(bare.encode("ascii") + b"=" * (-len(bare) % 4))
        if as_written := _AS_WRITTEN.fullmatch(message):
            ours, minted_at, written_at = as_written.groups()
            return IdentityCookie(ours.decode("ascii"), _six_bytes(minted_at), _six_bytes(written_at))
        fields = _fields(message)
        meta = fields.get(_FIELD_META)
        minted = _fields(meta).get(_META_MINTED) if isinstance(meta, bytes) else None
    except (binascii.Error, ValueError):
        return None
    ecid, written = fields.get(_FIELD_ECID), fields.get(_FIELD_WRITTEN)
    if not isinstance(ecid, bytes) or not is_ecid(text := ecid.decode("latin-1")):
        return None
    return IdentityCookie(
        ecid=text,
        minted_ms=minted if isinstance(minted, int) else 0,
        written_ms=written if isinstance(written, int) else 0,
    )


def decode_consent(value: str) -> Mapping[str, str]:
    """``general=in;other=out`` as a mapping; what is not of that form is left out."""
    pairs = (part.split("=", 1) for part in value[:_MAX_COOKIE_CHARACTERS].split(";"))
    return {pair[0].strip(): pair[1].strip() for pair in pairs if len(pair) == 2}


def decode_cookie_header(header: str) -> Mapping[str, str]:
    """Name to value. A name that comes twice with different values is left out: somebody tossed one in (I17).

    But of two consents a refusal stays: leaving both out would keep what the visitor refused.
    """
    found: dict[str, str] = {}
    tossed: set[str] = set()
    for part in header.split(";"):
        name, separator, value = part.strip().partition("=")
        if not separator or not name:
            continue
        if found.setdefault(name, value) != value:
            tossed.add(name)
            if name.endswith(_CONSENT) and _REFUSAL in value:
                found[name] = value
    if not tossed:
        return found
    return {
        name: value
        for name, value in found.items()
        if name not in tossed or (name.endswith(_CONSENT) and _REFUSAL in value)
    }


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _read_varint(message: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        if at >= len(message) or shift > 63:
            raise ValueError("no varint")
        byte = message[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return number, at


def _six_bytes(varint: bytes) -> int:
    a, b, c, d, e, f = varint
    return (a & 0x7F) | (b & 0x7F) << 7 | (c & 0x7F) << 14 | (d & 0x7F) << 21 | (e & 0x7F) << 28 | f << 35


def _fields(message: bytes) -> dict[int, int | bytes]:
    """The message's top-level fields; of a repeated one the last. Raises ValueError for what is no protobuf."""
    fields: dict[int, int | bytes] = {}
    at = 0
    while at < len(message):
        tag, at = _read_varint(message, at)
        if tag & 7 == _VARINT:
            fields[tag >> 3], at = _read_varint(message, at)
        elif tag & 7 == _LENGTH_DELIMITED:
            length, at = _read_varint(message, at)
            if at + length > len(message):
                raise ValueError("field passes the end")
            fields[tag >> 3] = message[at : at + length]
            at += length
        elif tag & 7 in (1, 5):
            at += 8 if tag & 7 == 1 else 4
        else:
            raise ValueError("unknown wire type")
    return fields
