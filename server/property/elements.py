"""Data elements: what can be wrong with them, which others they need, and their compiled form."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator

from server.model.container import DataElement, DataToken, Delegate
from server.model.json import Json, JsonObject
from server.model.property import Fault
from server.property.components import compile_settings, format_faults, settings_faults
from server.property.cursor import TemplateError
from server.property.cycles import find_cycle
from server.property.modules import Module, Modules
from server.property.phrases import quote
from server.property.pipes import ELEMENT_PIPES
from server.property.places import below
from server.property.scope import Scope, tokens_of
from server.property.settings import rewrite, settings_of
from server.property.tokens import RESERVED_NAMES, parse_pipe, parse_template


def compile_element(name: str, element: JsonObject, modules: Modules) -> DataElement:
    """One data element with its templates and pipes parsed. It must be checked.

    What is kept is what a source gave, before the pipes: those are for the value of the moment, wherever it comes from.
    """
    first, *others = (_delegate(source, modules) for source in sources_of(element))
    pipes = [parse_pipe(pipe) for pipe in element.get("apply", ())]
    if "store" in element:
        others.append(Delegate(module="@stored", settings={"scope": element["store"], "name": name}))
        pipes.insert(0, ("@store", element["store"], name))
    if "type" in element or "pattern" in element:
        pipes.append(("@type", name, element.get("type"), element.get("pattern")))
    return DataElement(
        module=first.module,
        settings=first.settings,
        fallback=tuple(others),
        pipe=tuple(pipes),
        default=element.get("default"),
    )


def element_faults(name: str, element: JsonObject, modules: Modules, scope: Scope) -> Iterator[Fault]:
    """What is wrong with one whose shape is right."""
    pointer = below("/dataElements", name)
    if name in RESERVED_NAMES:
        yield Fault(pointer, f"`%{name}…%` has a meaning of its own.", "Give the data element another name.")
    for index, source in enumerate(sources_of(element)):
        at = below(pointer, "fallback", index - 1) if index else pointer
        yield from settings_faults(source, "dataElements", modules, at, scope)
    for index, text in enumerate(element.get("apply", ())):
        yield from _pipe_faults(text, below(pointer, "apply", index))
    yield from _promise_faults(element, pointer)


def _promise_faults(element: JsonObject, pointer: str) -> Iterator[Fault]:
    """What it says of its own value, beside the default that it has."""
    kind, pattern, default = (element.get(key) for key in ("type", "pattern", "default"))
    yield from format_faults(pattern, below(pointer, "pattern"), "regex") if pattern is not None else ()
    if pattern is not None and kind not in (None, "string"):
        message = f"A pattern is for texts, and this is to be of type `{kind}`."
        yield Fault(below(pointer, "pattern"), message, "Remove it, or make the type `string`.")
    if kind is not None and default is not None and not _is_of(default, kind):
        message = f"The default {quote(default)} is not of type `{kind}`."
        yield Fault(below(pointer, "default"), message, "Write a default of that type, or another type.")


def _is_of(value: Json, kind: str) -> bool:
    return bool(Draft202012Validator({"type": kind}).is_valid(value))


def name_faults(names: Iterable[str]) -> Iterator[Fault]:
    """Names that some file systems cannot tell apart: each data element is a file of the property's tree."""
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(name.casefold(), name)
        if other != name:
            message = f"`{other}` and `{name}` differ only in their capitals."
            yield Fault(below("/dataElements", name), message, "Give one of them another name.")


def cycle_faults(elements: Mapping[str, JsonObject], modules: Modules) -> Iterator[Fault]:
    """Data elements that need themselves."""
    cycle = find_cycle({name: needed_by(element, modules) for name, element in elements.items()})
    if cycle:
        way = " → ".join(f"`{name}`" for name in cycle)
        message = f"Data elements need each other in a circle: {way}."
        yield Fault(below("/dataElements", cycle[0]), message, "Take one of them out of the other's settings.")


def used_elements(roots: Iterable[str], elements: Mapping[str, JsonObject], modules: Modules) -> frozenset[str]:
    """The named ones, and all that they need in turn."""
    used: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name in elements and name not in used:
            used.add(name)
            waiting.extend(needed_by(elements[name], modules))
    return frozenset(used)


def needed_by(element: JsonObject, modules: Modules) -> frozenset[str]:
    """Names of the data elements that its settings mention."""
    names: set[str] = set()

    def visit(at: str, value: Json, node: Mapping[str, Any]) -> Json:
        if node.get("x-template") and isinstance(value, str):
            names.update(_names_in(value))
        return value

    for source in sources_of(element):
        rewrite(settings_of(source, "dataElements"), _module(source, modules).settings, visit)
    return frozenset(names)


def sources_of(element: JsonObject) -> Iterator[JsonObject]:
    """The element itself, then its fallbacks."""
    yield element
    yield from element.get("fallback", ())


def _names_in(text: str) -> Iterator[str]:
    try:
        template = parse_template(text)
    except TemplateError:
        return
    yield from (token.name for token in tokens_of(template) if isinstance(token, DataToken))


def _delegate(source: JsonObject, modules: Modules) -> Delegate:
    settings = compile_settings(source, "dataElements", _module(source, modules))
    return Delegate(module=source["from"], settings=settings)


def _module(source: JsonObject, modules: Modules) -> Module:
    return modules.by_kind["dataElements"][source["from"]]


def _pipe_faults(text: str, pointer: str) -> Iterator[Fault]:
    try:
        pipe = parse_pipe(text)
    except TemplateError as error:
        yield Fault(pointer, f"The pipe cannot be read from character {error.position + 1} on.", error.message)
        return
    if pipe[0] in ELEMENT_PIPES:
        yield Fault(pointer, f"`{pipe[0]}` reads an element, and a data element's value is none.", "Remove it.")
