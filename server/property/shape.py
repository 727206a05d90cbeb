"""Whether a document has the shape of a property: the base schema, then each module's own schema for its settings."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
from referencing import Registry

from server.model.json import Json, JsonObject
from server.model.property import Fault
from server.property.modules import COMMON_KEYS, SOURCE_KEYS, Kind, Module, Modules
from server.property.names import cure
from server.property.phrases import explain
from server.property.places import below
from server.property.settings import rewrite, settings_of

_KIND_WORDS: Mapping[Kind, str] = {"events": "event", "actions": "action", "dataElements": "data element"}


def shape_faults(document: Json, modules: Modules) -> Iterator[Fault]:
    """Everything that the schemas say, in the document's order within each section."""
    yield from _faults(document, modules.schema, "")
    if not isinstance(document, dict):
        return
    elements = document.get("dataElements")
    for name, element in elements.items() if isinstance(elements, dict) else ():
        if not name.startswith("x-"):
            yield from _element_faults(element, modules, below("/dataElements", name))
    rules = document.get("rules")
    for index, rule in enumerate(rules if isinstance(rules, list) else ()):
        yield from _rule_faults(rule, modules, below("/rules", index))


def _rule_faults(rule: Json, modules: Modules, pointer: str) -> Iterator[Fault]:
    if not isinstance(rule, dict):
        return
    kinds: tuple[Kind, Kind] = ("events", "actions")
    for kind in kinds:
        components = rule.get(kind)
        for index, component in enumerate(components if isinstance(components, list) else ()):
            yield from _component_faults(component, kind, modules, below(pointer, kind, index))


def _element_faults(element: Json, modules: Modules, pointer: str) -> Iterator[Fault]:
    yield from _component_faults(element, "dataElements", modules, pointer)
    sources = element.get("fallback") if isinstance(element, dict) else None
    for index, source in enumerate(sources if isinstance(sources, list) else ()):
        yield from _component_faults(
            source, "dataElements", modules, below(pointer, "fallback", index), common=SOURCE_KEYS
        )


def _component_faults(
    component: Json, kind: Kind, modules: Modules, pointer: str, *, common: frozenset[str] | None = None
) -> Iterator[Fault]:
    key = "from" if kind == "dataElements" else "type"
    if not isinstance(component, dict) or not isinstance(component.get(key), str):
        return
    module = modules.find(kind, component[key])
    if module is None:
        message = f"There is no {_KIND_WORDS[kind]} of type `{component[key][:60]}`."
        yield Fault(below(pointer, key), message, cure(component[key], modules.types(kind)))
        return
    later = modules.schema["$defs"]["dataElement"]["x-later"] if kind == "dataElements" else []
    schema = _with_common_keys(module, common or COMMON_KEYS[kind], later)
    faults = list(_faults(component, schema, pointer))
    yield from faults
    if not faults:
        yield from _mapping_faults(component, kind, module, modules, pointer)


def _with_common_keys(module: Module, common: frozenset[str], later: list[str]) -> JsonObject:
    """The module's schema for a whole component; what the common keys hold is the base schema's affair."""
    properties = {**module.settings.get("properties", {}), **dict.fromkeys(sorted(common), True)}
    return {**module.settings, "properties": properties, "x-later": later}


def _mapping_faults(
    component: JsonObject, kind: Kind, module: Module, modules: Modules, pointer: str
) -> Iterator[Fault]:
    found: list[Fault] = []
    schema = {"$ref": "#/$defs/mapping", "$defs": modules.schema["$defs"]}

    def visit(at: str, value: Json, node: Mapping[str, Any]) -> Json:
        if node.get("x-mapping"):
            found.extend(_faults(value, schema, at))
        return value

    rewrite(settings_of(component, kind), module.settings, visit, at=pointer)
    yield from found


def _faults(document: Json, schema: JsonObject, base: str) -> Iterator[Fault]:
    # An empty registry: nothing outside of the schema is ever looked up.
    for error in _Validator(schema, registry=Registry()).iter_errors(document):
        yield from explain(error, base=base)


def _pattern(validator: Any, pattern: str, instance: Json, schema: Any) -> Iterator[ValidationError]:
    """As JSON Schema means it: Python's ``$`` would also match before a line feed at the end."""
    if isinstance(instance, str) and instance.endswith("\n") and pattern.endswith("$"):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")
        return
    yield from Draft202012Validator.VALIDATORS["pattern"](validator, pattern, instance, schema)


_Validator = extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]  # the library has no types
