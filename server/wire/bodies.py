"""Bodies as they come over the wire made plain: gzip, deflate, br and zstd, with limits (reliability-security I2).

Nothing is inflated beyond the limit: the libraries are asked for so many bytes and no more. One encoding, one member,
nothing after it.

    BodyError
    ├── UnknownEncoding   none that is decoded here
    ├── Inflated          more comes out of it than may
    └── Broken            it is not what its header says, or its end is missing
"""

import sys
import zlib
from collections.abc import Callable, Mapping
from types import MappingProxyType

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# JSON of many alike messages packs 1:100; what packs better than this is no data. Small bodies may: one message of
# blanks is no attack.
MAX_RATIO = 200
RATIO_FREE_BYTES = 65_536

# A decoder keeps a window of what it wrote. 8 MiB is what RFC 8878 asks every decoder to take; more is only asked for
# by data that no body of ours can be.
MAX_ZSTD_WINDOW_BITS = 23

# How much brotli is asked for at a time; it gives up to twice as much.
_BROTLI_STEP_BYTES = 65_536

# zlib's own notation: 31 is a gzip header, 15 a zlib header, -15 none.
_GZIP_BITS, _ZLIB_BITS, _RAW_BITS = 31, 15, -15


class BodyError(Exception):
    """The body cannot be used. ``args``: a sentence for its sender."""


class UnknownEncoding(BodyError):
    pass


class Inflated(BodyError):
    pass


class Broken(BodyError):
    pass


def decode_body(body: bytes, encoding: str, *, limit_bytes: int) -> bytes:
    """The body as it was before ``encoding`` (a Content-Encoding's value). Raises BodyError."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return body
    inflate = _INFLATE.get(name)
    if inflate is None:
        known = ", ".join(dict.fromkeys(name.removeprefix("x-") for name in _INFLATE))
        raise UnknownEncoding(f"the content encoding {name[:32]!r} is not known here: one of {known}, and only one")
    allowed = min(limit_bytes, max(RATIO_FREE_BYTES, len(body) * MAX_RATIO))
    plain = inflate(body, allowed + 1)
    if len(plain) > allowed:
        raise Inflated(f"more than {allowed} bytes come out of the body")
    return plain


def _gzip(body: bytes, most: int) -> bytes:
    return _deflated(body, most, _GZIP_BITS)


def _deflate(body: bytes, most: int) -> bytes:
    # The standard says zlib; some clients leave its header out (RFC 9110, 8.4.1.2).
    has_header = len(body) >= 2 and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    return _deflated(body, most, _ZLIB_BITS if has_header else _RAW_BITS)


def _deflated(body: bytes, most: int, bits: int) -> bytes:
    inflater = zlib.decompressobj(wbits=bits)
    try:
        plain = inflater.decompress(body, most)
    except zlib.error as error:
        raise Broken(f"the body is not what its content encoding says: {error}") from None
    if len(plain) < most:
        _check_end(inflater.eof, inflater.unused_data)
    return plain


def _zstd(body: bytes, most: int) -> bytes:
    inflater = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: MAX_ZSTD_WINDOW_BITS})
    try:
        plain = inflater.decompress(body, most)
    except zstd.ZstdError as error:
        raise Broken(f"the body is not what its content encoding says: {error}") from None
    if len(plain) < most:
        _check_end(inflater.eof, inflater.unused_data)
    return plain


def _brotli(body: bytes, most: int) -> bytes:
    inflater = brotli.Decompressor()
    parts, size = [], 0
    try:
        part = inflater.process(body, output_buffer_limit=_BROTLI_STEP_BYTES)
        while part and size < most:
            parts.append(part)
            size += len(part)
            part = inflater.process(b"", output_buffer_limit=_BROTLI_STEP_BYTES)
    except brotli.error as error:
        raise Broken(f"the body is not what its content encoding says: {error}") from None
    if size < most:
        # The library refuses what comes after the end by itself.
        _check_end(inflater.is_finished(), b"")
    return b"".join(parts)


def _check_end(has_ended: bool, rest: bytes) -> None:
    if not has_ended:
        raise Broken("the body's end is missing")
    if rest:
        raise Broken("something comes after the body's end: send one member only")


_INFLATE: Mapping[str, Callable[[bytes, int], bytes]] = MappingProxyType(
    {"gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate, "br": _brotli, "zstd": _zstd}
)
