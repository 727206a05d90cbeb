"""A property as people read it: its rules as sentences, their mappings as lines, its data elements and their users."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from server.model.container import DataToken, Text
from server.model.json import Json, JsonObject
from server.model.property import Fault, Piece, Sentence
from server.property.check import DEFAULT_PURPOSES, check_property
from server.property.cursor import TemplateError
from server.property.modules import Modules
from server.property.printer import print_template
from server.property.scope import tokens_of
from server.property.sentences import describe_rule
from server.property.settings import settings_of
from server.property.tokens import ParsedTemplate, parse_template


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingLine:
    """One XDM field and where its value comes from."""

    path: str
    source: Sentence
    """Tokens are emphasised."""
    depth: int
    """0 for a field of the event, 1 for one of a list's entries, and so on."""
    consent: str
    """The purpose that this field alone needs; empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionView:
    """One action of a rule that maps something."""

    title: str
    event_type: str
    """Of the event that it sends; empty for an action that sends none."""
    lines: Sequence[MappingLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """One rule."""

    id: str
    name: str
    description: str
    sentence: Sentence
    is_enabled: bool
    actions: Sequence[ActionView]


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Where a data element is used."""

    label: str
    anchor: str
    """Id of the place on the same page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementView:
    """One data element."""

    name: str
    description: str
    sources: Sequence[tuple[str, Sequence[tuple[str, Sentence]]]]
    """(title of the module, its settings): the element's own, then its fallbacks."""
    pipes: Sequence[str]
    default: str
    """As JSON; empty when there is none."""
    uses: Sequence[Use]


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyView:
    """All of it. ``faults``: what keeps it from being published; then there are no rules and elements to read."""

    faults: Sequence[Fault]
    rules: Sequence[RuleView]
    base: Sequence[MappingLine]
    elements: Sequence[ElementView]


def property_view(document: JsonObject, modules: Modules) -> PropertyView:
    """Never raises for what a document holds: one that is not as it must be is shown with its faults."""
    faults = check_property(document, modules)
    if faults:
        return PropertyView(faults=faults, rules=(), base=(), elements=())
    purposes = document.get("consent", {}).get("purposes", DEFAULT_PURPOSES)
    base = document.get("xdm", {}).get("base", {})
    elements = _named(document["dataElements"])
    uses = _uses(document["rules"], base, elements)
    return PropertyView(
        faults=(),
        rules=tuple(_rule(rule, modules, purposes) for rule in document["rules"]),
        base=tuple(_lines(base, depth=0)),
        elements=tuple(_element(name, each, modules, uses.get(name, ())) for name, each in elements.items()),
    )


def rule_anchor(rule_id: str) -> str:
    """Id of a rule's place on the page."""
    return f"rule-{rule_id}"


def element_anchor(name: str) -> str:
    """Id of a data element's place on the page."""
    return f"element-{name}"


BASE_ANCHOR = "base"


def _rule(rule: JsonObject, modules: Modules, purposes: Sequence[str]) -> RuleView:
    return RuleView(
        id=rule["id"],
        name=rule.get("name") or rule["id"],
        description=rule.get("description", ""),
        sentence=describe_rule(rule, modules, purposes=purposes),
        is_enabled=rule.get("enabled", True),
        actions=tuple(_actions(rule["actions"], modules)),
    )


def _actions(actions: Sequence[JsonObject], modules: Modules) -> Iterator[ActionView]:
    for action in actions:
        module = modules.by_kind["actions"][action["type"]]
        settings = module.settings.get("properties", {})
        mappings = (name for name, node in settings.items() if isinstance(node, Mapping) and node.get("x-mapping"))
        lines = tuple(line for name in mappings for line in _lines(action.get(name, {}), depth=0))
        if lines:
            yield ActionView(title=module.title, event_type=str(action.get("eventType", "")), lines=lines)


def _lines(mapping: JsonObject, *, depth: int) -> Iterator[MappingLine]:
    for path, value in _named(mapping).items():
        match value:
            case {"one": dict(entry)}:
                yield MappingLine(path=path, source=(Piece("one entry"),), depth=depth, consent=_consent(value))
                yield from _lines(entry, depth=depth + 1)
            case {"each": str(items), "as": dict(entry)}:
                source = (Piece("an entry for each of "), *_source(items))
                yield MappingLine(path=path, source=source, depth=depth, consent=_consent(value))
                yield from _lines(entry, depth=depth + 1)
            case {"value": inner}:
                yield MappingLine(path=path, source=_source(inner), depth=depth, consent=_consent(value))
            case _:
                yield MappingLine(path=path, source=_source(value), depth=depth, consent="")


def _consent(line: JsonObject) -> str:
    return str(line.get("consent", ""))


def _source(value: Json) -> Sentence:
    """A setting with its tokens emphasised."""
    template = _parsed(value) if isinstance(value, str) else None
    match template:
        case None:
            return (Piece(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)),)
        case str():
            return (Piece(template),)
        case Text(parts=parts):
            return tuple(
                Piece(part) if isinstance(part, str) else Piece(print_template(part), emphasised=True) for part in parts
            )
        case _:
            return (Piece(print_template(template), emphasised=True),)


def _parsed(text: str) -> ParsedTemplate | None:
    try:
        return parse_template(text)
    except TemplateError:
        return None


def _element(name: str, element: JsonObject, modules: Modules, uses: Sequence[Use]) -> ElementView:
    return ElementView(
        name=name,
        description=element.get("description", ""),
        sources=tuple(_data_source(each, modules) for each in (element, *element.get("fallback", ()))),
        pipes=tuple(element.get("apply", ())),
        default=json.dumps(element["default"], ensure_ascii=False) if "default" in element else "",
        uses=uses,
    )


def _data_source(source: JsonObject, modules: Modules) -> tuple[str, Sequence[tuple[str, Sentence]]]:
    settings = _named(settings_of(source, "dataElements"))
    shown = tuple((name, _source(value)) for name, value in settings.items())
    return modules.by_kind["dataElements"][source["from"]].title, shown


def _uses(rules: Sequence[JsonObject], base: JsonObject, elements: Mapping[str, Json]) -> Mapping[str, Sequence[Use]]:
    places: list[tuple[Use, Json]] = [(Use(label="every event", anchor=BASE_ANCHOR), base)]
    places += [(Use(label=rule.get("name") or rule["id"], anchor=rule_anchor(rule["id"])), rule) for rule in rules]
    places += [(Use(label=name, anchor=element_anchor(name)), element) for name, element in elements.items()]
    found: dict[str, list[Use]] = {}
    for use, value in places:
        for name in dict.fromkeys(_names_in(value)):
            found.setdefault(name, []).append(use)
    return found


def _names_in(value: Json) -> Iterator[str]:
    """Names of the data elements that are mentioned anywhere in a part of the document."""
    if isinstance(value, Mapping):
        for each in value.values():
            yield from _names_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from _names_in(each)
    elif isinstance(value, str) and "%" in value:
        template = _parsed(value)
        if template is not None:
            yield from (token.name for token in tokens_of(template) if isinstance(token, DataToken))


def _named(members: Mapping[str, Json]) -> JsonObject:
    """Without notes of other tools (keys that begin with `x-`)."""
    return {name: each for name, each in members.items() if not name.startswith("x-")}
