"""Walking a resolved schema: a tree of plain nodes, without references."""

from collections.abc import Callable, Iterator

from server.model.json import JsonObject

FIELD_MAPS = ("properties", "patternProperties")
SINGLE_NODES = ("items", "additionalProperties")


def map_nodes(node: JsonObject, change: Callable[[JsonObject], JsonObject]) -> JsonObject:
    """A copy in which every node, children before their parent, is what ``change`` makes of it."""
    copy = dict(node)
    for keyword in FIELD_MAPS:
        if keyword in node:
            copy[keyword] = {name: map_nodes(child, change) for name, child in node[keyword].items()}
    for keyword in SINGLE_NODES:
        if isinstance(node.get(keyword), dict):
            copy[keyword] = map_nodes(node[keyword], change)
    return change(copy)


def walk(node: JsonObject) -> Iterator[JsonObject]:
    """Every node, parents before their children."""
    yield node
    for keyword in FIELD_MAPS:
        for child in node.get(keyword, {}).values():
            yield from walk(child)
    for keyword in SINGLE_NODES:
        if isinstance(node.get(keyword), dict):
            yield from walk(node[keyword])
