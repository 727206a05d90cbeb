"""Reading templates: it ends on any text, and what is printed is read as the same."""

from hypothesis import given
from hypothesis import strategies as st

from server.model.container import DataToken, ElementToken, FactToken, Pipe, Text
from server.property.cursor import TemplateError
from server.property.pipes import ELEMENT_PIPES, PIPES
from server.property.printer import print_template
from server.property.tokens import RESERVED_NAMES, ParsedTemplate, parse_pipe, parse_template

# Texts that are nearly templates: what fuzzing from nothing would never find.
PIECES = [
    "%",
    "%%",
    "this",
    "closest(",
    ")",
    "[",
    "]",
    ".",
    "|",
    "event",
    "item",
    "a",
    " ",
    "'",
    '"',
    "\\",
    "(",
    ",",
    "1",
]
PIECES += ["max", "default", "map", "{", "}", ":", "regex", "data-sku", "-", "é", "\n", "__proto__"]
NEARLY = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,20}", fullmatch=True).filter(lambda name: name not in RESERVED_NAMES)
KEYS = TEXTS.filter(lambda key: key not in ("", "__proto__", "constructor", "prototype"))
PATHS = st.lists(KEYS | st.integers(0, 9_999), max_size=4).map(tuple)
ATTRIBUTES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_:.-]{0,20}", fullmatch=True)
SELECTORS = st.sampled_from(
    [
        "a",
        "[data-sku]",
        ".a > .b",
        "[title='50% | x']",
        ':is(a, b[c=")"])',
        r".md\:flex",
        "input[name=qty]",
        "a, b",
        r".\%",
    ]
)
INTEGERS = st.integers(-(2**53) + 1, 2**53 - 1)
NUMBERS = INTEGERS | st.floats(allow_nan=False, allow_infinity=False, width=32).map(lambda number: round(number, 3))
SCALARS = TEXTS | NUMBERS | st.booleans()

PIPE_STRATEGIES: dict[str, st.SearchStrategy[Pipe]] = {
    "number": st.sampled_from([("number",), ("number", ","), ("number", ".")]),
    "max": st.integers(0, 100_000).map(lambda most: ("max", most)),
    "replace": st.tuples(st.just("replace"), TEXTS, TEXTS),
    "split": st.tuples(st.just("split"), TEXTS),
    "join": st.tuples(st.just("join"), TEXTS),
    "at": st.tuples(st.just("at"), INTEGERS),
    "slice": st.tuples(st.just("slice"), INTEGERS, INTEGERS),
    "default": st.tuples(st.just("default"), SCALARS),
    "map": st.dictionaries(TEXTS.filter(lambda key: key != "__proto__"), SCALARS, min_size=1, max_size=3).map(
        lambda table: ("map", table)
    ),
    "regex": st.sampled_from([("regex", r"^/p/(\d+)$", 1), ("regex", "'\\\\'"), ("regex", '["%|]+')]),
    "pick": st.lists(TEXTS, min_size=1, max_size=3).map(lambda keys: ("pick", *keys)),
    "omit": st.lists(TEXTS, min_size=1, max_size=3).map(lambda keys: ("omit", *keys)),
}
PLAIN = [name for name in PIPES if name not in PIPE_STRATEGIES and name not in ELEMENT_PIPES]
SIMPLE = st.sampled_from(PLAIN).map(lambda name: (name,))
PIPES_OF_ANY = st.lists(st.one_of(SIMPLE, *PIPE_STRATEGIES.values()), max_size=4).map(tuple)
READERS: st.SearchStrategy[tuple[Pipe, ...]] = st.sampled_from([("text",), ("value",), ("matches", "nav a")]).flatmap(
    lambda reader: PIPES_OF_ANY.map(lambda pipes: (reader, *pipes))
)

DATA = st.builds(DataToken, name=NAMES, path=PATHS, pipe=PIPES_OF_ANY)
FACTS = st.builds(FactToken, root=st.sampled_from(["event", "item", "old"]), path=PATHS, pipe=PIPES_OF_ANY)
UP = st.none() | SELECTORS
PROPERTIES = st.sampled_from([("href",), ("innerText",), ("dataset", "sku"), ("dataset", "a b")])
ELEMENTS = st.one_of(
    st.builds(ElementToken, up=UP, attr=ATTRIBUTES, pipe=PIPES_OF_ANY),
    st.builds(ElementToken, up=UP, path=PROPERTIES, pipe=PIPES_OF_ANY),
    st.builds(ElementToken, up=UP, down=st.none() | SELECTORS, pipe=READERS | st.just(())),
)
TOKENS = DATA | FACTS | ELEMENTS
LITERALS = TEXTS.filter(bool)


@st.composite
def templates(draw: st.DrawFn) -> ParsedTemplate:
    parts = draw(st.lists(LITERALS | TOKENS, min_size=1, max_size=4))
    merged: list[object] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] = merged[-1] + part
        else:
            merged.append(part)
    whole: ParsedTemplate = merged[0] if len(merged) == 1 else Text(tuple(merged))  # type: ignore[assignment,arg-type]
    return whole


def read(text: str) -> ParsedTemplate | TemplateError:
    try:
        return parse_template(text)
    except TemplateError as error:
        return error


@given(st.text() | NEARLY)
def test_reading_ends_on_any_text_with_a_template_or_a_place(text: str) -> None:
    template = read(text)

    if isinstance(template, TemplateError):
        assert 0 <= template.position <= len(text)
        assert template.message
    else:
        assert read(print_template(template)) == template


@given(st.text() | NEARLY)
def test_reading_a_pipe_ends_on_any_text(text: str) -> None:
    try:
        name = parse_pipe(text)[0]
    except TemplateError:
        name = "text"

    assert name in PIPES


@given(templates())
def test_what_is_printed_is_read_as_the_same(template: ParsedTemplate) -> None:
    assert parse_template(print_template(template)) == template


@given(TEXTS)
def test_a_text_without_per_cent_signs_is_itself(text: str) -> None:
    assert parse_template(text.replace("%", "")) == text.replace("%", "")
    assert parse_template(text.replace("%", "%%")) == text
