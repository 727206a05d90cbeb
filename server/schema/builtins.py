"""The behaviours, classes, field groups, data types and ready schemas that ship with the product, read from builtin/.

Nothing is read on import: whoever starts a process calls these once.
"""

import json
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

from server.model.json import JsonObject
from server.schema.errors import SchemaError

COMPONENTS = ("behaviors", "classes", "datatypes", "fieldgroups")
"""Folders of ``builtin/`` whose documents schemas are put together from."""


def builtin_documents() -> Mapping[str, JsonObject]:
    """Every component by its ``$id``, and by the id of the XDM component whose fields it has (``meta:xdmId``), if any.

    So a schema that refers to ``https://ns.adobe.com/xdm/context/experienceevent``, as clients of the platform write
    it, is put together from our class. Its ``get`` is what :func:`server.schema.compose.resolve_schema` calls.
    """
    documents: dict[str, JsonObject] = {}
    for folder in COMPONENTS:
        for document in _read(folder):
            for name in {document["$id"], document.get("meta:xdmId", document["$id"])}:
                if name in documents:
                    raise SchemaError(f"two built-in components are called {name}")
                documents[name] = document
    return documents


def load_ready_schema(name: str) -> JsonObject:
    """A schema of ``builtin/schemas/``, such as ``demo-events``, as the control plane stores it: not yet resolved."""
    return _load(_folder("schemas") / f"{name}.json")


def _read(folder: str) -> list[JsonObject]:
    entries = sorted(_folder(folder).iterdir(), key=lambda entry: entry.name)
    return [_load(entry) for entry in entries if entry.name.endswith(".json")]


def _folder(name: str) -> Traversable:
    return files("server.schema") / "builtin" / name


def _load(entry: Traversable) -> JsonObject:
    document: JsonObject = json.loads(entry.read_text(encoding="utf-8"))
    return document
