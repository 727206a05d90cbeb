"""Schemas and documents for the tests of this folder."""

from collections.abc import Mapping
from typing import Any

from server.model.json import JsonObject
from server.schema.builtins import builtin_documents, load_ready_schema
from server.schema.compose import resolve_schema

NOTHING: Mapping[str, JsonObject] = {}
"""No components: for schemas without references."""


def resolved(**schema: Any) -> JsonObject:
    """A schema without references, resolved: ``resolved(properties={…})``."""
    return resolve_schema(schema, NOTHING.get)


def demo_events() -> JsonObject:
    return resolve_schema(load_ready_schema("demo-events"), builtin_documents().get)


def demo_profiles() -> JsonObject:
    return resolve_schema(load_ready_schema("demo-profiles"), builtin_documents().get)
