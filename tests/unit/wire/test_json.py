"""What is looked up in the bytes of a document before it is parsed."""

import pytest

from server.wire.json import needs_cleaning


@pytest.mark.parametrize(
    "body",
    [b'{"__proto__": 1}', b'{"constructor": 1}', b'{"a": "\\u0000"}', b'{"\\u005f_proto__": 1}', b'["prototype"]'],
)
def test_what_could_be_dangerous_is_looked_at(body: bytes) -> None:
    assert needs_cleaning(body)


@pytest.mark.parametrize("body", [b"{}", b'{"a": "\\u00e9 \\n"}', b'{"proto": "constructed"}'])
def test_what_cannot_be_is_not(body: bytes) -> None:
    assert not needs_cleaning(body)
