"""Where data elements and variables are used: what a person wants to know before changing or removing one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from server.model.container import DataToken
from server.model.json import Json, JsonObject
from server.property.cursor import TemplateError
from server.property.scope import tokens_of
from server.property.tokens import parse_template


@dataclass(frozen=True, slots=True)
class Use:
    """A place that reads or writes something. ``kind``: rule, element or base. ``key``: its id or name."""

    kind: str
    key: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A value that one rule keeps for others."""

    name: str
    written_by: Sequence[Use]
    read_by: Sequence[Use]


BASE = Use("base", "", "every event")


def element_uses(document: JsonObject) -> Mapping[str, Sequence[Use]]:
    """The places that read each data element, by its name; those that nobody reads are not in it."""
    found: dict[str, list[Use]] = {}
    for use, value in _places(document):
        for name in dict.fromkeys(_names_in(value)):
            found.setdefault(name, []).append(use)
    return found


def variables_of(document: JsonObject) -> Sequence[Variable]:
    """All that are written or read, by name."""
    written: dict[str, list[Use]] = {}
    read: dict[str, list[Use]] = {}
    for rule in document["rules"]:
        for action in rule["actions"]:
            if action.get("type") == "update-variable" and isinstance(action.get("name"), str):
                _add(written, action["name"], of_rule(rule))
    for name, element in _named(document["dataElements"]).items():
        for source in (element, *element.get("fallback", ())):
            if source.get("from") == "variable" and isinstance(source.get("name"), str):
                _add(read, source["name"], Use("element", name, name))
    return [
        Variable(name=name, written_by=written.get(name, ()), read_by=read.get(name, ()))
        for name in sorted({*written, *read})
    ]


def _places(document: JsonObject) -> Iterator[tuple[Use, Json]]:
    yield BASE, document.get("xdm", {}).get("base", {})
    for rule in document["rules"]:
        yield of_rule(rule), rule
    for name, element in _named(document["dataElements"]).items():
        yield Use("element", name, name), element


def of_rule(rule: JsonObject) -> Use:
    """The rule as a place."""
    return Use("rule", rule["id"], str(rule.get("name") or rule["id"]))


def _names_in(value: Json) -> Iterator[str]:
    """Names of the data elements that are mentioned anywhere in a part of the document."""
    if isinstance(value, Mapping):
        for each in value.values():
            yield from _names_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from _names_in(each)
    elif isinstance(value, str) and "%" in value:
        try:
            template = parse_template(value)
        except TemplateError:
            return
        yield from (token.name for token in tokens_of(template) if isinstance(token, DataToken))


def _named(elements: Mapping[str, Json]) -> Mapping[str, JsonObject]:
    return {name: each for name, each in elements.items() if not name.startswith("x-")}


def _add(found: dict[str, list[Use]], name: str, use: Use) -> None:
    uses = found.setdefault(name, [])
    if use not in uses:
        uses.append(use)
