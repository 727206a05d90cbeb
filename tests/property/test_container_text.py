"""The JavaScript of a build: data stays data, whatever a property holds."""

import json
import subprocess
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.node import node_command
from server.container.compile import compile_container
from server.container.encode import encode_literal
from server.container.fragments import used_fragments
from server.model.container import Container, as_json
from server.model.json import JsonObject
from server.property.check import check_property
from server.property.compile import compile_property
from tests.unit.property.factories import a_mapping_rule, a_property, fixture_modules

MODULES = fixture_modules()

# What breaks generated code, if anything does.
NASTY = st.sampled_from(
    ["</script>", "<!--", "-->", "]]>", "\u2028", "\u2029", '"', "\\", "\\u003c", "'", "`", "${x}", "*/", "//", "\r\n"]
)
TEXTS = st.lists(NASTY | st.text(st.characters(codec="utf-8"), max_size=5), max_size=5).map("".join)
KEYS = TEXTS.filter(lambda key: key not in ("__proto__", "$") and not key.startswith("x-"))
NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def properties(draw: st.DrawFn) -> JsonObject:
    literal = draw(TEXTS).replace("\0", "").replace("%", "%%")
    return a_property(
        property={"id": "shop", "name": (draw(TEXTS).replace("\0", "") or "x")},
        dataElements={"pageName": {"from": "const", "value": _plain(draw(JSON)), "default": _plain(draw(JSON))}},
        rules=[a_mapping_rule({"a": literal + "%pageName%", "b": literal}, name=draw(TEXTS).replace("\0", ""))],
    )


def _plain(value: Any) -> Any:
    """Without what check_property refuses in a text."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return {key.replace("\0", ""): _plain(each) for key, each in value.items()} if isinstance(value, dict) else value


def built(document: JsonObject) -> tuple[Container, bytes]:
    container = compile_property(document, environment="production", org_id="O", datastream="d", modules=MODULES)
    modules = dict.fromkeys(used_fragments(container), "")
    return container, compile_container(container, runtime="$h.start=function(c){$c=c};", modules=modules)


@given(properties())
def test_a_checked_property_of_any_content_is_ascii_that_ends_no_script_and_reads_back(document: JsonObject) -> None:
    assert check_property(document, MODULES) == []

    container, text = built(document)

    assert text.isascii()
    assert not any(sign in text for sign in (b"<", b">", b"&"))
    start = text.index(b"$h.start({") + len(b"$h.start(")
    assert json.loads(text[start : -len(b")}();\n")]) == as_json(container)


@given(JSON)
def test_a_literal_reads_back_equal(value: Any) -> None:
    text = encode_literal(value)

    assert json.loads(text) == value
    assert text.isascii()
    assert not set(text) & set("<>&")


@pytest.mark.node
@settings(max_examples=5, deadline=None)
@given(st.lists(properties(), min_size=20, max_size=20))
def test_node_runs_every_build_and_finds_the_container_in_it(documents: list[JsonObject]) -> None:
    node = node_command("node")
    pairs = [[text.decode(), as_json(container)] for container, text in map(built, documents)]
    program = (
        "const {isDeepStrictEqual} = require('util');"
        "for (const [text, wanted] of JSON.parse(require('fs').readFileSync(0, 'utf8'))) {"
        "globalThis.$c = undefined; new Function(text)();"
        "if (!isDeepStrictEqual($c, wanted)) { console.error(text); process.exit(1); } }"
    )

    done = subprocess.run([*node, "-e", program], input=json.dumps(pairs), text=True, capture_output=True, timeout=60)

    assert done.returncode == 0, done.stderr
