"""Which components a component is made of, at any depth."""

from collections.abc import Iterator, Mapping

from server.model.json import Json
from server.schema.compose import Find
from server.schema.normalize import FRAME


def reachable(document: Mapping[str, Json], find: Find) -> Mapping[str, Mapping[str, Json]]:
    """Every component that ``document`` refers to, directly or through others, by id. Ids that nobody knows are left
    out: resolving names them.
    """
    found: dict[str, Mapping[str, Json]] = {}
    waiting = [document]
    while waiting:
        for name in references(waiting.pop()):
            component = None if name in found else find(name)
            if component is not None:
                found[name] = component
                waiting.append(component)
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
