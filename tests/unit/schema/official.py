"""The official XDM components, read for comparison where the checkout has them beside it."""

import functools
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from server.model.json import JsonObject
from server.schema.normalize import normalize_schema

FOLDER = Path(__file__).parents[4] / "shared" / "xdm" / "components"

needs_official = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the official XDM components are not beside this checkout (../shared/xdm)"
)


@functools.cache
def official_documents() -> Mapping[str, JsonObject]:
    """Every official component by its ``$id``, with names as the platform writes them in events."""
    documents = (json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.rglob("*.schema.json")))
    return {document["$id"]: normalize_schema(document) for document in documents if "$id" in document}
