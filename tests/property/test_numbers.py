"""Numbers that no double can hold: a look at the bytes finds what reading the document finds."""

import math
from collections.abc import Iterator
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from server.wire.json import is_bounded
from server.wire.numbers import place_out_of_range

_digits = st.text("0123456789", min_size=1, max_size=330).map(lambda text: text.lstrip("0") or "0")
_fractions = st.just("") | st.text("0123456789", min_size=1, max_size=20).map(lambda text: f".{text}")
_exponents = st.just("") | st.builds(
    "{}{}{}".format,
    st.sampled_from("eE"),
    st.sampled_from(["", "+", "-"]),
    st.text("0123456789", min_size=1, max_size=4),
)
_numbers = st.builds("{}{}{}{}".format, st.sampled_from(["", "-"]), _digits, _fractions, _exponents)
_strings = (st.text(max_size=8) | st.uuids().map(str) | _numbers).map(lambda text: msgspec.json.encode(text).decode())
_spaces = st.sampled_from(["", " ", "\n\t"])


def _joined(parts: list[str], space: str, ends: str) -> str:
    return ends[0] + space + f",{space}".join(parts) + space + ends[1]


_documents = st.recursive(
    _numbers | _strings,
    lambda inner: (
        st.builds(_joined, st.lists(inner, max_size=4), _spaces, st.just("[]"))
        | st.builds(_joined, st.lists(st.builds("{}: {}".format, _strings, inner), max_size=4), _spaces, st.just("{}"))
    ),
    max_leaves=12,
)


def _floats(value: Any) -> Iterator[float]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _floats(item)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield math.inf if abs(value) > 1.7976931348623157e308 else float(value)


@settings(deadline=None)
@given(document=_documents)
def test_a_document_is_readable_exactly_when_nothing_is_found(document: str) -> None:
    body = document.encode()

    place = place_out_of_range(body)

    try:
        is_readable = all(math.isfinite(number) for number in _floats(msgspec.json.decode(body)))
    except msgspec.ValidationError:
        is_readable = False
    # Of two equal names the first is read, and forgotten.
    assert is_readable or place is not None
    assert (place is None) == is_readable or document.count('"') >= 4


@given(body=st.binary())
def test_any_bytes_have_an_answer(body: bytes) -> None:
    place = place_out_of_range(body)

    assert place is None or place.startswith("$")


@settings(deadline=None)
@given(document=_documents)
def test_what_one_look_shows_to_be_bounded_is(document: str) -> None:
    body = document.encode()

    assert not is_bounded(body) or place_out_of_range(body) is None
