import json
from typing import Any

import pytest

from server.container.encode import encode_literal


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": [1, 2.5, None, True], "a": "x"}, '{"a":"x","b":[1,2.5,null,true]}'),
        ("</script><!--&]]>", '"\\u003c/script\\u003e\\u003c!--\\u0026]]\\u003e"'),
        ("\u2028\u2029é😀\x7f", '"\\u2028\\u2029\\u00e9\\ud83d\\ude00\\u007f"'),
        ({"<k>": 0}, '{"\\u003ck\\u003e":0}'),
    ],
)
def test_a_value_becomes_ascii_that_can_stand_anywhere(value: Any, text: str) -> None:
    assert encode_literal(value) == text
    assert json.loads(text) == value


@pytest.mark.parametrize(
    "value", [{"__proto__": 1}, [{"a": {"__proto__": None}}], float("nan"), [float("inf")], {"a": {1, 2}}]
)
def test_what_would_not_be_the_same_in_javascript_is_refused(value: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        encode_literal(value)
