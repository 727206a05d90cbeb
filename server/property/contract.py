"""Whether what rules fill is there: each mapped field against the schema of the dataset that the events go to."""

from collections.abc import Iterator

from server.model.json import Json, JsonObject
from server.model.property import Fault
from server.property.mapping import LIST_SUFFIX
from server.property.places import below
from server.schema.lookup import XdmFields

# What takes any field in it: a schema says nothing of those.
_OPEN = frozenset({"any", "map"})


def contract_faults(document: JsonObject, xdm: XdmFields, *, dataset: str) -> Iterator[Fault]:
    """Lines of enabled rules, and of every event, that name no field of the schema. The document must be checked.

    ``dataset``: its name, for the person who mends it.
    """
    yield from _lines(document.get("xdm", {}).get("base"), "/xdm/base", "", xdm, dataset)
    for index, rule in enumerate(document["rules"]):
        if rule.get("enabled", True):
            for place, action in enumerate(rule["actions"]):
                pointer = below("/rules", index, "actions", place, "xdm")
                yield from _lines(action.get("xdm"), pointer, "", xdm, dataset)


def _lines(mapping: Json, pointer: str, inside: str, xdm: XdmFields, dataset: str) -> Iterator[Fault]:
    if not isinstance(mapping, dict):
        return
    for line, value in mapping.items():
        if line.startswith("x-"):
            continue
        path = inside + line.replace(LIST_SUFFIX, "[*]")
        if not _is_known(path, xdm):
            message = f"The schema of `{dataset}` has no field `{path}`."
            yield Fault(below(pointer, line), message, "Add it to the schema, or fill another field.")
            continue
        for key in ("one", "as"):
            if isinstance(value, dict) and key in value:
                yield from _lines(value[key], below(pointer, line, key), f"{path}.", xdm, dataset)


def _is_known(path: str, xdm: XdmFields) -> bool:
    if xdm.find(path) is not None:
        return True
    keys = path.split(".")
    holders = (xdm.find(".".join(keys[:length])) for length in range(1, len(keys)))
    nearest = [holder for holder in holders if holder is not None]
    return bool(nearest) and nearest[-1].type in _OPEN
