"""Stored schemas made into what uses them: put together from the built-in components, compiled."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.model.json import JsonObject
from server.ports import Validator
from server.schema.builtins import builtin_documents

_RECORD = "record"


@dataclass(frozen=True, slots=True)
class CompiledSchema:
    """``schema``: resolved, as ``validator`` was compiled from it."""

    validator: Validator
    schema: JsonObject


class StoredSchemas:
    """Reads the built-in components once."""

    def __init__(self) -> None:
        self._components = builtin_documents()

    def compile(self, document: Mapping[str, Any]) -> CompiledSchema:
        """Raises SchemaError. May take a second for a very large schema."""
        # Here alone: collectors validate seldom, and the library is a fifth of their memory.
        from server.schema.compile import compile_schema

        resolved = self.resolve(document)
        return CompiledSchema(compile_schema(resolved), resolved)

    def resolve(self, document: Mapping[str, Any]) -> JsonObject:
        """Self-contained. Raises SchemaError."""
        from server.schema.compose import resolve_schema

        return resolve_schema(document, self._components.get)

    def is_record(self, document: Mapping[str, Any]) -> bool:
        """Whether it is of a class that describes something, rather than something that happens."""
        named = self._components.get(str(document.get("meta:class", "")), {})
        return named.get("meta:behavior") == _RECORD
