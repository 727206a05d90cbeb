"""Compiled schemas, kept for as long as they are what the configuration has."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from server.model.datastream import Configuration
from server.model.schema import SchemaId
from server.schema.errors import SchemaError

logger = logging.getLogger(__name__)


Compiled = TypeVar("Compiled")
"""A validator, or whatever else a schema is compiled to."""


class Validators(Generic[Compiled]):
    """``validators(configuration, schema_id)``: the validator, or None when there is no such schema or it is faulty.

    A schema is compiled again when it has changed, and not with every change of the configuration: what is remembered
    by a validator (pipeline/enricher.py) stays good. ``compile_``: a stored schema into a validator; raises SchemaError
    for a faulty one.
    """

    def __init__(self, compile_: Callable[[Mapping[str, Any]], Compiled]) -> None:
        self._compile = compile_
        self._revision: int | None = None
        self._current: dict[SchemaId, Compiled | None] = {}
        self._made: dict[SchemaId, tuple[Mapping[str, Any], Compiled | None]] = {}

    def __call__(self, configuration: Configuration, schema_id: SchemaId) -> Compiled | None:
        if configuration.revision != self._revision:
            self._revision = configuration.revision
            self._current = {}
            self._made = {name: made for name, made in self._made.items() if name in configuration.schemas}
        if schema_id not in self._current:
            self._current[schema_id] = self._find(configuration.schemas.get(schema_id), schema_id)
        return self._current[schema_id]

    def _find(self, document: Mapping[str, Any] | None, schema_id: SchemaId) -> Compiled | None:
        if document is None:
            return None
        before, compiled = self._made.get(schema_id, (None, None))
        if before != document:
            compiled = self._compiled(document, schema_id)
            self._made[schema_id] = (document, compiled)
        return compiled

    def _compiled(self, document: Mapping[str, Any], schema_id: SchemaId) -> Compiled | None:
        try:
            return self._compile(document)
        except SchemaError as error:
            # Said once: every event of the dataset fails by name until it is mended.
            logger.error("schema cannot be compiled id=%s error=%s", schema_id, error)
            return None
