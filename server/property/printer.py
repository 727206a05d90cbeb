"""The reverse of reading tokens: a template as the text that a person would write."""

import json
import re
from collections.abc import Sequence

from server.model.container import DataToken, FactToken, Path, Pipe, Text, Token
from server.model.json import Json
from server.property.tokens import ParsedTemplate

_KEY = re.compile(r"[A-Za-z0-9_$@:-]+")


def print_template(template: ParsedTemplate) -> str:
    """Text that parses back into the same template."""
    match template:
        case str():
            return template.replace("%", "%%")
        case Text(parts=parts):
            return "".join(print_template(part) for part in parts)
        case _:
            return f"%{_reference(template)}{''.join(f' | {print_pipe(pipe)}' for pipe in template.pipe)}%"


def print_pipe(pipe: Pipe) -> str:
    """``max(100)``."""
    arguments = ", ".join(_argument(argument) for argument in pipe[1:])
    return f"{pipe[0]}({arguments})" if arguments else str(pipe[0])


def _reference(token: Token) -> str:
    if isinstance(token, DataToken):
        return token.name + _path(token.path)
    if isinstance(token, FactToken):
        return token.root + _path(token.path)
    start = "this" if token.up is None else f"closest({token.up})"
    if token.attr is not None:
        return f"{start}[{token.attr}]"
    return f"{start} {token.down}" if token.down is not None else start + _path(token.path)


def _path(path: Path) -> str:
    return "".join(_key(key) for key in path)


def _key(key: str | int) -> str:
    if isinstance(key, int):
        return f"[{key}]"
    return f".{key}" if _KEY.fullmatch(key) else f"[{_quoted(key)}]"


def _argument(argument: Json) -> str:
    if isinstance(argument, str):
        return _quoted(argument)
    if isinstance(argument, dict):
        return "{" + ", ".join(f"{_quoted(key)}: {_argument(value)}" for key, value in argument.items()) + "}"
    if isinstance(argument, Sequence):
        return "[" + ", ".join(_argument(item) for item in argument) + "]"
    return json.dumps(argument)


def _quoted(text: str) -> str:
    quote = '"' if "'" in text and '"' not in text else "'"
    # A backslash needs one of its own only where it would be read as an escape: before a quote or another backslash.
    escaped = re.sub(r"\\(?=[\\'\"]|$)", r"\\\\", text)
    return quote + escaped.replace(quote, "\\" + quote) + quote
