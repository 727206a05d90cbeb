import base64
import hashlib
import hmac

import pytest

from server.wire.webhook import answers_challenge, retry_after_seconds, secret_text, signed_headers

SECRET = secret_text(bytes(range(32)))


def test_a_signature_is_over_id_time_and_body_as_standard_webhooks_says() -> None:
    headers = signed_headers("n-1", code="ing_load_failure", secret=SECRET, at_seconds=1_700_000_000, body=b'{"a":1}')

    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, b'n-1.1700000000.{"a":1}', hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("n-1", "1700000000")
    assert headers["x-adobe-event-code"] == "ing_load_failure"


def test_it_agrees_with_the_example_of_the_specification() -> None:
    headers = signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        code="x",
        secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        at_seconds=1_614_265_330,
        body=b'{"test": 2432232314}',
    )

    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("body", [b"abc", b" abc\n", b'{"challenge": "abc", "more": 1}'])
def test_a_challenge_is_answered_by_itself_or_in_json(body: bytes) -> None:
    assert answers_challenge("abc", body)


@pytest.mark.parametrize(
    "body", [b"", b"ok", b"abcd", b"<p>abc</p>", b'{"challenge": 1}', b"\xff", b'["abc"]', b"null"]
)
def test_anything_else_answers_no_challenge(body: bytes) -> None:
    assert not answers_challenge("abc", body)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        ("Tue, 14 Nov 2023 22:14:20 GMT", 60.0),
        ("Tue, 14 Nov 2023 22:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(header, now_seconds=1_700_000_000) == seconds
