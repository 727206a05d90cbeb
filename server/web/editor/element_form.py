"""A data element while it is edited, its form, and the element as the document has it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from server.model.json import Json, JsonObject
from server.model.property import Fault
from server.property.modules import SOURCE_KEYS, Modules
from server.property.pipes import PIPES
from server.property.places import below
from server.web.editor.branches import Branch
from server.web.editor.faults import FaultBook
from server.web.editor.fields import Choice, FormField, read_settings, settings_fields
from server.web.editor.literals import read_literal, write_literal
from server.web.editor.rest import read_rest, rest_of, write_rest

KEPT: Mapping[str, str] = {
    "": "no longer than the moment",
    "page": "as long as the page is there",
    "route": "until the next route change",
    "session": "for the session",
    "visitor": "for this visitor's browser",
}
TYPES: Mapping[str, str] = {
    "": "anything",
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
}
_TEXTS = ("description", "notes", "owner")
_SHOWN = frozenset({"from", "fallback", "apply", "default", "store", "type", "pattern", *_TEXTS})


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDraft:
    """One place that a value may come from."""

    type: str
    settings: JsonObject = field(default_factory=dict)
    rest: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementDraft:
    """``sources``: the first, then its fallbacks. ``apply``: a pipe a line. ``default``: as written."""

    name: str
    sources: Sequence[SourceDraft]
    apply: str = ""
    default: str = ""
    store: str = ""
    type: str = ""
    pattern: str = ""
    texts: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(_TEXTS, ""))
    rest: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFields:
    """The form of one source."""

    name: str
    type: str
    title: str
    help: str
    types: Sequence[tuple[str, str]]
    fields: Sequence[FormField]
    faults: Sequence[str]
    rest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementForm:
    """Everything of one data element."""

    draft: ElementDraft
    sources: Sequence[SourceFields]
    kept: Sequence[Choice]
    types: Sequence[Choice]
    tokens: Sequence[tuple[str, str]]
    pipes: Sequence[tuple[str, str]]
    faults: Mapping[str, Sequence[str]]
    others: Sequence[Fault]
    rest: str


def fresh_element(type_name: str) -> ElementDraft:
    """One whose source was just chosen."""
    return ElementDraft(name="", sources=[SourceDraft(type=type_name)])


def element_draft(name: str, element: JsonObject, modules: Modules) -> ElementDraft:
    """A data element of the document. It must have the shape of one."""
    first = _source(element, modules, common=_SHOWN)
    others = [_source(each, modules, common=SOURCE_KEYS) for each in element.get("fallback", ())]
    settings = {*first.settings, *_SHOWN}
    return ElementDraft(
        name=name,
        sources=[first, *others],
        apply="\n".join(element.get("apply", ())),
        default=write_literal(element["default"]) if "default" in element else "",
        store=element.get("store", ""),
        type=element.get("type", ""),
        pattern=element.get("pattern", ""),
        texts={key: element.get(key, "") for key in _TEXTS},
        rest=rest_of(element, settings),
    )


def read_element(form: Branch, modules: Modules) -> ElementDraft:
    """What a form says, however unfinished."""
    return ElementDraft(
        name=form.text("name").strip(),
        sources=[_read_source(each, modules) for each in form.at("sources").rows()],
        apply=form.text("apply"),
        default=form.text("default"),
        store=form.text("store"),
        type=form.text("type"),
        pattern=form.text("pattern").strip(),
        texts={key: form.text(key).strip() for key in _TEXTS},
        rest=read_rest(form),
    )


def write_element(draft: ElementDraft) -> JsonObject:
    """The element as the document has it; what is empty is left out."""
    sources: list[JsonObject] = [{"from": each.type} | each.settings | each.rest for each in draft.sources]
    first, *others = sources or [{}]
    element: JsonObject = dict(first)
    if others:
        element["fallback"] = others
    pipes: list[Json] = [line.strip() for line in draft.apply.splitlines() if line.strip()]
    if pipes:
        element["apply"] = pipes
    if draft.default:
        element["default"] = read_literal(draft.default)
    said = {"store": draft.store, "type": draft.type, "pattern": draft.pattern, **draft.texts}
    return element | {key: value for key, value in said.items() if value} | draft.rest


def element_form(
    draft: ElementDraft, faults: Sequence[Fault], *, modules: Modules, names: Sequence[str]
) -> ElementForm:
    """``faults``: places within the element. ``names``: of the other data elements."""
    book = FaultBook(faults)
    single = {key: book.take(f"/{key}") for key in ("name", "apply", "default", "store", "type", "pattern", *_TEXTS)}
    sources = [_fields(index, each, book, modules) for index, each in enumerate(draft.sources)]
    return ElementForm(
        draft=draft,
        sources=sources,
        kept=[Choice(value=key, help=words, is_chosen=key == draft.store) for key, words in KEPT.items()],
        types=[Choice(value=key, help=words, is_chosen=key == draft.type) for key, words in TYPES.items()],
        tokens=[(f"%{name}%", "data element") for name in names if name != draft.name],
        pipes=[(name, spec.does) for name, spec in PIPES.items() if name not in ("text", "value")],
        faults=single,
        others=book.rest(),
        rest=write_rest(draft.rest),
    )


def _source(source: JsonObject, modules: Modules, *, common: frozenset[str]) -> SourceDraft:
    module = modules.find("dataElements", source["from"])
    known = {} if module is None else module.settings.get("properties", {})
    settings = {key: value for key, value in source.items() if key in known and key not in common}
    rest = {} if common is _SHOWN else rest_of(source, {"from", *known})
    return SourceDraft(type=source["from"], settings=settings, rest=rest)


def _read_source(branch: Branch, modules: Modules) -> SourceDraft:
    type_name, former = branch.text("type", "dataLayer"), branch.text("was")
    module, before = modules.find("dataElements", type_name), modules.find("dataElements", former or type_name)
    if branch.has("new") or module is None or before is None:
        return SourceDraft(type=type_name, rest=read_rest(branch))
    settings = read_settings(branch, before.settings)
    if module is not before:
        settings = {key: value for key, value in settings.items() if key in module.settings.get("properties", {})}
    return SourceDraft(type=type_name, settings=settings, rest=read_rest(branch))


def _fields(index: int, source: SourceDraft, book: FaultBook, modules: Modules) -> SourceFields:
    name, pointer = f"sources/{index}", below("/fallback", index - 1) if index else ""
    module = modules.find("dataElements", source.type)
    schema = {} if module is None else module.settings
    titles = ((each.type, each.title) for each in modules.by_kind["dataElements"].values())
    fields = settings_fields(source.settings, schema, name=name, pointer=pointer, faults=book)
    return SourceFields(
        name=name,
        type=source.type,
        title="" if module is None else module.title,
        help="" if module is None else module.description,
        types=sorted(titles, key=lambda pair: pair[1]),
        fields=fields,
        faults=book.take(pointer) if pointer else book.take_exactly(""),
        rest=write_rest(source.rest),
    )
