"""IAB TCF 2 consent strings: only what decides whether anything may be kept (the core segment's purposes and vendors).

Places and widths of the bits are those of the IAB's "Transparency and Consent String with Global Vendor & CMP List
Formats", version 2. Later minor versions changed meanings of policy, not the core segment.
"""

import base64
import binascii
import re
from functools import lru_cache

import msgspec

# Strings with every vendor and many publisher restrictions have some 2,000; longer ones are somebody's payload.
MAX_TCF_CHARACTERS = 8_192

_URL_SAFE_BASE64 = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)

_VERSION = slice(0, 6)
_PURPOSES = slice(152, 176)
_MAX_VENDOR = slice(213, 229)
_IS_RANGE = 229
_VENDORS_AT = 230
_ENTRY_COUNT_BITS, _VENDOR_BITS = 12, 16


class TcfConsent(msgspec.Struct, frozen=True, kw_only=True):
    """``purposes``: numbers of the purposes consented to. ``has_vendor``: whether the vendor asked about is, too."""

    purposes: frozenset[int]
    has_vendor: bool


# A visitor's string comes with each of their events. Of the longest strings, these are 8 MB.
@lru_cache(maxsize=1_024)
def decode_tcf(value: str, *, vendor: int) -> TcfConsent:
    """Raises ValueError, with the reason, for anything that is no TCF 2 string."""
    if len(value) > MAX_TCF_CHARACTERS:
        raise ValueError(f"longer than {MAX_TCF_CHARACTERS} characters")
    core = value.split(".", 1)[0]
    # The decoder skips what is not of its alphabet, and would read the rest of a broken string as another one.
    if not _URL_SAFE_BASE64.fullmatch(core):
        raise ValueError("not url-safe base64")
    try:
        message = base64.urlsafe_b64decode(core + "=" * (-len(core) % 4))
    except binascii.Error:
        raise ValueError("not url-safe base64") from None
    # As text of ones and zeros: numbers of the same width compare as they do, without being made.
    bits = f"{int.from_bytes(message, 'big'):0{len(message) * 8}b}"
    version = int(bits[_VERSION], 2)
    if version != 2:
        raise ValueError(f"version {version}, not 2")
    if len(bits) < _VENDORS_AT:
        raise ValueError("it ends too early")
    return TcfConsent(
        purposes=frozenset(number for number, bit in enumerate(bits[_PURPOSES], 1) if bit == "1"),
        has_vendor=_is_in_ranges(bits, vendor) if bits[_IS_RANGE] == "1" else _is_in_bits(bits, vendor),
    )


def _is_in_bits(bits: str, vendor: int) -> bool:
    """A bit a vendor, the first one for number 1."""
    highest = int(bits[_MAX_VENDOR], 2)
    if len(bits) < _VENDORS_AT + highest:
        raise ValueError("it ends too early")
    return 0 < vendor <= highest and bits[_VENDORS_AT + vendor - 1] == "1"


def _is_in_ranges(bits: str, vendor: int) -> bool:
    """Entries of one vendor, or of the first and the last of several."""
    wanted = f"{vendor:0{_VENDOR_BITS}b}"
    at = _VENDORS_AT + _ENTRY_COUNT_BITS
    found = False
    for _ in range(int(bits[_VENDORS_AT:at] or "0", 2)):
        is_several = bits[at : at + 1] == "1"
        first = last = bits[at + 1 : at + 1 + _VENDOR_BITS]
        at += 1 + _VENDOR_BITS
        if is_several:
            last = bits[at : at + _VENDOR_BITS]
            at += _VENDOR_BITS
        found = found or (first <= wanted <= last and len(wanted) == _VENDOR_BITS)
    if at > len(bits):
        raise ValueError("it ends too early")
    return found
