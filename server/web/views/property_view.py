"""Parts of a property as people read them: mappings as lines, data elements with where they come from."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from server.model.container import Text
from server.model.json import Json, JsonObject
from server.model.property import Piece, Sentence
from server.property.cursor import TemplateError
from server.property.modules import Modules
from server.property.printer import print_template
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
class ElementView:
    """One data element."""

    name: str
    description: str
    sources: Sequence[tuple[str, Sequence[tuple[str, Sentence]]]]
    """(title of the module, its settings): the element's own, then its fallbacks."""
    pipes: Sequence[str]
    default: str
    """As JSON; empty when there is none."""


def base_lines(document: JsonObject) -> Sequence[MappingLine]:
    """What is mapped into every event. The document must be checked."""
    return tuple(_lines(document.get("xdm", {}).get("base", {}), depth=0))


def element_views(document: JsonObject, modules: Modules) -> Sequence[ElementView]:
    """All data elements, in the document's order; those that cannot be read are left out."""
    elements = _named(document["dataElements"])
    return tuple(
        _element(name, each, modules)
        for name, each in elements.items()
        if all(modules.find("dataElements", source["from"]) for source in (each, *each.get("fallback", ())))
    )


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


def _element(name: str, element: JsonObject, modules: Modules) -> ElementView:
    return ElementView(
        name=name,
        description=element.get("description", ""),
        sources=tuple(_data_source(each, modules) for each in (element, *element.get("fallback", ()))),
        pipes=tuple(element.get("apply", ())),
        default=json.dumps(element["default"], ensure_ascii=False) if "default" in element else "",
    )


def _data_source(source: JsonObject, modules: Modules) -> tuple[str, Sequence[tuple[str, Sentence]]]:
    settings = _named(settings_of(source, "dataElements"))
    shown = tuple((name, _source(value)) for name, value in settings.items())
    return modules.by_kind["dataElements"][source["from"]].title, shown


def _named(members: Mapping[str, Json]) -> JsonObject:
    """Without notes of other tools (keys that begin with `x-`)."""
    return {name: each for name, each in members.items() if not name.startswith("x-")}
