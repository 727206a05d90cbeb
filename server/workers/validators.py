"""Compiled schemas, kept for as long as the configuration they come from."""

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

    ``compile_``: a stored schema into a validator; raises SchemaError for a faulty one.
    """

    def __init__(self, compile_: Callable[[Mapping[str, Any]], Compiled]) -> None:
        self._compile = compile_
        self._revision: int | None = None
        self._compiled: dict[SchemaId, Compiled | None] = {}

    def __call__(self, configuration: Configuration, schema_id: SchemaId) -> Compiled | None:
        if configuration.revision != self._revision:
            self._revision = configuration.revision
            self._compiled = {}
        if schema_id not in self._compiled:
            self._compiled[schema_id] = self._made(configuration.schemas.get(schema_id), schema_id)
        return self._compiled[schema_id]

    def _made(self, document: Mapping[str, Any] | None, schema_id: SchemaId) -> Compiled | None:
        if document is None:
            return None
        try:
            return self._compile(document)
        except SchemaError as error:
            # Said once for each configuration: every event of the dataset fails by name until it is mended.
            logger.error("schema cannot be compiled id=%s error=%s", schema_id, error)
            return None
