"""What a property reads of the page's data layer, and who reads it: what to ask the site's developers for. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.model.json import JsonObject
from server.property.edits import named
from server.property.uses import Use, element_uses, of_rule

# So many are told of each; a property has at most 500 rules and data elements.
MAX_TOLD = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerPath:
    """A place in the data layer. ``elements``: data elements that read it. ``uses``: who reads those."""

    path: str
    elements: Sequence[str]
    uses: Sequence[Use]


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerEvent:
    """A push that rules wait for. ``event``: its name, or a pattern of names."""

    event: str
    rules: Sequence[Use]


def layer_paths(document: JsonObject) -> Sequence[LayerPath]:
    """By path."""
    readers: dict[str, list[str]] = {}
    for name, element in named(document["dataElements"]).items():
        for path in _paths(element):
            readers.setdefault(path, []).append(name)
    uses = element_uses(document)
    return [
        LayerPath(
            path=path,
            elements=list(dict.fromkeys(names)),
            uses=list(dict.fromkeys(use for name in names for use in uses.get(name, ()))),
        )
        for path, names in sorted(readers.items())[:MAX_TOLD]
    ]


def layer_events(document: JsonObject) -> Sequence[LayerEvent]:
    """By name."""
    waiting: dict[str, list[Use]] = {}
    for rule in document["rules"]:
        for event in rule["events"]:
            for name in _events(event):
                waiting.setdefault(name, []).append(of_rule(rule))
    return [
        LayerEvent(event=name, rules=list(dict.fromkeys(rules))) for name, rules in sorted(waiting.items())[:MAX_TOLD]
    ]


def _paths(element: JsonObject) -> Iterator[str]:
    for source in (element, *element.get("fallback", ())):
        if source.get("from") == "dataLayer" and isinstance(source.get("path"), str):
            yield source["path"]


def _events(event: JsonObject) -> Iterator[str]:
    if event.get("type") == "data-layer" and isinstance(event.get("event"), str):
        yield event["event"]
    if event.get("type") == "data-layer-pattern":
        yield from (each for each in (event.get("pattern"),) if isinstance(each, str))
