import pytest

from server.model.container import DataToken, ElementToken, FactToken, Text
from server.property.cursor import MAX_TEMPLATE_CHARACTERS, TemplateError
from server.property.tokens import MAX_PATH_KEYS, MAX_PIPES, ParsedTemplate, parse_pipe, parse_template

CASES: list[tuple[str, ParsedTemplate]] = [
    ("", ""),
    ("just text", "just text"),
    ("100 %% wool", "100 % wool"),
    ("%%%%", "%%"),
    ("%pageName%", DataToken(name="pageName")),
    ("%page_2%", DataToken(name="page_2")),
    ("%order.items[0].sku%", DataToken(name="order", path=("items", 0, "sku"))),
    ("%order['total price'].value%", DataToken(name="order", path=("total price", "value"))),
    ('%order["a.b"]%', DataToken(name="order", path=("a.b",))),
    ("%event%", FactToken(root="event")),
    ("%event.order.total | number%", FactToken(root="event", path=("order", "total"), pipe=(("number",),))),
    ("%event['gtm.url']%", FactToken(root="event", path=("gtm.url",))),
    ("%eventName%", DataToken(name="eventName")),
    ("%item.sku%", FactToken(root="item", path=("sku",))),
    ("%item%", FactToken(root="item")),
    ("%old.page.name%", FactToken(root="old", path=("page", "name"))),
    ("%this%", ElementToken()),
    ("%this | text%", ElementToken(pipe=(("text",),))),
    ("%this | max(5)%", ElementToken(pipe=(("text",), ("max", 5)))),
    ("%this.href | stripQuery%", ElementToken(path=("href",), pipe=(("stripQuery",),))),
    ("%this.dataset.sku%", ElementToken(path=("dataset", "sku"))),
    ("%this[disabled]%", ElementToken(attr="disabled")),
    ("%this[data-a.b:c]%", ElementToken(attr="data-a.b:c")),
    ("%this .title%", ElementToken(down=".title")),
    (
        "%closest([data-sku])[data-price] | number%",
        ElementToken(up="[data-sku]", attr="data-price", pipe=(("number",),)),
    ),
    (
        "%closest([data-sku]) .title | text | cleanText%",
        ElementToken(up="[data-sku]", down=".title", pipe=(("text",), ("cleanText",))),
    ),
    (
        "%closest([data-sku]) input[name=qty] | value | integer | default(1)%",
        ElementToken(up="[data-sku]", down="input[name=qty]", pipe=(("value",), ("integer",), ("default", 1))),
    ),
    ("%closest([data-sku]) [data-x]%", ElementToken(up="[data-sku]", down="[data-x]")),
    ("%closest(a).href%", ElementToken(up="a", path=("href",))),
    ("%closest( form )%", ElementToken(up="form")),
    ("%closest(:is(a, b[x=')'])) .y%", ElementToken(up=":is(a, b[x=')'])", down=".y")),
    (
        "%closest([title='50%']) a[lang|=en] b[x=\"100% | y\"] | lower%",
        ElementToken(up="[title='50%']", down="a[lang|=en] b[x=\"100% | y\"]", pipe=(("text",), ("lower",))),
    ),
    (r"%closest(.a\)b) .c\%d%", ElementToken(up=r".a\)b", down=r".c\%d")),
    (r"%closest([x='\''])%", ElementToken(up=r"[x='\'']")),
    ("%name|lower%", DataToken(name="name", pipe=(("lower",),))),
    ("%name  |  lower  |upper %", DataToken(name="name", pipe=(("lower",), ("upper",)))),
    ("%a% and %b%", Text((DataToken(name="a"), " and ", DataToken(name="b")))),
    ("%a%%b%", Text((DataToken(name="a"), DataToken(name="b")))),
    ("%%%a%%%", Text(("%", DataToken(name="a"), "%"))),
    ("%a | replace('%', \"|\")%", DataToken(name="a", pipe=(("replace", "%", "|"),))),
    (r"%a | replace('\'', '\\')%", DataToken(name="a", pipe=(("replace", "'", "\\"),))),
    (r"%a | regex('^/p/(\d+)$', 1)%", DataToken(name="a", pipe=(("regex", r"^/p/(\d+)$", 1),))),
    ("%a | map({'b': 'book', \"*\": 1})%", DataToken(name="a", pipe=(("map", {"b": "book", "*": 1}),))),
    ("%a | slice( -3 , 2 )%", DataToken(name="a", pipe=(("slice", -3, 2),))),
    ("%a | default(false) | default(-1.5e3)%", DataToken(name="a", pipe=(("default", False), ("default", -1500.0)))),
    ("%a | pick('x', 'y') | omit('z')%", DataToken(name="a", pipe=(("pick", "x", "y"), ("omit", "z")))),
    ("%a | number() | number(',')%", DataToken(name="a", pipe=(("number",), ("number", ",")))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "template"), CASES)
def test_a_text_with_tokens_becomes_what_it_says(text: str, template: ParsedTemplate) -> None:
    assert parse_template(text) == template


# text, part of the message, position of the fault
FAULTS = [
    ("50% of it", "single per cent sign is written `%%`", 3),
    ("%", "single per cent sign", 1),
    ("%name", "`%` is missing", 5),
    ("%name of%", "`%` is missing", 6),
    ("%a | nmber%", "no pipe `nmber`. Did you mean `number`?", 5),
    ("%a | sha1024%", "no pipe `sha1024`", 5),
    ("%a | matches('nav[')%", "a CSS selector in quotes", 5),
    ("%this | text | matches('nav')%", "it must be the first pipe", 29),
    ("%a |%", "name of a pipe is missing", 4),
    ("%a.%", "key is missing", 3),
    ("%a[x]%", "a number or a key in quotes", 3),
    ("%a['x%", "quotation mark is never closed", 3),
    ("%a['']%", "key is missing", 5),
    ("%a['x'%", "`]` is missing", 6),
    ("%a.__proto__%", "cannot be read", 12),
    ("%a['constructor']%", "cannot be read", 16),
    ("%this[data-sku=1]%", "attribute's name is missing", 6),
    ("%this[0]%", "attribute's name is missing", 6),
    ("%this[a] span%", "`%` is missing", 9),
    ("%this.a.b%", "one property can be read", 5),
    ("%this.dataset%", "one property can be read", 5),
    ("%closest%", "needs a selector", 8),
    ("%closest()%", "selector is empty", 9),
    ("%closest(a%", "never closed", 9),
    ("%closest([a)%", "`)` in the selector closes nothing", 11),
    ("%closest(a) .b)%", "`)` in the selector closes nothing", 14),
    ("%closest(a)  b < c%", "`<` has no place", 15),
    ("%closest(a) [b%", "`[` in the selector is never closed", 12),
    ("%closest(a) [b='%", "quotation mark in the selector is never closed", 15),
    ("%a | max%", "takes one argument", 5),
    ("%a | max(1, 2)%", "takes one argument", 5),
    ("%a | max(-1)%", "whole number from 0", 5),
    ("%a | max('1')%", "whole number from 0", 5),
    ("%a | max(1.5)%", "whole number from 0", 5),
    ("%a | max(true)%", "whole number from 0", 5),
    ("%a | lower(1)%", "takes no argument", 5),
    ("%a | replace('a')%", "takes two arguments", 5),
    ("%a | slice()%", "takes one argument or two arguments", 5),
    ("%a | number(';')%", "decimal sign", 5),
    ("%a | at('x')%", "whole number", 5),
    ("%a | split(1)%", "text in quotes", 5),
    ("%a | default(null)%", "a text, a number, true or false", 5),
    ("%a | default(EUR)%", "Put text in quotes: `'EUR'`", 13),
    ("%a | default(=)%", "An argument is", 13),
    ("%a | default(1 2)%", "`,` or `)` is missing", 15),
    ("%a | default('x)%", "never closed", 13),
    ("%a | default(99999999999999999)%", "An argument is", 13),
    ("%a | default(9999999999999999)%", "too large", 13),
    ("%a | default(1e999)%", "too large", 13),
    ("%a | map({})%", "table", 5),
    ("%a | map(['x'])%", "table", 5),
    ("%a | map({'a': {'b': 1}})%", "table", 5),
    ("%a | map({a: 1})%", "table's key", 10),
    ("%a | map({'a' 1})%", "not followed by `:`", 14),
    ("%a | map({'a': 1, 'a': 2})%", "twice", 21),
    ("%a | map({'__proto__': 1})%", "cannot stand there", 21),
    ("%a | map({'a': 1 'b': 2})%", "`,` or `}`", 17),
    ("%a | map([[[[[1]]]]])%", "nest that deep", 13),
    ("%a | pick()%", "one to 50 arguments", 5),
    ("%a | pick(['x'])%", "text in quotes", 5),
    ("%a | regex('(a+)+')%", "regular expression is refused", 5),
    ("%a | regex(1)%", "text in quotes", 5),
    ("%a | regex('(a)', 2)%", "there is no group 2", 5),
    ("%a | lower | text%", "must be the first pipe", 17),
    ("%" + "a" * 65 + "%", "at most 64 characters", 1),
    ("%a" + ".b" * (MAX_PATH_KEYS + 1) + "%", "at most 20 keys", 44),
    ("%a" + " | lower" * (MAX_PIPES + 1) + "%", "At most 10 pipes", 90),
    ("%closest(" + "a" * 501 + ")%", "501 characters", 9),
    ("%closest(a) " + "a" * 600 + "%", "600 characters", 12),
    ("x" * (MAX_TEMPLATE_CHARACTERS + 1), "at most 2000 characters", 2000),
]  # fmt: skip


@pytest.mark.parametrize(("text", "part", "position"), FAULTS)
def test_a_text_that_cannot_be_read_says_why_and_where(text: str, part: str, position: int) -> None:
    with pytest.raises(TemplateError) as caught:
        parse_template(text)

    assert part in caught.value.message
    assert caught.value.position == position


def test_a_pipe_can_stand_alone() -> None:
    assert parse_pipe(" max( 100 ) ") == ("max", 100)


@pytest.mark.parametrize(
    ("text", "part"), [("max(1) | lower", "one pipe"), ("", "is missing"), ("x" * 2001, "at most")]
)
def test_anything_but_one_pipe_is_refused_where_one_is_expected(text: str, part: str) -> None:
    with pytest.raises(TemplateError, match=part):
        parse_pipe(text)
