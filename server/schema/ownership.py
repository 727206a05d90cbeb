"""Which fields of a component are a tenant's own, and whether they are where they belong."""

from collections.abc import Iterator, Mapping, Sequence

from server.model.json import Json


def foreign_names(document: Mapping[str, Json], tenant: str) -> Sequence[str]:
    """The top-level fields that a component declares itself, and not below the tenant's own name, sorted."""
    return sorted({name for name in _own_names(document, document) if name != f"_{tenant}"})


def _own_names(node: Mapping[str, Json], document: Mapping[str, Json]) -> Iterator[str]:
    """Fields that are declared in the document; those of other components it only refers to."""
    properties = node.get("properties")
    yield from properties if isinstance(properties, Mapping) else ()
    reference = node.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/"):
        target = _at(document, reference)
        if target is not None and target is not node:
            yield from _own_names(target, document)
    parts = node.get("allOf")
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, Mapping):
            yield from _own_names(part, document)


def _at(document: Json, reference: str) -> Mapping[str, Json] | None:
    for token in reference.split("/")[1:]:
        document = document.get(token.replace("~1", "/").replace("~0", "~")) if isinstance(document, Mapping) else None
    return document if isinstance(document, Mapping) else None
