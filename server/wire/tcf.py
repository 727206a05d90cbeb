"""IAB TCF 2 consent strings: only what decides whether anything may be kept (the core segment's purposes and vendors).

Places and widths of the bits are those of the IAB's "Transparency and Consent String with Global Vendor & CMP List
Formats", version 2. Later minor versions changed meanings of policy, not the core segment.
"""

import base64
import binascii
import re

import msgspec

# Strings with every vendor and many publisher restrictions have some 2,000; longer ones are somebody's payload.
MAX_TCF_CHARACTERS = 8_192

_URL_SAFE_BASE64 = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)

_VERSION = (0, 6)
_PURPOSES_AT, _PURPOSES = 152, 24
_MAX_VENDOR = (213, 16)
_IS_RANGE = (229, 1)
_VENDORS_AT = 230
_ENTRY_COUNT_BITS, _VENDOR_BITS = 12, 16


class TcfConsent(msgspec.Struct, frozen=True, kw_only=True):
    """``purposes``: numbers of the purposes consented to. ``has_vendor``: whether the vendor asked about is, too."""

    purposes: frozenset[int]
    has_vendor: bool


def decode_tcf(value: str, *, vendor: int) -> TcfConsent:
    """Raises ValueError, with the reason, for anything that is no TCF 2 string."""
    if len(value) > MAX_TCF_CHARACTERS:
        raise ValueError(f"longer than {MAX_TCF_CHARACTERS} characters")
    core = value.split(".", 1)[0]
    # The decoder skips what is not of its alphabet, and would read the rest of a broken string as another one.
    if not _URL_SAFE_BASE64.fullmatch(core):
        raise ValueError("not url-safe base64")
    try:
        bits = _Bits(base64.urlsafe_b64decode(core + "=" * (-len(core) % 4)))
    except binascii.Error:
        raise ValueError("not url-safe base64") from None
    version = bits.read(*_VERSION)
    if version != 2:
        raise ValueError(f"version {version}, not 2")
    purposes = bits.read(_PURPOSES_AT, _PURPOSES)
    return TcfConsent(
        purposes=frozenset(number for number in range(1, _PURPOSES + 1) if purposes >> (_PURPOSES - number) & 1),
        has_vendor=_has_vendor(bits, vendor),
    )


class _Bits:
    """Big-endian bits by place. Raises ValueError beyond the end."""

    def __init__(self, message: bytes) -> None:
        self._message = message

    def read(self, at: int, width: int) -> int:
        end = at + width
        if end > len(self._message) * 8:
            raise ValueError("it ends too early")
        number = int.from_bytes(self._message[at // 8 : (end + 7) // 8], "big")
        return number >> (-end % 8) & ((1 << width) - 1)


def _has_vendor(bits: _Bits, vendor: int) -> bool:
    highest = bits.read(*_MAX_VENDOR)
    if not bits.read(*_IS_RANGE):
        # A bit a vendor, the first one for number 1.
        bits.read(_VENDORS_AT + max(highest, 1) - 1, 1)
        return 0 < vendor <= highest and bool(bits.read(_VENDORS_AT + vendor - 1, 1))
    at = _VENDORS_AT + _ENTRY_COUNT_BITS
    found = False
    for _ in range(bits.read(_VENDORS_AT, _ENTRY_COUNT_BITS)):
        is_range = bits.read(at, 1)
        first = bits.read(at + 1, _VENDOR_BITS)
        at += 1 + _VENDOR_BITS
        last = first
        if is_range:
            last = bits.read(at, _VENDOR_BITS)
            at += _VENDOR_BITS
        found = found or first <= vendor <= last
    return found
