import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.web.views.visible import json_visible, safe_href, visible

UNSEEN = "\x00\t\n\r\x1b\x7f\x85\u061c\u200b\u200e\u200f\u2028\u2029\u202a\u202e\u2060\u2066\u2069\ufeff"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, Grüße, 日本語, עברית", "plain text, Grüße, 日本語, עברית"),
        ("a\nb\tc", "a␊b␉c"),
        ("\x00\x1b[31m\x7f", "␀␛[31m␡"),
        ("gnp.\u202eexe", "gnp.⟨U+202E⟩exe"),
        ("zero\u200bwidth\ufeff", "zero⟨U+200B⟩width⟨U+FEFF⟩"),
        ("👩\u200d🚀 می\u200cخواهم", "👩\u200d🚀 می\u200cخواهم"),
    ],
)
def test_what_cannot_be_seen_is_replaced_by_what_can(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(alphabet=st.sampled_from(UNSEEN + "ab<\u200d")))
def test_nothing_unseen_is_left_and_twice_is_once(text: str) -> None:
    shown = visible(text)

    assert not set(shown) & set(UNSEEN)
    assert visible(shown) == shown


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(alphabet=st.sampled_from(UNSEEN + 'a"\\/ü')),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    )
)
def test_json_means_the_same_and_shows_everything(value: object) -> None:
    text = json_visible(json.dumps(value, ensure_ascii=False, indent=2))

    assert json.loads(text) == value
    assert not set(text) & set(UNSEEN.replace("\n", ""))


@pytest.mark.parametrize(
    "address", ["https://shop.example/", "http://127.0.0.1:8000/a?b=c#d", "https://日本.example/x"]
)
def test_web_addresses_may_be_links(address: str) -> None:
    assert safe_href(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/path",
        "//evil.example",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>",
        "vbscript:x",
        "file:///etc/passwd",
        "https:",
        "https:///path",
        " https://shop.example",
        "https://good.example@evil.example/",
        "https://good.example\\@evil.example/",
        "https://evil.example/\u202e",
        "http://[",
        "https://a\x00b/",
    ],
)
def test_anything_else_is_no_link(address: str) -> None:
    assert safe_href(address) == ""
