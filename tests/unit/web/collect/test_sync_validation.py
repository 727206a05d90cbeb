"""Which way a request takes: validated in a thread, or decided at once."""

import pytest

from server.web.collect.collection import wants_validation
from server.web.collect.exchange import Request
from tests.unit.web.inlets import OPEN, Collection, a_message


def a_request(path: str, query: bytes = b"", method: str = "POST") -> Request:
    return Request(method, f"/collection/{path}", query, {b"content-type": b"application/json"}, "192.0.2.1")


@pytest.mark.parametrize(
    ("path", "query", "wanted"),
    [
        (OPEN, b"syncValidation=true", True),
        (OPEN, b"a=b&syncValidation=True", True),
        (OPEN, b"synchronousValidation=true", True),
        (OPEN, b"syncValidation=false", False),
        (OPEN, b"syncValidation=1", False),
        (OPEN, b"x=syncValidation%3Dtrue", False),
        (OPEN, b"", False),
        (f"batch/{OPEN}", b"syncValidation=true", False),
    ],
)
def test_a_single_message_can_ask_for_validation(path: str, query: bytes, wanted: bool) -> None:
    assert wants_validation(a_request(path, query)) == wanted


def test_the_short_way_takes_what_need_not_be_validated_first() -> None:
    short_way = Collection().app.short_way

    assert short_way.handles(f"/collection/{OPEN}")
    assert short_way.refuse(a_request(OPEN)) is None
    assert short_way.refuse(a_request(f"batch/{OPEN}", b"syncValidation=true")) is None


def test_the_short_way_sends_everything_else_the_long_way() -> None:
    short_way = Collection().app.short_way

    for request in (a_request(OPEN, b"syncValidation=true"), a_request("5" * 64), a_request(OPEN, method="GET")):
        assert short_way.refuse(request) is not None


def test_closing_twice_is_harmless_and_what_does_not_validate_goes_on() -> None:
    collection = Collection()

    collection.app.close()
    collection.app.close()

    assert collection.post(OPEN, a_message()).status_code == 200
