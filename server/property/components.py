"""Rule components and data elements as settings of a module: what can be wrong in them, and their compiled form."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from server.model.json import Json, JsonObject
from server.model.property import Fault
from server.property.durations import DurationError, parse_duration_ms
from server.property.mapping import compile_mapping, mapping_faults
from server.property.modules import Kind, Module, Modules
from server.property.regexes import RegexError, check_regex
from server.property.scope import Scope, template_faults
from server.property.selectors import SelectorError, check_selector
from server.property.settings import rewrite, settings_of
from server.property.tokens import parse_template

# "format" of a text in a module's settings -> what refuses it, and an example for the cure
_FORMATS: Mapping[str, tuple[Callable[[str], object], type[ValueError], str]] = MappingProxyType(
    {
        "selector": (check_selector, SelectorError, "Write a CSS selector, such as `[data-testid=add-to-cart]`."),
        "duration": (parse_duration_ms, DurationError, "Write a duration, such as `800ms` or `30m`."),
        "regex": (check_regex, RegexError, "Write a regular expression, such as `^/product/[^/]+$`."),
    }
)


def compile_settings(component: JsonObject, kind: Kind, module: Module) -> JsonObject:
    """The module's settings as its code reads them. They must be checked.

    Templates are parsed, mappings split into paths, durations are milliseconds; what is as it would be without being
    said is left out.
    """

    def visit(at: str, value: Json, node: Mapping[str, Any]) -> Json:
        if node.get("x-mapping"):
            return compile_mapping(value)
        if node.get("x-template"):
            return parse_template(value) if isinstance(value, str) else value
        if node.get("format") == "duration":
            return parse_duration_ms(value)
        return value

    known = module.settings.get("properties", {})
    said = {
        name: value
        for name, value in settings_of(component, kind).items()
        if not _is_default(value, known.get(name, {}))
    }
    return rewrite(said, module.settings, visit)


def settings_faults(
    component: JsonObject,
    kind: Kind,
    modules: Modules,
    pointer: str,
    scope: Scope,
    *,
    purposes: frozenset[str] = frozenset(),
) -> Iterator[Fault]:
    """What is wrong with the settings of one whose shape is right."""
    module = modules.by_kind[kind][component["from" if kind == "dataElements" else "type"]]
    found: list[Fault] = []

    def visit(at: str, value: Json, node: Mapping[str, Any]) -> Json:
        if node.get("x-mapping"):
            found.extend(mapping_faults(value, at, scope, purposes=purposes))
        elif node.get("x-template"):
            found.extend(template_faults(value, at, scope))
        elif isinstance(value, str):
            found.extend(format_faults(value, at, node.get("format")))
        return value

    rewrite(settings_of(component, kind), module.settings, visit, at=pointer)
    yield from found


def _is_default(value: Json, node: Mapping[str, Any]) -> bool:
    # `1` is not `true`, though Python finds them equal.
    return "default" in node and type(value) is type(node["default"]) and bool(value == node["default"])


def format_faults(text: str, pointer: str, name: str | None) -> Iterator[Fault]:
    """What is wrong with a text that is to be a selector, a duration or a regular expression."""
    if name is None or name not in _FORMATS:
        return
    check, refusal, advice = _FORMATS[name]
    try:
        check(text)
    except refusal as error:
        yield Fault(pointer, str(error), advice)
