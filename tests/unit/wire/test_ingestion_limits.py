import json

import pytest

from server.wire.ingestion_limits import (
    MAX_DEPTH_LEVELS,
    MAX_VALUES,
    TOO_DEEP,
    TOO_MANY_VALUES,
    exceeded,
    may_need_cleaning,
)


def nested(levels: int) -> bytes:
    """Objects and lists in turn, that many deep, with as many brackets again in strings."""
    value: object = "}]" * levels
    for level in range(levels):
        value = [value] if level % 2 else {"[{": value}
    return json.dumps(value).encode()


def test_the_depth_is_exact() -> None:
    assert exceeded(nested(MAX_DEPTH_LEVELS)) is None
    assert exceeded(nested(MAX_DEPTH_LEVELS + 1)) == TOO_DEEP
    assert exceeded(nested(900)) == TOO_DEEP


def test_brackets_in_strings_are_no_depth() -> None:
    assert exceeded(json.dumps({"a": "[{" * 500, 'b"\\': '\\"[{'}).encode()) is None


def test_brackets_in_strings_hide_no_depth() -> None:
    hidden = b"".join(b'["]",' for _ in range(100)) + b"1" + b"".join(b',"["]' for _ in range(100))

    assert json.loads(hidden)
    assert exceeded(hidden) == TOO_DEEP


def test_the_number_of_values_is_exact() -> None:
    assert exceeded(json.dumps(list(range(MAX_VALUES))).encode()) is None
    assert exceeded(json.dumps(list(range(MAX_VALUES + 1))).encode()) == TOO_MANY_VALUES
    assert exceeded(json.dumps({"a": "," * 50_000}).encode()) is None


@pytest.mark.parametrize(
    "body",
    [b'{"__proto__": 1}', b'{"constructor": 1}', b'{"a": "\\u0000"}', b'{"\\u005f_proto__": 1}', b'["prototype"]'],
)
def test_what_could_be_dangerous_is_looked_at(body: bytes) -> None:
    assert may_need_cleaning(body)


@pytest.mark.parametrize("body", [b"{}", b'{"a": "\\u00e9 \\n"}', b'{"proto": "constructed"}'])
def test_what_cannot_be_is_not(body: bytes) -> None:
    assert not may_need_cleaning(body)
