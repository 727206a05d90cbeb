"""Our validator says what the reference implementation says, on generated schemas and documents."""

import copy
import datetime
import ipaddress
import itertools
import re
import uuid
from typing import Any

import jsonschema
from hypothesis import given, reject
from hypothesis import strategies as st

from server.model.json import Json, JsonObject
from server.schema.compile import compile_schema
from server.schema.compose import resolve_schema
from server.schema.errors import SchemaError

NAMES = ("a", "b", "c", "_id")

# Not compared, because the two disagree about them by design:
# - patterns with look-around, back-references or classes that depend on the engine (\d, \w, \s, \b, $ before a line
#   end): ours refuses the first two and takes ECMA's meaning for the rest, Python's re has its own;
# - formats other than those below: the reference checks most of them only with further packages, by other grammars;
# - whole numbers beyond 2**53 - 1: ours refuses them everywhere, which resolving a schema adds to it;
# - floats that are no JSON (NaN, infinities), and strings with lone surrogates;
# - multipleOf with fractions: both are right about different roundings.
PATTERNS = ("^[a-c]+$", "^a", "b", "c{2,3}", "^(a|bc)*$", "[^a]", "^.{1,2}$")
SOUND_NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False, width=32)

DATE_TIMES = (
    "2026-01-31T09:30:00Z",
    "2026-01-31T09:30:00.25+01:00",
    "2024-02-29T23:59:59-11:30",
    "2026-02-29T00:00:00Z",
    "2026-01-31T09:30:00",
    "2026-01-31 09:30:00Z",
    "2026-01-31T24:00:00Z",
    "2026-01-31T09:30:60Z",
    "2026-01-31T09:30:00+24:00",
    "2026-01-31T09:30Z",
    "0000-01-01T00:00:00Z",
    "x",
)

checker = jsonschema.FormatChecker(formats=())


@checker.checks("date-time")
def is_date_time(value: object) -> bool:
    """What we mean by date-time (server/schema/formats.py), written another way: by the calendar of the library."""
    if not isinstance(value, str):
        return True
    if not re.fullmatch(r"[1-9]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", value, re.ASCII):
        return False
    try:
        datetime.datetime.fromisoformat(re.sub(r"\.\d+", "", value))
    except ValueError:
        return False
    return True


OTHER_FORMATS = {
    "date": ("2026-01-31", "2024-02-29", "2026-02-29", "0999-01-01", "2026-1-31", "20260131", "2026-W05-6", "x"),
    "ipv4": ("192.0.2.1", "255.255.255.255", "192.0.2.256", "192.0.2", "192.0.2.1.1", "192.0.2.01", " 192.0.2.1", "x"),
    "ipv6": ("2001:db8::1", "::", "::ffff:192.0.2.1", "2001:db8", "2001:db8::1::", "12345::", "[::1]", "x"),
    "uuid": (
        "123e4567-e89b-42d3-a456-426614174000",
        "123E4567-E89B-42D3-A456-426614174000",
        "123e4567e89b42d3a456426614174000",
        "123e4567-e89b-42d3-a456-42661417400g",
        "{123e4567-e89b-42d3-a456-426614174000}",
    ),
}


@checker.checks("date")
def is_date(value: object) -> bool:
    if not isinstance(value, str):
        return True
    if not re.fullmatch(r"[1-9]\d{3}-\d\d-\d\d", value, re.ASCII):
        return False
    try:
        datetime.date.fromisoformat(value)
    except ValueError:
        return False
    return True


@checker.checks("ipv4", raises=ValueError)
def is_ipv4(value: object) -> bool:
    return not isinstance(value, str) or bool(ipaddress.IPv4Address(value))


@checker.checks("ipv6", raises=ValueError)
def is_ipv6(value: object) -> bool:
    return not isinstance(value, str) or ipaddress.IPv6Address(value).version == 6


@checker.checks("uuid", raises=ValueError)
def is_uuid(value: object) -> bool:
    return not isinstance(value, str) or str(uuid.UUID(value)) == value.lower()


strings = st.sampled_from(
    ("", "a", "ab", "abc", "bcbc", "ccc", "é", "😀a", *DATE_TIMES, *itertools.chain(*OTHER_FORMATS.values()))
) | st.text(alphabet="abc", max_size=5)
scalars = st.none() | st.booleans() | SOUND_NUMBERS | strings
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from((*NAMES, "other")), inner, max_size=4),
    max_leaves=12,
)


def optional(**keywords: st.SearchStrategy[Any]) -> st.SearchStrategy[JsonObject]:
    return st.fixed_dictionaries({}, optional=keywords)


leaf_schemas = st.one_of(
    optional(
        type=st.just("string"),
        minLength=st.integers(0, 3),
        maxLength=st.integers(0, 4),
        pattern=st.sampled_from(PATTERNS),
        enum=st.lists(strings, min_size=1, max_size=3, unique=True),
    ),
    st.fixed_dictionaries(
        {"format": st.sampled_from(("date-time", *OTHER_FORMATS))}, optional={"type": st.just("string")}
    ),
    optional(
        type=st.sampled_from(("integer", "number")),
        minimum=SOUND_NUMBERS,
        maximum=SOUND_NUMBERS,
        exclusiveMinimum=st.integers(-5, 5),
        exclusiveMaximum=st.integers(-5, 5),
        multipleOf=st.integers(1, 4),
    ),
    st.sampled_from(({"type": "boolean"}, {"type": "null"}, {"type": ["string", "null"]}, {"const": "a"}, {})),
)


def composite(inner: st.SearchStrategy[JsonObject]) -> st.SearchStrategy[JsonObject]:
    fields = st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)
    required = st.lists(st.sampled_from(NAMES), max_size=2, unique=True)
    return st.one_of(
        st.fixed_dictionaries(
            {"type": st.just("object"), "properties": fields},
            optional={"required": required, "additionalProperties": inner},
        ),
        st.fixed_dictionaries(
            {"type": st.just("object"), "additionalProperties": inner},
            optional={"minProperties": st.integers(0, 2), "maxProperties": st.integers(0, 3), "required": required},
        ),
        st.fixed_dictionaries(
            {
                "type": st.just("object"),
                "properties": fields,
                "patternProperties": st.dictionaries(st.sampled_from(("^a", "^[bc]$", "_")), inner, max_size=2),
            }
        ),
        st.fixed_dictionaries(
            {"type": st.just("array"), "items": inner},
            optional={
                "minItems": st.integers(0, 2),
                "maxItems": st.integers(0, 3),
                "uniqueItems": st.booleans(),
            },
        ),
    )


schemas = st.recursive(leaf_schemas, composite, max_leaves=8)


def reference_accepts(resolved: JsonObject, document: Json) -> bool:
    return jsonschema.Draft202012Validator(resolved, format_checker=checker).is_valid(document)


def resolved_schema(schema: JsonObject) -> JsonObject:
    return resolve_schema({"properties": {"x": schema}, "required": ["x"]}, {"": {}}.get)


@given(schema=schemas, value=documents)
def test_valid_here_is_valid_for_the_reference_and_the_other_way_round(schema: JsonObject, value: Json) -> None:
    resolved = resolved_schema(schema)

    found = compile_schema(resolved).violations({"x": value})

    assert (not found) == reference_accepts(resolved, {"x": value})


@given(data=st.data(), schema=schemas)
def test_documents_made_for_a_schema_are_judged_alike(data: st.DataObject, schema: JsonObject) -> None:
    """Random documents seldom fit: these are grown along the schema, and are right about as often as wrong."""
    resolved = resolved_schema(schema)
    document = {"x": data.draw(grown(schema))}

    found = compile_schema(resolved).violations(document)

    assert (not found) == reference_accepts(resolved, document)


@given(schema=schemas, value=documents)
def test_validating_changes_nothing_and_every_violation_says_where(schema: JsonObject, value: Json) -> None:
    resolved = resolved_schema(schema)
    document = {"x": value}
    before = copy.deepcopy((resolved, document))

    found = compile_schema(resolved).violations(document)

    assert (resolved, document) == before
    assert len({(violation.path, violation.keyword) for violation in found}) == len(found)
    for violation in found:
        assert violation.path.startswith("/x")
        assert violation.message


@given(data=st.data(), one=schemas, other=schemas)
def test_a_schema_put_together_of_two_accepts_what_both_accept(
    data: st.DataObject, one: JsonObject, other: JsonObject
) -> None:
    """Merging is what closes objects: so unknown fields, which either of the two has, are left out of account."""
    whole = {"properties": {"x": {"allOf": [one, other]}}}
    try:
        validator = compile_schema(resolve_schema(whole, {"": {}}.get))
    except SchemaError:
        # No plain field accepts both: that is refused, whatever the document.
        reject()
    document = {"x": data.draw(grown(one) | grown(other) | documents)}
    opened = jsonschema.Draft202012Validator(whole, format_checker=checker)

    broken = {violation.keyword for violation in validator.violations(document)}

    if not broken:
        assert opened.is_valid(document)
    if opened.is_valid(document):
        assert broken <= {"additionalProperties"}


def grown(schema: JsonObject) -> st.SearchStrategy[Json]:
    """Values of about the shape that the schema asks for."""
    if "properties" in schema:
        fields = {name: grown(child) for name, child in schema["properties"].items()}
        return st.fixed_dictionaries({}, optional={**fields, **dict.fromkeys(schema.get("required", ()), scalars)})
    if "additionalProperties" in schema:
        return st.dictionaries(st.sampled_from(NAMES), grown(schema["additionalProperties"]), max_size=4)
    if "items" in schema:
        return st.lists(grown(schema["items"]), max_size=4)
    if "format" in schema:
        return st.sampled_from(OTHER_FORMATS.get(schema["format"], DATE_TIMES))
    if "enum" in schema:
        return st.sampled_from(schema["enum"]) | strings
    match schema.get("type"):
        case "string":
            return strings
        case "integer" | "number":
            return SOUND_NUMBERS | st.integers(-6, 6)
        case "boolean":
            return st.booleans()
    return scalars
