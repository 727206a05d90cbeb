"""A schema together with the components that it needs, so that whoever has it can resolve it."""

from collections.abc import Mapping

from server.model.json import Json, JsonObject
from server.schema.compose import BUNDLED, Find
from server.schema.references import reachable


def bundle(document: Mapping[str, Json], find: Find) -> JsonObject:
    """``document`` with every component that it refers to and ``find`` knows.

    ``find``: the tenant's own components only; what is built in, everybody has.
    """
    components = reachable(document, find)
    return {**document, BUNDLED: dict(components)} if components else dict(document)
