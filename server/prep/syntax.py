"""The expressions of a mapping set: text to a function of the raw object.

``concat(first, " ", last)``, ``iif(total > 100, "big", "small")``: names are paths into the raw object, functions are
those of server/prep/functions/, operators are those of Java. No loops, no assignments: an expression ends.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from server.model.json import Json
from server.prep.errors import EvaluationError, MappingError
from server.prep.functions import FUNCTIONS, LAZY_FUNCTIONS, Facts
from server.prep.operators import BINARY, negate, not_
from server.prep.paths import Path, get, parse_path

# The platform's own limit for a calculated field.
MAX_EXPRESSION_CHARACTERS = 4_096
MAX_NESTING = 40


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression is evaluated for: one raw object, and what is known of its arrival."""

    raw: Json
    facts: Facts


Evaluate: TypeAlias = Callable[[Scope], Json]


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


_TOKEN: Final = re.compile(
    r"""\s*(?:
        (?P<number>\d+(?:\.\d+)?)
      | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<name>(?:\$\{[^}]+\}|[A-Za-z_@](?:[\w@:]|\\.)*)(?:\[(?:\d{1,4}|\*)\])*
          (?:\.(?:\$\{[^}]+\}|(?:[\w@:]|\\.)+)(?:\[(?:\d{1,4}|\*)\])*)*)
      | (?P<sign>==|!=|<=|>=|&&|\|\||[-+*/%<>!(),])
    )""",
    re.VERBOSE,
)
_LITERALS: Final[Mapping[str, Json]] = {"true": True, "false": False, "null": None}
_ESCAPES: Final[Mapping[str, str]] = {"n": "\n", "t": "\t", "r": "\r"}

# From weak to strong.
_LEVELS: Final = (("||",), ("&&",), ("==", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "/", "%"))


def compile_expression(text: str) -> Evaluate:
    """Raises MappingError, saying where. What it returns raises EvaluationError."""
    if len(text) > MAX_EXPRESSION_CHARACTERS:
        raise MappingError(f"the expression has more than {MAX_EXPRESSION_CHARACTERS} characters")
    parser = _Parser(_tokens(text))
    evaluate = parser.level(0, 0)
    parser.expect("end")
    return evaluate


def _tokens(text: str) -> list[_Token]:
    tokens, at = [], 0
    stripped = text.rstrip()
    while at < len(stripped):
        match = _TOKEN.match(stripped, at)
        if match is None:
            at += len(stripped[at:]) - len(stripped[at:].lstrip())
            raise MappingError(f"character {at + 1}: {stripped[at : at + 10]!r} cannot be read")
        kind = str(match.lastgroup)
        tokens.append(_Token(kind, match[kind], match.start(kind)))
        at = match.end()
    tokens.append(_Token("end", "the end", len(stripped)))
    return tokens


class _Parser:
    """Precedence climbing over the tokens; each method gives the function of what it has read."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._next = 0

    def level(self, level: int, depth: int) -> Evaluate:
        if depth > MAX_NESTING:
            raise MappingError(f"the expression nests deeper than {MAX_NESTING} levels")
        if level == len(_LEVELS):
            return self._unary(depth)
        left = self.level(level + 1, depth)
        while self._peek().kind == "sign" and self._peek().text in _LEVELS[level]:
            operator = BINARY[self._take().text]
            left = operator(left, self.level(level + 1, depth))
        return left

    def expect(self, kind: str, text: str = "") -> _Token:
        token = self._take()
        if token.kind != kind or (text and token.text != text):
            raise MappingError(f"character {token.at + 1}: expected {text or kind}, found {token.text}")
        return token

    def _unary(self, depth: int) -> Evaluate:
        token = self._peek()
        if token.kind == "sign" and token.text in ("!", "-"):
            self._take()
            operand = self._nested_unary(depth)
            return not_(operand) if token.text == "!" else negate(operand)
        return self._primary(depth)

    def _nested_unary(self, depth: int) -> Evaluate:
        if depth > MAX_NESTING:
            raise MappingError(f"the expression nests deeper than {MAX_NESTING} levels")
        return self._unary(depth + 1)

    def _primary(self, depth: int) -> Evaluate:
        token = self._take()
        match token.kind:
            case "number":
                return _constant(float(token.text) if "." in token.text else int(token.text))
            case "string":
                return _constant(_unquoted(token.text))
            case "name" if self._peek().text == "(" and self._peek().kind == "sign":
                return self._call(token, depth)
            case "name" if token.text in _LITERALS:
                return _constant(_LITERALS[token.text])
            case "name":
                return _attribute(parse_path(token.text))
            case "sign" if token.text == "(":
                inner = self.level(0, depth + 1)
                self.expect("sign", ")")
                return inner
        raise MappingError(f"character {token.at + 1}: expected a value, found {token.text}")

    def _call(self, name: _Token, depth: int) -> Evaluate:
        self._take()
        arguments: list[Evaluate] = []
        while self._peek().text != ")":
            if arguments:
                self.expect("sign", ",")
            arguments.append(self.level(0, depth + 1))
        self._take()
        return _called(name, arguments)

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        self._next = min(self._next + 1, len(self._tokens) - 1)
        return token


def _called(name: _Token, arguments: list[Evaluate]) -> Evaluate:
    lazy = LAZY_FUNCTIONS.get(name.text)
    function = FUNCTIONS.get(name.text) if lazy is None else lazy
    if function is None:
        raise MappingError(f"character {name.at + 1}: there is no function {name.text!r}")
    if not function.least <= len(arguments) <= function.most:
        most = f" to {function.most}" if function.most != function.least else ""
        raise MappingError(
            f"character {name.at + 1}: {name.text} takes {function.least}{most} values, not {len(arguments)}"
        )
    if lazy is not None:
        run_lazily = lazy.run
        return lambda scope: run_lazily([_later(argument, scope) for argument in arguments])
    run = FUNCTIONS[name.text].run

    def call(scope: Scope) -> Json:
        values = [argument(scope) for argument in arguments]
        try:
            return run(scope.facts, *values)
        except EvaluationError as error:
            raise EvaluationError(f"{name.text}: {error}") from None
        except (TypeError, ValueError, OverflowError, AttributeError, LookupError) as error:
            # A value of a kind that the function is not for; its own words are good enough.
            raise EvaluationError(f"{name.text}: {error}") from None

    return call


def _later(argument: Evaluate, scope: Scope) -> Callable[[], Json]:
    return lambda: argument(scope)


def _constant(value: Json) -> Evaluate:
    return lambda _scope: value


def _attribute(path: Path) -> Evaluate:
    return lambda scope: get(scope.raw, path)


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), text[1:-1])
