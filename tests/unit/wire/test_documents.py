import msgspec
import pytest

from server.wire.documents import EMPTY, extended, member, read, write, xdm_head
from server.wire.errors import Malformed


@pytest.mark.parametrize("text", [b'{"a":1}', b' { "a" : 1 } ', b'{"a":1,"b":0}'])
def test_more_members_are_added_and_the_last_of_two_counts(text: bytes) -> None:
    assert read(extended(msgspec.Raw(text), member("b", [2]))) == {"a": 1, "b": [2]}


@pytest.mark.parametrize("text", [b"{}", b"{ }", b"\n{\t}"])
def test_an_empty_object_can_be_extended(text: bytes) -> None:
    assert bytes(extended(msgspec.Raw(text), member("b", 2))) == b'{"b":2}'


def test_the_head_is_what_the_collector_looks_at() -> None:
    head = xdm_head(msgspec.Raw(b'{"_id":"e","identityMap":{"ECID":[]},"web":{"eventType":"inner"}}'), path="$")

    assert (head.id, head.identity_map, head.event_type, head.timestamp) == ("e", {"ECID": []}, None, None)


@pytest.mark.parametrize("text", [b"5", b"[]", b'"x"', b"null"])
def test_what_is_no_object_is_named_with_its_place(text: bytes) -> None:
    with pytest.raises(Malformed, match=r"Expected `object`, got `\w+` - at `\$\.events\[3\]\.xdm`"):
        xdm_head(msgspec.Raw(text), path="$.events[3].xdm")


def test_text_and_object_are_the_same_document() -> None:
    document = {"a": {"b": [1, "é"]}}

    assert read(write(document)) == document
    assert read(EMPTY) == {}


def test_a_number_that_does_not_fit_is_named_by_its_document() -> None:
    with pytest.raises(Malformed, match=r"out of range - at `\$\.events\[2\]\.xdm`"):
        read(msgspec.Raw(b'{"a": {"b": 1e999}}'), path="$.events[2].xdm")
