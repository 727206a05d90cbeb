"""A draft: a schema or a field group as a form holds it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from server.model.json import JsonObject

MAX_FIELDS = 300
"""Rows in one form: more belong into field groups of their own, or into a file that is imported."""
MAX_LEVELS = 8
"""Groups in groups, below the tenant's name: XDM's own deepest place has seven."""
MAX_NAME_CHARS = 64
MAX_VALUES = 200
"""In one list of allowed values; longer ones are imported."""

REFERENCE = "ref:"
"""Before the id of a data type, in the place of a type."""


class FieldType(StrEnum):
    """What a field of one's own may hold, as the form names it."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"
    DATE_TIME = "date-time"
    EMAIL = "email"
    URI = "uri"
    GROUP = "group"
    MAP = "map"
    OTHER = "other"
    """Something that the form cannot say: it stays as it is."""


SHAPES: Mapping[str, JsonObject] = {
    FieldType.TEXT: {"type": "string"},
    FieldType.NUMBER: {"type": "number"},
    FieldType.INTEGER: {"type": "integer"},
    FieldType.BOOLEAN: {"type": "boolean"},
    FieldType.DATE: {"type": "string", "format": "date"},
    FieldType.DATE_TIME: {"type": "string", "format": "date-time"},
    FieldType.EMAIL: {"type": "string", "format": "email"},
    FieldType.URI: {"type": "string", "format": "uri"},
    FieldType.GROUP: {"type": "object"},
    FieldType.MAP: {"type": "object", "meta:xdmType": "map", "additionalProperties": {"type": "string"}},
}
WITH_VALUES = (FieldType.TEXT, FieldType.NUMBER, FieldType.INTEGER)
WITH_EXAMPLE = (*WITH_VALUES, FieldType.DATE, FieldType.DATE_TIME, FieldType.EMAIL, FieldType.URI, FieldType.BOOLEAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftField:
    """One row. ``path``: dotted, below the tenant's name. ``type``: a FieldType, or REFERENCE and a data type's id.

    ``values``: (value, label) of those that are allowed, or only suggested when ``is_open``.
    """

    path: str
    type: str = FieldType.TEXT
    title: str = ""
    description: str = ""
    values: Sequence[tuple[str, str]] = ()
    example: str = ""
    is_list: bool = False
    is_required: bool = False
    is_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A schema's ``class_id`` and ``parts`` (field groups, by id), or a field group's ``class_ids`` that it is for."""

    title: str
    description: str = ""
    class_id: str = ""
    parts: Sequence[str] = ()
    class_ids: Sequence[str] = ()
    fields: Sequence[DraftField] = ()


class DraftRefused(Exception):
    """``faults``: what is wrong, by row (counted from 0) and the part of it, such as ``(2, "path")``."""

    def __init__(self, faults: Mapping[tuple[int, str], str]) -> None:
        super().__init__("; ".join(faults.values()))
        self.faults = faults
