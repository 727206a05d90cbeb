"""Numbers that no double can hold, such as `1e999`, looked up in a document's bytes (reliability-security I5).

They are JSON, and each reader makes something else of them: infinity, null, an error. A decoder that leaves a part of a
document undecoded does not look at them, so who keeps such a part asks here first: else what was acknowledged could not
be read later. NaN and Infinity are no JSON; every decoder refuses them by itself.

Nearly all of the cost is :func:`may_be_out_of_range`'s, 0.8 µs a kB.
"""

import json
import math
from typing import Final

# The largest double is 1.8e308. A number beyond it has an exponent of three digits, or more than 209 digits before its
# point, even with the exponent 99. Shorter runs are looked at, too: a longer needle is not found faster.
_LONG_RUN: Final = b"0" * 200

# Digits, points and plus signs are one sign to the search, both letters of an exponent another: in what becomes of it,
# an exponent to look at begins with the same five bytes, wherever it stands.
_AS_ZEROS: Final = bytes.maketrans(b"123456789.+E", b"00000000000e")
_EXPONENT: Final = b"0e000"

# Ids in hexadecimal look like exponents, until one looks at what is before them: a number begins behind one of these.
_BEFORE_NUMBERS: Final = b":,[ \t\r\n"
_MANTISSA: Final = b"0123456789."
_MOST_MANTISSA_BYTES: Final = 40

# After so many false ones, reading the whole document costs less than looking at yet another.
_MOST_LOOKS: Final = 64

_MOST_NAME_CHARACTERS: Final = 64

_OUT_OF_RANGE: Final = object()


def may_be_out_of_range(document: bytes) -> bool:
    """Whether :func:`place_out_of_range` could find anything: a look at the bytes, seldom wrong."""
    text = document.translate(_AS_ZEROS)
    # Backwards, which takes half as long.
    at = text.rfind(_EXPONENT)
    for _ in range(_MOST_LOOKS):
        if at < 0:
            return text.rfind(_LONG_RUN) >= 0
        before = document[max(0, at + 1 - _MOST_MANTISSA_BYTES) : at + 1].rstrip(_MANTISSA).rstrip(b"-")
        if not before or before[-1] in _BEFORE_NUMBERS:
            return True
        at = text.rfind(_EXPONENT, 0, at + len(_EXPONENT) - 1)
    return True


def place_out_of_range(document: bytes, *, root: str = "$") -> str | None:
    """Where the first number is that no double can hold, as `$.events[0].xdm.total`; None when there is none.

    ``document``: JSON; in what is none, or nests too deep, there is no such number: its decoder has more to say of it.
    ``root``: how the document itself is called.
    """
    if not may_be_out_of_range(document):
        return None
    try:
        # A tuple for an object, so that of two equal names the first is not forgotten: a decoder reads it as well.
        value = json.loads(document.decode(), parse_float=_number, parse_int=_number, object_pairs_hook=tuple)
    except (ValueError, RecursionError):
        return None
    return _find(value, root)


def _number(text: str) -> object:
    return _OUT_OF_RANGE if math.isinf(float(text)) else None


def _find(value: object, place: str) -> str | None:
    if value is _OUT_OF_RANGE:
        return place
    if isinstance(value, tuple):
        below = ((f"{place}.{name[:_MOST_NAME_CHARACTERS]}", item) for name, item in value)
    elif isinstance(value, list):
        below = ((f"{place}[{index}]", item) for index, item in enumerate(value))
    else:
        return None
    return next((found for path, item in below if (found := _find(item, path)) is not None), None)
