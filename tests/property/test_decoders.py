"""Bytes in, a value or an error of its own out: the decoders that no other file here looks at.

Those of the edge, cookies, datastreams and overrides are in test_wire.py and test_edge.py; of streaming ingestion, its
encodings included, in test_ingestion_wire.py; of mapping expressions in test_mapping.py; numbers in test_numbers.py.
"""

import contextlib
import ipaddress
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from server.eventlog.durable import Durable, decode_durable, encode_durable
from server.eventlog.errors import LogFormatTooNew
from server.eventlog.offsets import decode_offsets, encode_offset
from server.eventlog.record import Record, Short, decode_record, encode_records
from server.eventlog.segment import SegmentHeader, decode_segment_header, encode_segment_header
from server.eventlog.walk import Found, Place, walk
from server.model.outcome import Offset
from server.web.collect.issuer import BadKeys
from server.web.limits.proxies import FORWARDED, X_FORWARDED_FOR, TrustedProxies
from server.wire.ingestion_query import asks_validation
from tests.unit.web.collect.test_issuer import RSA_KEY, Issuer, token

_PATH = Path("log/0")
_SALT = 0x5A17_0001

# Made once: a signature costs a millisecond, and hypothesis wants many.
_ISSUER = Issuer()
_TOKENS = (token(), token(RSA_KEY, kid="rsa", algorithm="RS256"))
_GOOD = encode_records([b"one", b"", b"three" * 20], salt=_SALT, first=7, time_ms=1)


@given(text=st.text() | st.text("abcXYZ019-_.=", max_size=200).map(lambda text: f"eyJhbGciOiJFUzI1NiJ9.{text}"))
def test_any_text_is_no_token_of_an_issuer(text: str) -> None:
    assert not _ISSUER.is_trusted(text)


@settings(deadline=None)
@given(good=st.sampled_from(_TOKENS), at=st.integers(min_value=0), sign=st.characters())
def test_a_token_with_another_sign_in_it_is_none(good: str, at: int, sign: str) -> None:
    at %= len(good)
    changed = good[:at] + sign + good[at + 1 :]

    # The last sign of a signature holds bits that mean nothing.
    assert (
        changed == good
        or at in (len(good) - 1, good.rindex(".") - 1, good.index(".") - 1)
        or (not _ISSUER.is_trusted(changed))
    )


@given(document=st.binary() | st.builds('{{"keys": [{}]}}'.format, st.text()).map(str.encode))
def test_any_bytes_are_keys_or_refused(document: bytes) -> None:
    try:
        issuer = Issuer(document)
    except BadKeys:
        return

    assert not any(map(issuer.is_trusted, _TOKENS))


@given(window=st.binary(max_size=200), position=st.integers(min_value=0, max_value=250))
def test_any_bytes_are_a_record_or_none(window: bytes, position: int) -> None:
    found = decode_record(window, min(position, len(window)), salt=_SALT)

    assert found is None or isinstance(found, Record | Short)


@given(at=st.integers(min_value=0), noise=st.binary(min_size=1, max_size=40))
def test_a_segment_with_noise_in_it_gives_only_what_was_written(at: int, noise: bytes) -> None:
    at %= len(_GOOD)
    content = _GOOD[:at] + noise + _GOOD[at + len(noise) :]

    found = [
        step.record
        for step in walk(
            lambda position, size: content[position : position + size], Place(0, Offset(7)), below=10, salt=_SALT
        )
        if isinstance(step, Found)
    ]

    written = {7: b"one", 8: b"", 9: b"three" * 20}
    assert all(written[record.offset] == record.value for record in found)


@given(content=st.binary(max_size=1_100))
def test_any_bytes_are_a_file_of_the_log_or_none(content: bytes) -> None:
    found: list[object] = []
    for decode in (decode_segment_header, decode_durable, decode_offsets):
        with contextlib.suppress(LogFormatTooNew):
            found.append(decode(content, path=_PATH))

    assert all(each is None or isinstance(each, SegmentHeader | Durable | int) for each in found)


@given(at=st.integers(min_value=0), sign=st.integers(min_value=0, max_value=255), offset=st.integers(0, 2**60))
def test_a_file_of_the_log_with_a_changed_byte_is_as_written_or_none(at: int, sign: int, offset: int) -> None:
    header = SegmentHeader(salt=_SALT, first=Offset(offset), time_ms=1)
    durable = Durable(below=offset + 1, segment=offset, next_offset=offset + 1)

    assert decode_segment_header(_changed(encode_segment_header(header), at, sign), path=_PATH) in (header, None)
    assert decode_durable(_changed(encode_durable(durable), at, sign), path=_PATH) in (durable, None)
    assert decode_offsets(_changed(encode_offset(Offset(offset)), at, sign), path=_PATH) in (offset, None)


@given(lines=st.lists(st.binary(max_size=60), max_size=3), name=st.sampled_from([X_FORWARDED_FOR, FORWARDED]))
def test_whatever_a_proxy_says_the_client_is_an_address(lines: list[bytes], name: str) -> None:
    proxies = TrustedProxies(["10.0.0.0/8"], header=name)

    sender = proxies.sender("10.1.2.3", [(name.encode(), line) for line in lines], scheme="http")

    ipaddress.ip_address(sender.address)
    assert sender.scheme in ("http", "https")


@given(query_string=st.binary())
def test_any_address_asks_for_validation_or_does_not(query_string: bytes) -> None:
    assert asks_validation(query_string) in (True, False)


def _changed(content: bytes, at: int, sign: int) -> bytes:
    at %= len(content)
    return content[:at] + bytes([sign]) + content[at + 1 :]
