"""What the operators of an expression do. A value that is absent makes no sum, and is less than nothing."""

import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from server.model.json import Json
from server.prep.errors import EvaluationError

# Evaluate, without importing it: syntax.py imports this file.
_Evaluate = Callable[[Any], Json]
_Combine = Callable[[_Evaluate, _Evaluate], _Evaluate]


def is_true(value: Json) -> bool:
    """Only the boolean is."""
    if isinstance(value, bool):
        return value
    if value is None:
        return False
    raise EvaluationError("a condition must be true or false")


def not_(operand: _Evaluate) -> _Evaluate:
    return lambda scope: not is_true(operand(scope))


def negate(operand: _Evaluate) -> _Evaluate:
    def run(scope: Any) -> Json:
        value = operand(scope)
        return None if value is None else -_number(value)

    return run


def _and(left: _Evaluate, right: _Evaluate) -> _Evaluate:
    return lambda scope: is_true(left(scope)) and is_true(right(scope))


def _or(left: _Evaluate, right: _Evaluate) -> _Evaluate:
    return lambda scope: is_true(left(scope)) or is_true(right(scope))


def _equal(left: _Evaluate, right: _Evaluate) -> _Evaluate:
    return lambda scope: _same(left(scope), right(scope))


def _unequal(left: _Evaluate, right: _Evaluate) -> _Evaluate:
    return lambda scope: not _same(left(scope), right(scope))


def _same(one: Json, other: Json) -> bool:
    """True is not 1."""
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _arithmetic(apply: Callable[[Any, Any], Any]) -> _Combine:
    def combine(left: _Evaluate, right: _Evaluate) -> _Evaluate:
        def run(scope: Any) -> Json:
            one, other = left(scope), right(scope)
            if one is None or other is None:
                return None
            try:
                return apply(_number(one), _number(other))
            except ZeroDivisionError:
                raise EvaluationError("division by zero") from None
            except OverflowError:
                raise EvaluationError("the number is too large") from None

        return run

    return combine


def _comparison(apply: Callable[[Any, Any], bool]) -> _Combine:
    def combine(left: _Evaluate, right: _Evaluate) -> _Evaluate:
        def run(scope: Any) -> Json:
            one, other = left(scope), right(scope)
            if one is None or other is None:
                return False
            if isinstance(one, str) and isinstance(other, str):
                return apply(one, other)
            return apply(_number(one), _number(other))

        return run

    return combine


def _number(value: Json) -> int | float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise EvaluationError("numbers are needed here")


BINARY: Final[Mapping[str, _Combine]] = MappingProxyType(
    {
        "||": _or,
        "&&": _and,
        "==": _equal,
        "!=": _unequal,
        "<": _comparison(operator.lt),
        "<=": _comparison(operator.le),
        ">": _comparison(operator.gt),
        ">=": _comparison(operator.ge),
        "+": _arithmetic(operator.add),
        "-": _arithmetic(operator.sub),
        "*": _arithmetic(operator.mul),
        "/": _arithmetic(operator.truediv),
        "%": _arithmetic(operator.mod),
    }
)
