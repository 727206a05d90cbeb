"""Compiled mapping sets, kept for as long as the configuration they come from."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from server.model.datastream import Configuration
from server.model.json import JsonObject
from server.model.schema import SchemaId
from server.prep.mapper import Mapper
from server.schema.errors import SchemaError

logger = logging.getLogger(__name__)


class Mappers:
    """``mappers(configuration, mapping_set_id)``: the mapper, or None when it, or its schema, is gone or faulty.

    One without a line yet is none: what comes before the first is known here fails by that name, and so is looked at
    again with a newer configuration.

    ``resolve``: a stored schema made self-contained; raises SchemaError for a faulty one.
    """

    def __init__(self, resolve: Callable[[Mapping[str, Any]], JsonObject]) -> None:
        self._resolve = resolve
        self._revision: int | None = None
        self._made: dict[str, Mapper | None] = {}

    def __call__(self, configuration: Configuration, mapping_set_id: str) -> Mapper | None:
        if configuration.revision != self._revision:
            self._revision = configuration.revision
            self._made = {}
        if mapping_set_id not in self._made:
            self._made[mapping_set_id] = self._make(configuration, mapping_set_id)
        return self._made[mapping_set_id]

    def _make(self, configuration: Configuration, mapping_set_id: str) -> Mapper | None:
        mapping_set = configuration.mapping_sets.get(mapping_set_id)
        document = None if mapping_set is None else configuration.schemas.get(SchemaId(mapping_set.schema_id))
        if mapping_set is None or document is None or not mapping_set.lines:
            return None
        try:
            return Mapper(mapping_set.lines, self._resolve(document))
        except SchemaError as error:
            # Said once for each configuration: every event of the flow fails by name until it is mended.
            logger.error("schema of mapping set cannot be used id=%s error=%s", mapping_set_id, error)
            return None
