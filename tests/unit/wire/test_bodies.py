"""Encoded bodies: plain again, or refused, and never more in memory than the limit."""

import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
from backports import zstd

from server.wire.bodies import MAX_RATIO, RATIO_FREE_BYTES, BodyError, Broken, Inflated, UnknownEncoding, decode_body

PLAIN = b'{"messages": [' + b",".join(b'{"n": %d}' % number for number in range(1_000)) + b"]}"
LIMIT_BYTES = 1_048_576


def _raw_deflate(plain: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(plain) + packer.flush()


ENCODINGS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", gzip.compress),
    ("x-gzip", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", _raw_deflate),
    ("br", brotli.compress),
    ("zstd", zstd.compress),
]
each_encoding = pytest.mark.parametrize(("name", "pack"), ENCODINGS)


@each_encoding
def test_what_was_packed_comes_out(name: str, pack: Callable[[bytes], bytes]) -> None:
    assert decode_body(pack(PLAIN), f" {name.upper()} ", limit_bytes=LIMIT_BYTES) == PLAIN
    assert decode_body(pack(b""), name, limit_bytes=LIMIT_BYTES) == b""


@pytest.mark.parametrize("name", ["", "identity"])
def test_a_plain_body_is_left_alone(name: str) -> None:
    assert decode_body(PLAIN, name, limit_bytes=10) is PLAIN


@each_encoding
def test_the_limit_is_exact(name: str, pack: Callable[[bytes], bytes]) -> None:
    assert decode_body(pack(PLAIN), name, limit_bytes=len(PLAIN)) == PLAIN
    with pytest.raises(Inflated):
        decode_body(pack(PLAIN), name, limit_bytes=len(PLAIN) - 1)


@each_encoding
def test_a_bomb_is_refused(name: str, pack: Callable[[bytes], bytes]) -> None:
    bomb = pack(b" " * 50_000_000)

    with pytest.raises(Inflated, match="more than"):
        decode_body(bomb, name, limit_bytes=LIMIT_BYTES)


@each_encoding
def test_what_packs_too_well_is_refused_below_the_limit(name: str, pack: Callable[[bytes], bytes]) -> None:
    packed = pack(b" " * 900_000)

    assert len(packed) * MAX_RATIO < 900_000
    with pytest.raises(Inflated):
        decode_body(packed, name, limit_bytes=LIMIT_BYTES)
    assert len(decode_body(pack(b" " * RATIO_FREE_BYTES), name, limit_bytes=LIMIT_BYTES)) == RATIO_FREE_BYTES


@each_encoding
def test_a_body_without_its_end_is_refused(name: str, pack: Callable[[bytes], bytes]) -> None:
    for cut in (0, 1, 5, len(pack(PLAIN)) - 1):
        with pytest.raises(Broken):
            decode_body(pack(PLAIN)[:cut], name, limit_bytes=LIMIT_BYTES)


@each_encoding
def test_what_comes_after_the_end_is_refused(name: str, pack: Callable[[bytes], bytes]) -> None:
    for rest in (b"x", pack(PLAIN)):
        with pytest.raises(Broken):
            decode_body(pack(PLAIN) + rest, name, limit_bytes=LIMIT_BYTES)


def test_a_window_that_would_take_much_memory_is_refused() -> None:
    packer = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 27})
    packed = packer.compress(PLAIN) + packer.flush()

    with pytest.raises(Broken):
        decode_body(packed, "zstd", limit_bytes=LIMIT_BYTES)


@pytest.mark.parametrize("name", ["compress", "gzip, gzip", "rot13", "gzip\r\nx: y"])
def test_an_unknown_encoding_is_named_with_those_that_are_known(name: str) -> None:
    with pytest.raises(UnknownEncoding, match="gzip, deflate, br, zstd"):
        decode_body(PLAIN, name, limit_bytes=LIMIT_BYTES)


def test_every_fault_is_one_kind_of_error() -> None:
    assert all(issubclass(kind, BodyError) for kind in (UnknownEncoding, Inflated, Broken))
