"""The functions of the mapping language: one file a kind. The reference's table is held to these by a test."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from server.prep.functions.dates import DATE_FUNCTIONS
from server.prep.functions.function import Facts as Facts
from server.prep.functions.function import Function, LazyFunction
from server.prep.functions.text import TEXT_FUNCTIONS
from server.prep.functions.values import LAZY_VALUE_FUNCTIONS, VALUE_FUNCTIONS

FUNCTIONS: Final[Mapping[str, Function]] = MappingProxyType({**TEXT_FUNCTIONS, **VALUE_FUNCTIONS, **DATE_FUNCTIONS})
LAZY_FUNCTIONS: Final[Mapping[str, LazyFunction]] = LAZY_VALUE_FUNCTIONS
