"""Mapping sets never raise for what an object holds, whatever their lines say."""

import copy

from hypothesis import given
from hypothesis import strategies as st

from server.model.mapping import MappingLine
from server.prep.errors import EvaluationError, MappingError
from server.prep.functions import FUNCTIONS, LAZY_FUNCTIONS, Facts
from server.prep.mapper import Mapper, faults
from server.prep.paths import get, parse_path, put
from server.prep.syntax import Scope, compile_expression
from tests.unit.schema.builders import demo_events

SCHEMA = demo_events()

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=10,
)
_raw = st.dictionaries(st.sampled_from("abc"), _json)
_values = st.sampled_from(["a", "b.c", "a[0]", "a[*].b", "1", "-2.5", '"x"', "null", "true", "''", "2147483648"])


@st.composite
def _expressions(draw: st.DrawFn, depth: int = 2) -> str:
    if depth == 0 or draw(st.booleans()):
        return draw(_values)
    if draw(st.booleans()):
        operator = draw(st.sampled_from(["+", "-", "*", "/", "%", "==", "<", "&&", "||"]))
        return f"({draw(_expressions(depth - 1))} {operator} {draw(_expressions(depth - 1))})"
    name = draw(st.sampled_from([*FUNCTIONS, *LAZY_FUNCTIONS]))
    function = FUNCTIONS.get(name) or LAZY_FUNCTIONS[name]
    count = draw(st.integers(min_value=function.least, max_value=min(function.most, function.least + 2)))
    return f"{name}({', '.join(draw(_expressions(depth - 1)) for _ in range(count))})"


_destinations = st.sampled_from(
    [
        "_id",
        "timestamp",
        "eventType",
        "web.webPageDetails.name",
        "productListItems[*].SKU",
        "productListItems[3].name",
        "commerce.order.priceTotal",
        "productListItems",
        "web",
        "identityMap.Email[0].id",
        "nowhere",
    ]
)


@given(expression=_expressions(), raw=_raw)
def test_an_expression_has_a_value_or_says_why_not(expression: str, raw: dict[str, object]) -> None:
    try:
        compile_expression(expression)(Scope(raw, Facts(received_ms=0, seed="")))
    except EvaluationError as error:
        reason = str(error)
    else:
        reason = "none"

    assert reason


@given(text=st.text(max_size=60))
def test_any_text_is_an_expression_or_is_refused(text: str) -> None:
    try:
        compiled = compile_expression(text)
    except MappingError:
        compiled = None

    assert compiled is None or callable(compiled)


@given(
    sources=st.lists(st.tuples(st.sampled_from(["ATTRIBUTE", "STATIC", "EXPRESSION"]), _expressions(), _destinations)),
    raw=_raw,
)
def test_an_object_is_mapped_without_being_changed(sources: list[tuple[str, str, str]], raw: dict[str, object]) -> None:
    lines = [MappingLine(source_type=kind, source=text, destination=to) for kind, text, to in sources]  # type: ignore[arg-type]  # sampled from the three
    before = copy.deepcopy(raw)

    mapped = Mapper(lines, SCHEMA).map(raw, received_ms=0, seed="")

    assert raw == before
    assert len(mapped.warnings) <= len(lines)
    assert len(faults(lines, SCHEMA)) <= len(lines)


@given(
    path=st.sampled_from(["a", "a.b", "a[2]", "a[1].b", "a.b[0][1].c"]),
    value=_json.filter(lambda value: value is not None),
)
def test_what_was_put_is_got(path: str, value: object) -> None:
    target: dict[str, object] = {}

    put(target, parse_path(path), value)

    assert get(target, parse_path(path)) == value
