"""A data element or a variable gets another name, and everything that reads it reads the new one."""

from collections.abc import Callable, Mapping
from typing import Any

from server.model.container import DataToken, Text, Token
from server.model.json import Json, JsonObject
from server.property.cursor import TemplateError
from server.property.modules import COMMON_KEYS, Kind, Modules
from server.property.printer import print_template
from server.property.scope import tokens_of
from server.property.settings import rewrite, settings_of
from server.property.tokens import ParsedTemplate, parse_template

Change = Callable[[str], str]
"""A text with tokens -> the text to put in its place."""


def rename_element(document: JsonObject, old: str, new: str, modules: Modules) -> JsonObject:
    """The document with the data element under its new name, in its old place. The document must be checked."""
    renamed = change_templates(document, lambda text: _with_name(text, old, new), modules)
    elements = {new if name == old else name: each for name, each in renamed["dataElements"].items()}
    return {**renamed, "dataElements": elements}


def rename_variable(document: JsonObject, old: str, new: str) -> JsonObject:
    """Actions that put something into the variable, and data elements that read it, with the new name."""

    def change(component: JsonObject, key: str, kind: str) -> JsonObject:
        is_it = component.get(key) == kind and component.get("name") == old
        return {**component, "name": new} if is_it else component

    rules = [
        {**rule, "actions": [change(action, "type", "update-variable") for action in rule["actions"]]}
        for rule in document["rules"]
    ]

    def source(element: JsonObject) -> JsonObject:
        changed = change(element, "from", "variable")
        if "fallback" not in changed:
            return changed
        return {**changed, "fallback": [change(each, "from", "variable") for each in changed["fallback"]]}

    elements = {
        name: each if name.startswith("x-") else source(each) for name, each in document["dataElements"].items()
    }
    return {**document, "rules": rules, "dataElements": elements}


def change_templates(document: JsonObject, change: Change, modules: Modules) -> JsonObject:
    """The document with every text that may hold tokens replaced. The document must be checked."""
    changed = {**document, "rules": [_rule(rule, change, modules) for rule in document["rules"]]}
    changed["dataElements"] = {
        name: each if name.startswith("x-") else _element(each, change, modules)
        for name, each in document["dataElements"].items()
    }
    if "base" in document.get("xdm", {}):
        changed["xdm"] = {**document["xdm"], "base": _mapping(document["xdm"]["base"], change)}
    return changed


def _rule(rule: JsonObject, change: Change, modules: Modules) -> JsonObject:
    changed = dict(rule)
    kinds: tuple[Kind, Kind] = ("events", "actions")
    for kind in kinds:
        changed[kind] = [_component(each, kind, each["type"], change, modules) for each in rule[kind]]
    for part in ("conditions", "exceptions"):
        if part in rule:
            changed[part] = _condition(rule[part], change)
    if "key" in rule.get("limit", {}):
        changed["limit"] = {**rule["limit"], "key": change(rule["limit"]["key"])}
    return changed


def _element(element: JsonObject, change: Change, modules: Modules) -> JsonObject:
    changed = _component(element, "dataElements", element["from"], change, modules)
    if "fallback" in element:
        changed["fallback"] = [
            _component(each, "dataElements", each["from"], change, modules) for each in element["fallback"]
        ]
    return changed


def _component(component: JsonObject, kind: Kind, type_name: str, change: Change, modules: Modules) -> JsonObject:
    def visit(_at: str, value: Json, node: Mapping[str, Any]) -> Json:
        if node.get("x-mapping"):
            return _mapping(value, change)
        return change(value) if node.get("x-template") and isinstance(value, str) else value

    settings = rewrite(settings_of(component, kind), modules.by_kind[kind][type_name].settings, visit)
    common = {key: each for key, each in component.items() if key in COMMON_KEYS[kind] or key.startswith("x-")}
    return {**common, **settings}


def _condition(condition: JsonObject, change: Change) -> JsonObject:
    changed = dict(condition)
    for word in ("all", "any", "none"):
        if word in condition:
            changed[word] = [_condition(each, change) for each in condition[word]]
    if "value" in condition:
        changed["value"] = change(condition["value"])
    return changed


def _mapping(mapping: JsonObject, change: Change) -> JsonObject:
    return {path: each if path.startswith("x-") else _line(each, change) for path, each in mapping.items()}


def _line(value: Json, change: Change) -> Json:
    if isinstance(value, str):
        return change(value)
    if not isinstance(value, dict):
        return value
    inside = {key: _mapping(value[key], change) for key in ("one", "as") if key in value}
    texts = {key: change(value[key]) for key in ("value", "each") if isinstance(value.get(key), str)}
    return {**value, **inside, **texts}


def _with_name(text: str, old: str, new: str) -> str:
    try:
        template = parse_template(text)
    except TemplateError:
        return text
    if not any(isinstance(token, DataToken) and token.name == old for token in tokens_of(template)):
        return text
    return print_template(_renamed(template, old, new))


def _renamed(template: ParsedTemplate, old: str, new: str) -> ParsedTemplate:
    def token(each: Token) -> Token:
        is_it = isinstance(each, DataToken) and each.name == old
        return DataToken(name=new, path=each.path, pipe=each.pipe) if is_it else each

    match template:
        case str():
            return template
        case Text(parts=parts):
            return Text(tuple(part if isinstance(part, str) else token(part) for part in parts))
        case _:
            return token(template)
