import json

import pytest

from server.wire.ingestion_limits import TOO_DEEP, TOO_MANY_VALUES, all_keepable, exceeded, unkeepable
from server.wire.json import MAX_DEPTH_LEVELS, MAX_VALUES


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


def test_of_several_each_is_looked_at_by_itself() -> None:
    deepest, wide = nested(MAX_DEPTH_LEVELS // 2), json.dumps({"a": [[], [], {}] * 10}).encode()

    assert all_keepable([])
    assert all_keepable([wide] * 20)
    assert all(unkeepable(each) is None for each in (deepest, wide))


@pytest.mark.parametrize(
    "other", [nested(MAX_DEPTH_LEVELS + 1), json.dumps(list(range(MAX_VALUES + 1))).encode(), b'{"a":1e999}', b"1e999"]
)
def test_one_that_cannot_be_kept_is_found_among_others(other: bytes) -> None:
    assert unkeepable(other) is not None
    for messages in ([other, b"{}"], [b"{}", other], [b'{"a":1}', other, b'{"a":[]}']):
        assert not all_keepable(messages)
