"""Texts with tokens in them, such as ``%closest([data-sku])[data-price] | number%``: from text to value.

The grammar (tag-management 7.2; docs/reference/property.md says it with examples):

    template   = { literal | "%%" | "%" reference { "|" pipe } "%" }
    reference  = ( name | "event" | "item" | "old" ) path
               | ( "this" | "closest(" css ")" ) [ "[" attribute "]" | " " css | path ]
    path       = { "." key | "[" index "]" | "[" quoted key "]" }
    pipe       = function [ "(" argument { "," argument } ")" ]

One token alone keeps its value's type; text with tokens is a string; ``%%`` is a per cent sign. Selectors may hold
anything, ``%`` and ``|`` included, inside brackets and quotes.
"""

import re
from typing import Literal, TypeAlias

from server.model.container import DataToken, ElementToken, FactToken, Path, Pipe, Text, Token
from server.property.cursor import MAX_TEMPLATE_CHARACTERS, Cursor, TemplateError
from server.property.names import did_you_mean
from server.property.pipes import ELEMENT_PIPES, PIPES, PipeError, check_pipe
from server.property.selectors import SelectorError, check_selector, find_end

ParsedTemplate: TypeAlias = str | Token | Text

RESERVED_NAMES = frozenset({"this", "closest", "event", "item", "old"})
MAX_PATH_KEYS = 20
MAX_PIPES = 10

# What reaches beyond JSON data in JavaScript.
_FORBIDDEN_KEYS = frozenset({"__proto__", "prototype", "constructor"})
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_KEY = re.compile(r"[A-Za-z0-9_$@:-]+")
_INDEX = re.compile(r"[0-9]{1,4}(?=\])")
_ATTRIBUTE = re.compile(r"[A-Za-z_][A-Za-z0-9_:.-]*(?=\])")
_PIPE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")


def parse_template(text: str) -> ParsedTemplate:
    """A string without tokens as it is, one token alone, or text with parts; raises TemplateError for anything else."""
    if len(text) > MAX_TEMPLATE_CHARACTERS:
        raise TemplateError(
            f"A text with tokens has at most {MAX_TEMPLATE_CHARACTERS} characters.", MAX_TEMPLATE_CHARACTERS
        )
    cursor = Cursor(text)
    parts: list[str | Token] = []
    while not cursor.at_end():
        part = _part(cursor)
        if isinstance(part, str) and parts and isinstance(parts[-1], str):
            parts[-1] += part
        else:
            parts.append(part)
    if not parts:
        return ""
    return parts[0] if len(parts) == 1 else Text(tuple(parts))


def parse_pipe(text: str) -> Pipe:
    """One pipe alone, as data elements list them: ``max(100)``. Raises TemplateError."""
    if len(text) > MAX_TEMPLATE_CHARACTERS:
        raise TemplateError(f"A pipe has at most {MAX_TEMPLATE_CHARACTERS} characters.", MAX_TEMPLATE_CHARACTERS)
    cursor = Cursor(text)
    cursor.skip_space()
    pipe = _pipe(cursor)
    cursor.skip_space()
    if not cursor.at_end():
        raise cursor.error("Only one pipe can stand here.")
    return pipe


def _part(cursor: Cursor) -> str | Token:
    if cursor.take("%%"):
        return "%"
    if not cursor.take("%"):
        start = cursor.position
        end = cursor.text.find("%", start)
        cursor.position = end if end >= 0 else len(cursor.text)
        return cursor.text[start : cursor.position]
    token = _token(cursor)
    cursor.skip_space()
    if not cursor.take("%"):
        raise cursor.error("A `%` is missing here to end the token; a single per cent sign is written `%%`.")
    return token


def _token(cursor: Cursor) -> Token:
    start = cursor.position
    if cursor.take("closest("):
        return _element(cursor, up=_selector(cursor, stops=")"))
    name = cursor.match(_NAME)
    if not name:
        raise cursor.error("A name is missing after the `%`; a single per cent sign is written `%%`.")
    match name:
        case "this":
            return _element(cursor, up=None)
        case "closest":
            raise cursor.error("`closest` needs a selector, as in `%closest(form)%`.")
        case "event" | "item" | "old":
            return _fact(cursor, name)
        case _:
            if len(name) > 64:
                raise TemplateError("The name of a data element has at most 64 characters.", start)
            path = _path(cursor)
            return DataToken(name=name, path=path, pipe=_pipes(cursor))


def _fact(cursor: Cursor, root: Literal["event", "item", "old"]) -> FactToken:
    path = _path(cursor)
    return FactToken(root=root, path=path, pipe=_pipes(cursor))


def _element(cursor: Cursor, *, up: str | None) -> ElementToken:
    attr = down = None
    path: Path = ()
    if cursor.take("["):
        attr = cursor.match(_ATTRIBUTE)
        if not attr:
            raise cursor.error("An attribute's name is missing; a selector needs a space before it.")
        cursor.take("]")
    elif cursor.peek() == ".":
        path = _property(cursor)
    elif cursor.skip_space() and cursor.peek() not in ("|", "%", ""):
        down = _selector(cursor, stops="|%")
    pipes = _pipes(cursor)
    reads_element = attr is None and not path
    if reads_element and pipes and pipes[0][0] not in ELEMENT_PIPES:
        # No other pipe takes an element. One without pipes is read as text in the end; both mean what it says.
        pipes = (("text",), *pipes)
    return ElementToken(up=up, down=down, attr=attr, path=path, pipe=pipes)


def _selector(cursor: Cursor, *, stops: str) -> str:
    """A selector up to one of ``stops``; a ``)`` that closes it is taken, ``|`` and ``%`` are left."""
    start = cursor.position
    try:
        end = find_end(cursor.text, start, stops=stops)
    except SelectorError as error:
        raise TemplateError(str(error), error.position) from error
    selector = cursor.text[start:end].strip()
    try:
        check_selector(selector)
    except SelectorError as error:
        raise TemplateError(str(error), cursor.text.index(selector, start) + error.position) from error
    cursor.position = end
    if stops == ")" and not cursor.take(")"):
        raise TemplateError("`closest(` is never closed.", start)
    return selector


def _path(cursor: Cursor) -> Path:
    path: list[str | int] = []
    while True:
        if cursor.take("."):
            path.append(_key(cursor, cursor.match(_KEY)))
        elif cursor.take("["):
            path.append(_index(cursor))
        else:
            return tuple(path)
        if len(path) > MAX_PATH_KEYS:
            raise cursor.error(f"A path has at most {MAX_PATH_KEYS} keys.")


def _property(cursor: Cursor) -> Path:
    """Of an element: one property, or one of its data attributes. The snippet reads nothing that lies further."""
    start = cursor.position
    path = _path(cursor)
    if not isinstance(path[0], str) or len(path) != (2 if path[0] == "dataset" else 1):
        message = "Of an element, one property can be read, as in `%this.href%`, or `%this.dataset.sku%`."
        raise TemplateError(message, start)
    return path


def _index(cursor: Cursor) -> str | int:
    if cursor.peek() in ("'", '"'):
        key: str | int = _key(cursor, cursor.quoted())
    else:
        digits = cursor.match(_INDEX)
        if not digits:
            raise cursor.error("In brackets stands a number or a key in quotes, as in `%items[0]%`.")
        key = int(digits)
    if not cursor.take("]"):
        raise cursor.error("A `]` is missing here.")
    return key


def _key(cursor: Cursor, key: str) -> str:
    if not key:
        raise cursor.error("A key is missing here.")
    if key in _FORBIDDEN_KEYS:
        raise cursor.error(f"`{key}` cannot be read.")
    return key


def _pipes(cursor: Cursor) -> tuple[Pipe, ...]:
    pipes: list[Pipe] = []
    cursor.skip_space()
    while cursor.take("|"):
        cursor.skip_space()
        pipe = _pipe(cursor)
        if pipe[0] in ELEMENT_PIPES and pipes:
            raise cursor.error(f"`{pipe[0]}` reads the element, so it must be the first pipe.")
        pipes.append(pipe)
        if len(pipes) > MAX_PIPES:
            raise cursor.error(f"At most {MAX_PIPES} pipes follow each other.")
        cursor.skip_space()
    return tuple(pipes)


def _pipe(cursor: Cursor) -> Pipe:
    start = cursor.position
    name = cursor.match(_PIPE_NAME)
    if not name:
        raise cursor.error("The name of a pipe is missing here.")
    if name not in PIPES:
        raise TemplateError(f"There is no pipe `{name}`.{did_you_mean(name, PIPES)}", start)
    pipe: Pipe = (name, *_arguments(cursor))
    try:
        check_pipe(pipe)
    except PipeError as error:
        raise TemplateError(str(error), start) from error
    return pipe


def _arguments(cursor: Cursor) -> tuple[object, ...]:
    arguments: list[object] = []
    if not cursor.take("("):
        return ()
    cursor.skip_space()
    while not cursor.take(")"):
        arguments.append(cursor.argument())
        cursor.skip_space()
        if cursor.take(","):
            cursor.skip_space()
        elif cursor.peek() != ")":
            raise cursor.error("A `,` or `)` is missing.")
    return tuple(arguments)
