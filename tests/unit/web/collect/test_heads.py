"""What of a request is the same in the next, and what is remembered of it."""

from typing import Any, cast

import pytest

from server.web.collect.exchange import Request
from server.web.collect.heads import Cut, Heads, Known, cut_request

ID = "0b6f1c1e-6a52-4d6c-9b0b-1f2f3a4b5c6d"
OTHER_ID = "7c1f0d2e-9a41-4b7f-8e55-0d9c8b7a6f5e"
PEER = b"192.0.2.1"


def _request(
    body: bytes = b"{}", *, query: str = f"configId=test&requestId={ID}", length: str = "", more: str = "A: b"
) -> bytes:
    head = f"POST /ee/v1/collect?{query} HTTP/1.1\r\nHost: c\r\nContent-Length: {length or len(body)}\r\n{more}\r\n\r\n"
    return head.encode() + body


def _known(query: str = f"requestId={ID}", *, request_id: str = ID) -> Known:
    class Sender:
        def __init__(self) -> None:
            self.request_id = request_id

    request = Request("POST", "/ee/v1/collect", query.encode(), {}, "192.0.2.1")
    return Known(cast(Any, None), cast(Any, None), request, cast(Any, Sender()))


def test_requests_that_differ_in_id_length_and_body_have_one_key() -> None:
    one = cut_request(_request(b"{}"), PEER)
    another = cut_request(_request(b"longer than ten").replace(ID.encode(), OTHER_ID.encode()), PEER)

    assert one is not None
    assert another is not None
    assert one.key == another.key
    assert (one.request_id, one.body) == (ID, b"{}")
    assert (another.request_id, another.body) == (OTHER_ID, b"longer than ten")


@pytest.mark.parametrize(
    "other",
    [
        _request(more="A: c"),
        _request(more=f"A: b\r\nReferer: https://shop.example/?requestId={ID}"),
        _request(query=f"configId=other&requestId={ID}"),
        _request(query=f"requestId={ID}&configId=test"),
        _request(query=f"configId=test&requestId={ID}&requestId={ID}"),
        _request(query="configId=test"),
        _request().replace(b"Content-Length", b"content-length"),
        _request().replace(b"POST", b"post"),
    ],
    ids=["header", "referer", "datastream", "order", "two ids", "no id", "spelling", "method"],
)
def test_any_other_difference_is_another_key(other: bytes) -> None:
    ours, theirs = cut_request(_request(), PEER), cut_request(other, PEER)

    assert ours is not None
    assert theirs is not None
    assert ours.key != theirs.key


def test_the_same_head_from_another_address_is_another_key() -> None:
    ours, theirs = cut_request(_request(), b"192.0.2.1"), cut_request(_request(), b"192.0.2.2")

    assert ours is not None
    assert theirs is not None
    assert ours.key != theirs.key


@pytest.mark.parametrize("query", [f"configId=test&requestId={ID}", "configId=test"], ids=["id", "no id"])
def test_a_head_that_begins_with_the_end_of_an_address_is_not_of_that_address(query: str) -> None:
    ours = cut_request(_request(query=query), b"192.0.2.15")
    theirs = cut_request(b"5" + _request(query=query), b"192.0.2.1")

    assert ours is not None
    assert theirs is not None
    assert ours.key != theirs.key


@pytest.mark.parametrize(
    "data",
    [
        b"",
        _request()[:-1],
        _request() + b"P",
        _request() + _request(),
        _request(length="+2"),
        _request(length="02"),
        _request(length="2 "),
        _request(length="2, 2"),
        _request(length="0x2"),
        _request().replace(b"Content-Length: 2\r\n", b""),
        _request().replace(b"\r\n", b"\n"),
        _request(query="configId=test&requestId="),
        _request(query="configId=test&requestId=not-one-of-ours"),
        _request(query=f"configId=test&requestId={ID[:-1]}g"),
        _request(b"x" * 16_384),
        _request(more="A: " + "b" * 4_096),
    ],
    ids=[
        "nothing",
        "a piece",
        "more",
        "two",
        "sign",
        "zero",
        "space",
        "list",
        "hexadecimal",
        "no length",
        "line ends",
        "empty id",
        "short id",
        "no UUID",
        "large",
        "large head",
    ],
)
def test_what_is_not_plainly_one_request_is_left_to_the_parser(data: bytes) -> None:
    assert cut_request(data, PEER) is None


def test_a_request_without_an_id_has_none() -> None:
    found = cut_request(_request(query="configId=test"), PEER)

    assert found is not None
    assert found.request_id == ""


def test_what_is_remembered_is_found() -> None:
    heads, known = Heads(), _known()

    heads.remember(Cut(b"key", ID, b""), known)

    assert heads.find(b"key") is known
    assert heads.find(b"another") is None


def test_a_head_is_worth_remembering_when_it_comes_for_the_second_time() -> None:
    heads = Heads()

    came = [heads.came_before(Cut(key, ID, b"")) for key in (b"one", b"two", b"one", b"two", b"three")]

    assert came == [False, False, True, True, False]


def test_who_comes_after_very_many_others_comes_as_if_for_the_first_time() -> None:
    heads = Heads()
    heads.came_before(Cut(b"first", ID, b""))

    for number in range(5_000):
        heads.came_before(Cut(b"%d" % number, ID, b""))

    assert not heads.came_before(Cut(b"first", ID, b""))


def test_the_oldest_are_forgotten_when_there_are_too_many() -> None:
    heads = Heads(most=8)

    for number in range(9):
        heads.remember(Cut(b"%d" % number, ID, b""), _known())

    assert [number for number in range(9) if heads.find(b"%d" % number) is not None] == [2, 3, 4, 5, 6, 7, 8]


def test_a_known_request_has_its_own_id() -> None:
    known = _known(f"configId=test&requestId={ID}&a=1")

    assert known.with_id(OTHER_ID).query_string == f"configId=test&requestId={OTHER_ID}&a=1".encode()


def test_a_known_request_without_an_id_is_as_it_was() -> None:
    known = _known("configId=test", request_id="")

    assert known.with_id("").query_string == b"configId=test"
