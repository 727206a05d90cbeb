"""What a component is: a behaviour, class, field group, data type or schema."""

from collections.abc import Container, Iterator, Mapping
from enum import StrEnum

from server.model.json import Json


class Kind(StrEnum):
    """Each is called as in the Schema Registry's addresses, and as the folder of ``builtin/`` that it is in."""

    BEHAVIORS = "behaviors"
    CLASSES = "classes"
    FIELD_GROUPS = "fieldgroups"
    DATA_TYPES = "datatypes"
    SCHEMAS = "schemas"


_BEHAVIORS = ("record", "time-series", "adhoc")

BEHAVIORS: Mapping[str, str] = {
    **{f"https://ns.adobe.com/xdm/data/{name}": name for name in _BEHAVIORS},
    **{f"https://ns.heliograph.dev/xdm/behaviors/{name}": name for name in _BEHAVIORS},
}
"""By id, XDM's and ours, what a class's documents are: records change, events of a time series do not."""


def kind_of(document: Mapping[str, Json], classes: Container[str]) -> Kind:
    """Of a component: what it says it is (``meta:resourceType``), or else what it looks like.

    ``classes``: the ids of all classes that are known, this component's own set of documents included.
    """
    said = document.get("meta:resourceType")
    if isinstance(said, str) and said in list(Kind):
        return Kind(said)
    if document.get("$id") in BEHAVIORS:
        return Kind.BEHAVIORS
    if "meta:intendedToExtend" in document:
        return Kind.FIELD_GROUPS
    names = list(part_names(document))
    if "meta:class" in document or any(name in classes for name in names):
        return Kind.SCHEMAS
    return Kind.CLASSES if any(name in BEHAVIORS for name in names) else Kind.DATA_TYPES


def part_names(document: Mapping[str, Json]) -> Iterator[str]:
    """The ids of what a component is made of, at its top: its class, its ``allOf``, and what it says it extends."""
    if isinstance(document.get("meta:class"), str):
        yield document["meta:class"]
    parts = document.get("allOf", ())
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, Mapping) and isinstance(part.get("$ref"), str) and not part["$ref"].startswith("#"):
            yield part["$ref"].partition("#")[0]
    extended = document.get("meta:extends", ())
    for name in extended if isinstance(extended, list) else ():
        if isinstance(name, str):
            yield name.partition("#")[0]
