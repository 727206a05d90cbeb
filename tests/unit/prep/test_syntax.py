"""Expressions: what each gives for a raw object, and what is said of those that are none."""

import pytest

from server.model.json import Json, JsonObject
from server.prep.errors import EvaluationError, MappingError
from server.prep.functions import Facts
from server.prep.syntax import MAX_EXPRESSION_CHARACTERS, Scope, compile_expression
from tests.builders import NOON_MS

RAW: JsonObject = {
    "first": "Ada",
    "last": "Lovelace",
    "total": 12.5,
    "count": 3,
    "is_new": True,
    "nothing": None,
    "tags": ["a", "b", "a"],
    "lines": [{"sku": "x", "price": 2}, {"sku": "y"}, {"price": 3}],
    "address": {"city": "Bern", "zip code": "3000", "a.b": "dotted"},
    "when": "2026-01-31 09:30:00",
    "url": "https://shop.example:8443/a%20b?x=1",
}


def value_of(expression: str) -> Json:
    return compile_expression(expression)(Scope(RAW, Facts(received_ms=NOON_MS, seed="e-1/0")))


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        # Values, paths, operators.
        ("5", 5),
        ("-2.5", -2.5),
        ('"a \\"b\\" \\n"', 'a "b" \n'),
        ("'x'", "x"),
        ("true", True),
        ("null", None),
        ("first", "Ada"),
        ("address.city", "Bern"),
        ("address.${zip code}", "3000"),
        ("address.a\\.b", "dotted"),
        ("address.${a.b}", "dotted"),
        ("lines[0].sku", "x"),
        ("lines[9].sku", None),
        ("lines[*].sku", ["x", "y", None]),
        ("missing.deep[0]", None),
        ("1 + 2 * 3 - 4 / 2", 5.0),
        ("(1 + 2) * 3 % 4", 1),
        ("total * count", 37.5),
        ("total + missing", None),
        ("count > 2 && !(first == 'Bob') || false", True),
        ("missing > 2", False),
        ("first < last", True),
        ("is_new == 1", False),
        ("missing == null", True),
        ("--count", 3),
        # Choices are lazy: what is not chosen may be wrong.
        ("iif(count > 2, first, 1 / 0)", "Ada"),
        ("iif(missing, 1, 2)", 2),
        ("coalesce(missing, nothing, last, 1 / 0)", "Lovelace"),
        ("coalesce(missing)", None),
        ('decode(first, "Bob", 1, "Ada", 2, 3)', 2),
        ('decode(first, "Bob", 1, "Eve", 2, 3)', 3),
        ('decode(first, "Bob", 1)', None),
        ("is_set(first)", True),
        ("is_set(missing)", False),
        ("is_empty('')", True),
        ("is_empty(tags)", False),
        ("nullify()", None),
        # Texts.
        ('concat(first, " ", missing, last, count)', "Ada Lovelace3"),
        ('explode("a,b", ",")', ["a", "b"]),
        ('split("a b")', ["a", "b"]),
        ('join("-", tags)', "a-b-a"),
        ("lower(first)", "ada"),
        ("lcase(first)", "ada"),
        ("upper(first)", "ADA"),
        ("ucase(first)", "ADA"),
        ("trim(' a ')", "a"),
        ("ltrim(' a ')", "a "),
        ("rtrim(' a ')", " a"),
        ("left(last, 4)", "Love"),
        ("right(last, 4)", "lace"),
        ("right(last, 99)", "Lovelace"),
        ("substr(last, 4)", "lace"),
        ("substr(last, 0, 4)", "Love"),
        ('replacestr(last, "e", "")', "Lovlac"),
        ('lpad("7", 3, "0")', "007"),
        ('rpad("7", 3)', "7  "),
        ('instr(last, "l")', 4),
        ('contains(last, "lace")', True),
        ('starts_with(last, "Love")', True),
        ('ends_with(last, "Love")', False),
        ('equals(first, "Ada")', True),
        ('equals_ignore_case(first, "ADA")', True),
        ("lower(missing)", None),
        ('md5("a")', "0cc175b9c0f1b6a831c399e269772661"),
        ('sha1("a")', "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"),
        ('sha256("a")', "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
        ('left(sha512("a"), 8)', "1f40fc92"),
        ('crc32("a")', "e8b7be43"),
        ("get_url_protocol(url)", "https"),
        ("get_url_host(url)", "shop.example"),
        ("get_url_port(url)", 8443),
        ("get_url_path(url)", "/a%20b"),
        ("get_url_query_str(url)", "x=1"),
        ('get_url_encoded("a b/")', "a%20b%2F"),
        ('get_url_decoded("a%20b")', "a b"),
        # Numbers.
        ("min(count, 5, 1)", 1),
        ("max(lines[*].price)", 3),
        ("sum(lines[*].price, 1)", 6.0),
        ("avg(1, 2)", 1.5),
        ("min(missing)", None),
        ("abs(-2)", 2),
        ("ceil(total)", 13),
        ("floor(total)", 12),
        ("round(total)", 13),
        ("round(1.234, 2)", 1.23),
        ('to_integer("12.9")', 12),
        ('to_bigint("-3")', -3),
        ('to_float("1.5")', 1.5),
        ("to_double(count)", 3.0),
        ('to_decimal("1e2")', 100.0),
        ("to_string(total)", "12.5"),
        # Lists and objects.
        ("size_of(tags)", 3),
        ("first(tags)", "a"),
        ("last(tags)", "a"),
        ("first(split(first))", "Ada"),
        ("to_array(1, missing, 2)", [1, 2]),
        ("add_to_array(tags, 1)", ["a", "b", "a", 1]),
        ("join_arrays(tags, to_array(1))", ["a", "b", "a", 1]),
        ('array_contains(tags, "b")', True),
        ("distinct(tags)", ["a", "b"]),
        ("reverse(tags)", ["a", "b", "a"]),
        ("get_keys(address)", ["city", "zip code", "a.b"]),
        ("size_of(get_values(address))", 3),
        ('contains_key(address, "city")', True),
        ('to_object("a", 1, "b", missing)', {"a": 1}),
        ('object_merge(to_object("a", 1), to_object("a", 2))', {"a": 2}),
        # Times.
        ("now()", "2026-01-01T12:00:00.000Z"),
        ("timestamp()", 1_767_268_800),
        ("date(when)", "2026-01-31T09:30:00.000Z"),
        ('date("31.01.2026", "dd.MM.yyyy")', "2026-01-31T00:00:00.000Z"),
        ('date("soon", "yyyy", "2026-01-01")', "2026-01-01T00:00:00.000Z"),
        ('format(when, "M/d/yy h:mm a")', "1/31/26 9:30 AM"),
        ('dformat(0, "yyyy-MM-dd")', "1970-01-01"),
        ('zone_date_to_utc("2026-01-31T10:30:00+01:00")', "2026-01-31T09:30:00.000Z"),
        ('to_timestamp("1970-01-01T00:00:01Z")', 1_000),
        ('date_part("day", when)', 31),
        ("uuid() == uuid()", True),
    ],
)
def test_an_expression_has_its_value(expression: str, value: Json) -> None:
    found = value_of(expression)

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("1 / 0", "division by zero"),
        ("first + 1", "numbers are needed here"),
        ("first && true", "a condition must be true or false"),
        ("left(first, 'x')", "left: a whole number is needed here"),
        ("join(',', first)", "join: a list is needed here"),
        ("get_keys(first)", "get_keys: an object is needed here"),
        ("to_integer('1_000')", "to_integer: this is no whole number"),
        ("to_float('nan')", "to_float: this is no number"),
        ("explode(first, '')", "explode: the separator is empty"),
        ("replacestr(first, '', 'x')", "replacestr: there is nothing to look for"),
        ("to_object('a', 1, 'b')", "to_object: names and values in turn are needed"),
        ("date('soon')", "date: 'soon' is no date that is known here: give its pattern"),
        ("date('2026', 'Q')", "date: '2026' is not of the pattern Q"),
        ("date('2026', 'yyyyy')", "date: 'yyyyy' in the pattern 'yyyyy' is not known here"),
        ("date('2026-02-30')", "date: '2026-02-30' is no date that is known here: give its pattern"),
        ("date_part('century', when)", "date_part: there is no part 'century' of a date"),
        ("get_url_host('http://[x')", "get_url_host: this is no address"),
        ("get_url_port('http://x:99999')", "get_url_port: this is no address"),
        ("dformat(99999999999999999, 'yyyy')", "dformat: this is no time that there is"),
    ],
)
def test_a_value_that_does_not_fit_is_said_by_the_function(expression: str, message: str) -> None:
    with pytest.raises(EvaluationError) as error:
        value_of(expression)

    assert str(error.value) == message


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("", "expected a value, found the end"),
        ("first +", "character 8: expected a value, found the end"),
        ("first last", "character 7: expected end, found last"),
        ("(first", "expected ), found the end"),
        ("concat(first last)", "character 14: expected ,, found last"),
        ("concat()", "concat takes 1 to 64 values, not 0"),
        ("uuid(1)", "uuid takes 0 values, not 1"),
        ("iif(1, 2)", "iif takes 3 values, not 2"),
        ("system('x')", "there is no function 'system'"),
        ("first # last", "character 7: '# last' cannot be read"),
        ("'open", 'character 1: "\'open" cannot be read'),
        ("(" * 50 + "1" + ")" * 50, "nests deeper than 40 levels"),
        ("!" * 50 + "true", "nests deeper than 40 levels"),
        ("1" * (MAX_EXPRESSION_CHARACTERS + 1), "more than 4096 characters"),
        ("lines[-1]", "cannot be read"),
    ],
)
def test_what_is_no_expression_is_said_with_its_place(expression: str, message: str) -> None:
    with pytest.raises(MappingError) as error:
        compile_expression(expression)

    assert message in str(error.value)
