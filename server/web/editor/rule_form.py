"""A rule's form as the template draws it: every clause of the sentence, and what is wrong beside its field."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from server.model.json import Json, JsonObject
from server.model.property import Fault, Sentence
from server.property.modules import OPEN_FACTS, Kind, Module, Modules
from server.property.pipes import PIPES
from server.property.places import below
from server.property.sentences import describe_rule
from server.property.shape import shape_faults
from server.web.editor.conditions import TESTS, WORDS, Group, Test
from server.web.editor.faults import FaultBook
from server.web.editor.fields import Choice, FormField, settings_fields
from server.web.editor.mapping_rows import SHAPES, Row, listed_path, literal_fits, schema_path
from server.web.editor.rest import write_rest
from server.web.editor.rule_draft import Component, RuleDraft
from server.web.editor.sources import COERCIONS, KINDS, READS, Source
from server.web.editor.xdm_fields import XdmFields

_SCOPES = {
    "visitor": "per visitor",
    "session": "per session",
    "page": "per page load",
    "route": "per page or route",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """The fields of a source. ``name``: of them all, in the form. ``elements``: data elements to choose from."""

    name: str
    source: Source
    kinds: Sequence[Choice]
    reads: Sequence[Choice]
    elements: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """One line of a mapping. ``type``, ``title``, ``description``: of the XDM field; empty where it is not known.

    ``hint``: what the person may want to know; ``pipe``: what a button beside the hint would add.
    """

    name: str
    row: Row
    shapes: Sequence[Choice]
    source: SourceView
    purposes: Sequence[Choice]
    rows: Sequence["RowView"]
    type: str
    title: str
    description: str
    is_required: bool
    is_identity: bool
    hint: str
    pipe: str
    faults: Sequence[str]
    rest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingView:
    """An action's XDM mapping. ``missing``: fields that the schema requires and nobody fills."""

    name: str
    title: str
    rows: Sequence[RowView]
    faults: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentView:
    """One event or action. ``types``: which it could be. ``facts``: what ``%event.…%`` can read of it."""

    name: str
    type: str
    title: str
    help: str
    types: Sequence[tuple[str, str]]
    facts: Sequence[tuple[str, str]]
    basic: Sequence[FormField]
    """What it needs, and what was said."""
    more: Sequence[FormField]
    """What has a usual value, and has it."""
    mappings: Sequence[MappingView]
    faults: Sequence[str]
    rest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TestView:
    """One comparison."""

    name: str
    source: SourceView
    tests: Sequence[Choice]
    test: Test
    faults: Sequence[str]
    rest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupView:
    """A group of comparisons and groups. ``depth``: 0 for the outermost."""

    name: str
    depth: int
    words: Sequence[Choice]
    members: Sequence["GroupView | TestView"]
    faults: Sequence[str]
    rest: str

    @property
    def is_group(self) -> bool:
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleForm:
    """Everything of one rule. ``sentence``: empty while it is too unfinished to be said."""

    draft: RuleDraft
    sentence: Sentence
    events: Sequence[ComponentView]
    actions: Sequence[ComponentView]
    conditions: GroupView
    exceptions: GroupView
    purposes: Sequence[Choice]
    """Of the property; chosen are those that the rule names."""
    scopes: Sequence[Choice]
    after: Sequence[Choice]
    """The other rules; chosen are those that run before."""
    tokens: Sequence[tuple[str, str]]
    """What can stand between per cent signs here, and what it is: offered while somebody types."""
    pipes: Sequence[tuple[str, str]]
    faults: Mapping[str, Sequence[str]]
    """Of fields that are no part of anything above, by name."""
    others: Sequence[Fault]
    """What no field is about."""
    rest: str
    limit_rest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a rule's form needs to know of the property."""

    document: JsonObject
    modules: Modules
    purposes: Sequence[str]
    xdm: XdmFields


def rule_form(draft: RuleDraft, rule: JsonObject, faults: Sequence[Fault], around: Surroundings) -> RuleForm:
    """``rule``: the draft as written. ``faults``: places within the rule, ``/events/0/target``, or ``#`` and a name."""
    maker = _Maker(draft, FaultBook(faults), around)
    conditions, exceptions = maker.group("conditions", draft.conditions), maker.group("exceptions", draft.exceptions)
    events = [maker.component("events", index, each) for index, each in enumerate(draft.events)]
    actions = [maker.component("actions", index, each) for index, each in enumerate(draft.actions)]
    single = {
        name: maker.book.take(f"/{name}")
        for name in ("id", "name", "description", "notes", "owner", "after", "consent", "limit", "events", "actions")
    }
    chosen = draft.consent or ()
    others = [each for each in around.document["rules"] if each["id"] != draft.id]
    return RuleForm(
        draft=draft,
        sentence=_sentence(rule, around),
        events=events,
        actions=actions,
        conditions=conditions,
        exceptions=exceptions,
        purposes=[Choice(value=each, help="", is_chosen=each in chosen) for each in around.purposes],
        scopes=_choices(_SCOPES, draft.limit.per if draft.limit else "visitor"),
        after=[
            Choice(value=each["id"], help=each.get("name", ""), is_chosen=each["id"] in draft.after) for each in others
        ],
        tokens=list(_tokens(maker.events, maker.elements)),
        pipes=[(name, spec.does) for name, spec in PIPES.items() if name not in ("text", "value")],
        faults=single,
        others=maker.book.rest(),
        rest=write_rest(draft.rest),
        limit_rest=write_rest(draft.limit.rest) if draft.limit else "",
    )


class _Maker:
    def __init__(self, draft: RuleDraft, book: FaultBook, around: Surroundings) -> None:
        self.book = book
        self.around = around
        self.events = [
            module for each in draft.events if (module := around.modules.find("events", each.type)) is not None
        ]
        self.elements = [name for name in around.document["dataElements"] if not name.startswith("x-")]

    def component(self, kind: Kind, index: int, component: Component) -> ComponentView:
        name, pointer = f"{kind}/{index}", f"/{kind}/{index}"
        module = self.around.modules.find(kind, component.type)
        schema = {} if module is None else module.settings
        mappings = [
            self.mapping(
                f"{name}/{setting}", below(pointer, setting), schema["properties"][setting].get("title", setting), rows
            )
            for setting, rows in component.mappings.items()
        ]
        fields = settings_fields(component.settings, schema, name=name, pointer=pointer, faults=self.book)
        basic = [each for each in fields if _is_basic(each, component, schema)]
        return ComponentView(
            name=name,
            type=component.type,
            title="" if module is None else module.title,
            help="" if module is None else module.description,
            types=sorted(
                ((each.type, each.title) for each in self.around.modules.by_kind[kind].values()),
                key=lambda pair: pair[1],
            ),
            facts=[] if module is None else list(module.facts.items()),
            basic=basic,
            more=[each for each in fields if each not in basic],
            mappings=mappings,
            faults=self.book.take(pointer),
            rest=write_rest(component.rest),
        )

    def mapping(self, name: str, pointer: str, title: str, rows: Sequence[Row]) -> MappingView:
        views = list(self._rows(name, pointer, rows, inside=""))
        return MappingView(name=name, title=title, rows=views, faults=self.book.take(pointer))

    def group(self, name: str, group: Group, *, pointer: str = "", depth: int = 0) -> GroupView:
        pointer = pointer or f"/{name}"
        members: list[GroupView | TestView] = []
        for index, member in enumerate(group.members):
            here, place = f"{name}/members/{index}", below(pointer, group.word, index)
            if isinstance(member, Group):
                members.append(self.group(here, member, pointer=place, depth=depth + 1))
                continue
            members.append(
                TestView(
                    name=here,
                    source=self.source(f"{here}/source", member.source, without=("fixed", "item")),
                    tests=_choices(TESTS, member.test),
                    test=member,
                    faults=self.book.take(place),
                    rest=write_rest(member.rest),
                )
            )
        return GroupView(
            name=name,
            depth=depth,
            words=_choices(WORDS, group.word),
            members=members,
            faults=self.book.take(pointer),
            rest=write_rest(group.rest),
        )

    def source(self, name: str, source: Source, *, without: Sequence[str] = ()) -> SourceView:
        kinds = {kind: label for kind, label in KINDS.items() if kind not in without or kind == source.kind}
        elements = self.elements
        if source.kind == "element" and source.name and source.name not in elements:
            elements = [*elements, source.name]
        return SourceView(
            name=name,
            source=source,
            kinds=_choices(kinds, source.kind),
            reads=_choices(READS, source.reads),
            elements=elements,
        )

    def _rows(
        self, name: str, pointer: str, rows: Sequence[Row], *, inside: str, in_list: bool = False
    ) -> Iterator[RowView]:
        for index, row in enumerate(rows):
            here, place = f"{name}/{index}", below(pointer, listed_path(row))
            path = schema_path(row.path, inside)
            field = self.around.xdm.find(path)
            key = "as" if row.shape == "each" else "one"
            inner = [] if row.shape == "value" else list(
                self._rows(f"{here}/rows", below(place, key), row.rows, inside=f"{path}[*].",
                           in_list=in_list or row.shape == "each")
            )  # fmt: skip
            hint, pipe = _hint(row, "" if field is None else field.type)
            is_unknown = field is None and bool(row.path) and bool(self.around.xdm.by_path)
            without = [*(() if in_list else ("item",)), *(("fixed",) if row.shape == "each" else ())]
            yield RowView(
                name=here,
                row=row,
                shapes=_choices(SHAPES, row.shape),
                source=self.source(f"{here}/source", row.source, without=without),
                purposes=[Choice(value=each, help="", is_chosen=each == row.consent) for each in self.around.purposes],
                rows=inner,
                type="" if field is None else "list" if field.type == "array" else field.type,
                title="" if field is None else field.title,
                description="" if field is None else field.description,
                is_required=field is not None and field.required,
                is_identity=(field is not None and field.is_identity) or path.startswith("identityMap"),
                hint="The dataset's schema has no such field: see that it is spelled right." if is_unknown else hint,
                pipe="" if is_unknown else pipe,
                faults=(*self.book.take(place), *self.book.take(f"#{here}")),
                rest=write_rest(row.rest),
            )  # fmt: skip


def type_faults(rows: Sequence[Row], xdm: XdmFields, *, name: str, pointer: str, inside: str = "") -> Iterator[Fault]:
    """Fixed values that a field of the schema can never take."""
    for index, row in enumerate(rows):
        path, here = schema_path(row.path, inside), f"{name}/{index}"
        if row.shape != "value":
            yield from type_faults(row.rows, xdm, name=f"{here}/rows", pointer=pointer, inside=f"{path}[*].")
            continue
        wanted, source = xdm.type_of(path), row.source
        if source.kind == "fixed" and source.value and not literal_fits(source.value, wanted) and wanted in _FIXED:
            message = f"`{row.path}` takes {_FIXED[wanted]}; this is `{source.value[:60]}`."
            yield Fault(f"#{here}", message, f"Write {_FIXED[wanted]}.")


_FIXED = {"integer": "a whole number", "number": "a number", "boolean": "true or false"}


def _hint(row: Row, field_type: str) -> tuple[str, str]:
    """(what the person may want to know, the pipe that would mend it)."""
    pipe = COERCIONS.get(field_type, "")
    if row.shape != "value" or row.source.is_empty or not pipe:
        return "", ""
    if row.source.is_text:
        return f"The page gives a text; this field takes {_of_type(field_type)}.", pipe
    used = {part.strip().partition("(")[0] for part in row.source.pipes.split("|")}
    return (f"Read as {_of_type(field_type)}.", "") if pipe in used else ("", "")


def _of_type(field_type: str) -> str:
    return _FIXED.get(field_type, "a date and time")


def _is_basic(field: FormField, component: Component, schema: JsonObject) -> bool:
    setting = field.name.rpartition("/")[2]
    properties = schema.get("properties", {})
    return (
        field.is_needed
        or field.is_wrong
        or setting in component.settings
        or len(properties) <= 2
        or "default" not in properties[setting]
    )


def _choices(words: Mapping[str, str], chosen: str) -> Sequence[Choice]:
    return [Choice(value=value, help=help_, is_chosen=value == chosen) for value, help_ in words.items()]


def _tokens(events: Sequence[Module], elements: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name in elements:
        yield f"%{name}%", "data element"
    shared = [name for name in (events[0].facts if events else ()) if all(name in each.facts for each in events)]
    for name in shared:
        if name != OPEN_FACTS:
            yield f"%event.{name}%", events[0].facts[name]
    yield "%this%", "the element of the event: its text"
    yield "%this[id]%", "one of its attributes"
    yield "%closest([data-id])[data-id]%", "an attribute of the element around it"


def _sentence(rule: JsonObject, around: Surroundings) -> Sentence:
    """A rule without the shape of one cannot be said."""
    alone: Json = {**around.document, "dataElements": {}, "rules": [rule]}
    if any(fault.path.startswith("/rules") for fault in shape_faults(alone, around.modules)):
        return ()
    return describe_rule(rule, around.modules, purposes=around.purposes)
