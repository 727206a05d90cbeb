import base64

import pytest

from server.wire.cookies import (
    cookie_name,
    decode_consent,
    decode_cookie_header,
    decode_identity,
    encode_identity,
)
from tests.builders import ECID_A, NOON_MS


def test_identity_round_trips() -> None:
    cookie = decode_identity(encode_identity(ECID_A, now_ms=NOON_MS))

    assert cookie is not None
    assert (cookie.ecid, cookie.written_ms) == (ECID_A, NOON_MS)


def test_identity_starts_with_the_field_that_clients_read() -> None:
    message = base64.urlsafe_b64decode(encode_identity(ECID_A, now_ms=NOON_MS) + "==")

    assert message[:2] == b"\x0a\x26"
    assert message[2:40] == ECID_A.encode()


def test_minimal_message_of_another_server_is_read() -> None:
    value = base64.urlsafe_b64encode(b"\x0a\x26" + ECID_A.encode()).decode()

    cookie = decode_identity(value)

    assert cookie is not None
    assert (cookie.ecid, cookie.written_ms) == (ECID_A, 0)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "no base64 !",
        "é",
        base64.urlsafe_b64encode(b"\x0a\x26short").decode(),
        base64.urlsafe_b64encode(b"\x0a\x26" + b"x" * 38).decode(),
        base64.urlsafe_b64encode(b"\x08\xff\xff\xff\xff\x0f").decode(),
        base64.urlsafe_b64encode(b"\xff" * 20).decode(),
        base64.urlsafe_b64encode(b"\x0b\x00").decode(),
        base64.urlsafe_b64encode(b"\x0a\x26" + ECID_A.encode() + b"\x08\x01" * 400).decode(),
    ],
)
def test_what_is_no_identity_is_none(value: str) -> None:
    assert decode_identity(value) is None


def test_cookie_name_replaces_only_the_first_at_sign() -> None:
    assert cookie_name("A@B@C", "identity") == "kndctr_A_B@C_identity"


def test_consent_is_read_per_purpose() -> None:
    assert decode_consent("general=in; x = out;nonsense") == {"general": "in", "x": "out"}


@pytest.mark.parametrize(
    "header", ["o_consent=general=in; o_consent=general=out", "o_consent=general=out; o_consent=x"]
)
def test_of_two_consents_a_refusal_stays(header: str) -> None:
    assert decode_cookie_header(header) == {"o_consent": "general=out"}


def test_of_two_consents_without_a_refusal_none_counts() -> None:
    assert decode_cookie_header("o_consent=general=in; o_consent=general=pending") == {}


def test_identity_says_when_it_was_made() -> None:
    cookie = decode_identity(encode_identity(ECID_A, minted_ms=5, now_ms=NOON_MS))

    assert cookie is not None
    assert (cookie.minted_ms, cookie.written_ms) == (5, NOON_MS)


def test_cookie_header_leaves_out_a_tossed_cookie() -> None:
    cookies = decode_cookie_header("a=1; b=2; a=3; c=; =d; b=2")

    assert cookies == {"b": "2", "c": ""}
