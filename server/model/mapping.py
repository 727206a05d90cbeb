"""A mapping set: how raw JSON becomes XDM, line by line (streaming-ingestion.md, 2.6)."""

from typing import Literal

import msgspec

SourceType = Literal["ATTRIBUTE", "STATIC", "EXPRESSION"]


class MappingLine(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One line. ``source``: a path into the raw object, a constant, or an expression, as ``source_type`` says.

    ``destination``: a path of the schema.
    """

    source_type: SourceType = "ATTRIBUTE"
    source: str
    destination: str


class MappingSet(msgspec.Struct, frozen=True, kw_only=True):
    """``id``: 32 hexadecimal digits. ``schema_id``: of what comes out. The lines are applied in their order."""

    id: str
    name: str
    schema_id: str
    version: int = 0
    lines: tuple[MappingLine, ...] = ()
