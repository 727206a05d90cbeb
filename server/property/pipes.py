"""The fixed list of pipes: functions that a token's value goes through, such as ``| cleanText | max(100)``.

The snippet has the same list (static/snippet/engine); here is what each takes, so that a fault is found at publish.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from server.model.container import Pipe
from server.model.json import Json
from server.property.regexes import RegexError, check_regex
from server.property.selectors import SelectorError, check_selector

Kind = Literal["text", "count", "integer", "decimal", "scalar", "table", "regex", "selector"]

# They read an element, so they can only be the first of a token's.
ELEMENT_PIPES = frozenset({"text", "value", "matches"})

# A pick or omit of more keys is a job for the data layer.
MAX_KEYS = 50
# Of characters kept; longer than any XDM field.
MAX_COUNT = 100_000


@dataclass(frozen=True, slots=True)
class PipeSpec:
    """What one pipe takes. ``needed``: how many arguments at least; ``rest``: the last kind may be repeated."""

    does: str
    example: str
    kinds: tuple[Kind, ...] = ()
    needed: int = 0
    rest: bool = False


class PipeError(ValueError):
    """A sentence about one pipe or its arguments."""


PIPES: Mapping[str, PipeSpec] = MappingProxyType(
    {
        "text": PipeSpec("the element's text", "%this | text%"),
        "value": PipeSpec("what is entered in the field", "%closest(form) input[name=qty] | value%"),
        "number": PipeSpec(
            "a number read from text; the decimal sign is the point unless the comma is named",
            "%this[data-price] | number(',')%",
            ("decimal",),
        ),
        "integer": PipeSpec("a whole number read from text", "%item.qty | integer%", ("decimal",)),
        "boolean": PipeSpec("true or false", "%event.order.free | boolean%"),
        "string": PipeSpec("the value as text", "%event.order.id | string%"),
        "date": PipeSpec("a date and time as XDM wants it (ISO 8601)", "%event.order.placedAt | date%"),
        "lower": PipeSpec("in small letters", "%campaign | lower%"),
        "upper": PipeSpec("in capital letters", "%currency | upper%"),
        "trim": PipeSpec("without white space at its ends", "%this[data-sku] | trim%"),
        "cleanText": PipeSpec("every run of white space as one space, none at the ends", "%this | text | cleanText%"),
        "max": PipeSpec("its first n characters", "%this | text | max(100)%", ("count",), 1),
        "replace": PipeSpec(
            "every occurrence of one text replaced by another",
            "%this[data-sku] | replace('-', '')%",
            ("text", "text"),
            2,
        ),
        "split": PipeSpec("a list, cut at a separator", "%this[data-tags] | split(',')%", ("text",), 1),
        "join": PipeSpec("one text from a list, with a separator", "%event.tags | join(', ')%", ("text",), 1),
        "at": PipeSpec(
            "one entry of a list, from 0; negative counts from the end", "%event.tags | at(-1)%", ("integer",), 1
        ),
        "first": PipeSpec("the first entry of a list", "%orderItems | first%"),
        "last": PipeSpec("the last entry of a list", "%orderItems | last%"),
        "length": PipeSpec("how many entries a list, or characters a text, has", "%orderItems | length%"),
        "slice": PipeSpec(
            "a part of a list or text, from a up to but without b",
            "%pageUrl | slice(0, 200)%",
            ("integer", "integer"),
            1,
        ),
        "default": PipeSpec("another value when there is none", "%item.qty | default(1)%", ("scalar",), 1),
        "map": PipeSpec(
            "the table's entry for the value; `*` is for all others",
            "%this[data-kind] | map({'b': 'book', '*': 'other'})%",
            ("table",),
            1,
        ),
        "regex": PipeSpec(
            "what a regular expression finds, or one group of it",
            "%pageUrl | regex('/p/([a-z0-9]+)', 1)%",
            ("regex", "count"),
            1,
        ),
        "stripQuery": PipeSpec("a URL without query and fragment", "%this.href | stripQuery%"),
        "origin": PipeSpec("a URL's scheme, host and port", "%referrer | origin%"),
        "path": PipeSpec("a URL's path", "%pageUrl | path%"),
        "pick": PipeSpec(
            "an object with only these keys", "%event.order | pick('id', 'total')%", ("text",), 1, rest=True
        ),
        "omit": PipeSpec("an object without these keys", "%event.order | omit('email')%", ("text",), 1, rest=True),
        "json": PipeSpec("the value as JSON text", "%event.order | json%"),
        "matches": PipeSpec(
            "whether the element is one that a selector finds", "%this | matches('nav a')%", ("selector",), 1
        ),
        "sha256": PipeSpec("the SHA-256 of the text, as 64 hexadecimal digits", "%email | trim | lower | sha256%"),
    }
)


def check_pipe(pipe: Pipe) -> None:
    """Return when the pipe exists and its arguments are as it takes them; raise PipeError otherwise."""
    name, arguments = pipe[0], pipe[1:]
    spec = PIPES[name]
    most = MAX_KEYS if spec.rest else len(spec.kinds)
    if not spec.needed <= len(arguments) <= most:
        raise PipeError(f"`{name}` takes {_describe_count(spec)}, as in `{spec.example}`.")
    for index, argument in enumerate(arguments):
        fits, wanted = _KINDS[spec.kinds[min(index, len(spec.kinds) - 1)]]
        if not fits(argument):
            raise PipeError(f"In `{name}`, {wanted}, as in `{spec.example}`.")
    if name == "regex":
        _check_regex(*arguments)


def _describe_count(spec: PipeSpec) -> str:
    if spec.rest:
        return f"one to {MAX_KEYS} arguments"
    words = ("no argument", "one argument", "two arguments")
    return words[spec.needed] if spec.needed == len(spec.kinds) else f"{words[spec.needed]} or {words[len(spec.kinds)]}"


def _is_whole_from_zero(argument: Json) -> bool:
    return type(argument) is int and 0 <= argument <= MAX_COUNT


def _is_selector(argument: Json) -> bool:
    try:
        check_selector(argument if isinstance(argument, str) else "")
    except SelectorError:
        return False
    return True


def _is_scalar(argument: Json) -> bool:
    return not isinstance(argument, dict | list | None)


def _is_table(argument: Json) -> bool:
    return isinstance(argument, dict) and bool(argument) and all(map(_is_scalar, argument.values()))


# kind of an argument -> (whether it is one, what it must be)
_KINDS: Mapping[Kind, tuple[Callable[[Json], bool], str]] = MappingProxyType(
    {
        "text": (lambda argument: isinstance(argument, str), "an argument must be a text in quotes"),
        "regex": (lambda argument: isinstance(argument, str), "the regular expression must be a text in quotes"),
        "selector": (_is_selector, "the argument must be a CSS selector in quotes"),
        "decimal": (lambda argument: argument in (",", "."), "the decimal sign must be ',' or '.'"),
        "integer": (lambda argument: type(argument) is int, "an argument must be a whole number"),
        "count": (_is_whole_from_zero, "an argument must be a whole number from 0"),
        "scalar": (_is_scalar, "an argument must be a text, a number, true or false"),
        "table": (_is_table, "the argument must be a table of texts, numbers, true or false"),
    }
)


def _check_regex(pattern: str, *groups: int) -> None:
    try:
        captured = check_regex(pattern)
    except RegexError as error:
        raise PipeError(f"In `regex`, the regular expression is refused: {error}") from error
    if groups and groups[0] > captured:
        raise PipeError(f"The regular expression has {captured} groups; there is no group {groups[0]}.")
