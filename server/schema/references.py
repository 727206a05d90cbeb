"""Which components a component is made of, at any depth."""

from collections.abc import Iterator, Mapping

from server.model.json import Json
from server.schema.compose import Find
from server.schema.normalize import FRAME


def reachable(document: Mapping[str, Json], find: Find) -> Mapping[str, Mapping[str, Json]]:
    """Every component that ``document`` refers to, directly or through others, by id, as far as ``find`` knows it."""
    return {name: component for name, component in _mentioned(document, find).items() if component is not None}


def mentioned(document: Mapping[str, Json], find: Find) -> frozenset[str]:
    """The ids of those, and of what is referred to and not there."""
    return frozenset(_mentioned(document, find))


def _mentioned(document: Mapping[str, Json], find: Find) -> Mapping[str, Mapping[str, Json] | None]:
    found: dict[str, Mapping[str, Json] | None] = {}
    waiting = [document]
    while waiting:
        for name in references(waiting.pop()):
            if name not in found:
                component = found[name] = find(name)
                waiting.extend(() if component is None else (component,))
    return found


def references(node: Json) -> Iterator[str]:
    """The ids in a document's references, and that of its class; those into the document itself have none."""
    waiting: list[Json] = [node]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            for keyword in ("$ref", "meta:class"):
                reference = value.get(keyword)
                if isinstance(reference, str) and not reference.startswith(("#", FRAME)):
                    yield reference.partition("#")[0]
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
