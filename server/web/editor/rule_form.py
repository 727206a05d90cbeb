"""A rule's form as the template draws it: every clause of the sentence, and what is wrong beside its field."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from server.model.json import Json, JsonObject
from server.model.property import Fault, Sentence
from server.property.modules import OPEN_FACTS, Kind, Module
from server.property.pipes import PIPES
from server.property.places import below
from server.property.sentences import describe_rule
from server.property.shape import shape_faults
from server.web.editor.condition_views import GroupView, group_view
from server.web.editor.faults import FaultBook
from server.web.editor.fields import Choice, FormField, settings_fields
from server.web.editor.mapping_views import MappingView, Surroundings, mapping_view
from server.web.editor.rest import write_rest
from server.web.editor.rule_draft import Component, RuleDraft
from server.web.editor.source_view import choices_of

_SCOPES = {
    "visitor": "per visitor",
    "session": "per session",
    "page": "per page load",
    "route": "per page or route",
}


_STICKINESS = {
    "visitor": "of the visitors",
    "session": "of the sessions",
    "page": "of the page loads",
    "route": "of the pages or routes",
    "": "of the events",
}


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
    sample_rest: str
    batch_rest: str
    stickiness: Sequence[Choice]
    """Of what all events count, or none."""


def rule_form(draft: RuleDraft, rule: JsonObject, faults: Sequence[Fault], around: Surroundings) -> RuleForm:
    """``rule``: the draft as written. ``faults``: places within the rule, ``/events/0/target``, or ``#`` and a name."""
    maker = _Maker(draft, FaultBook(faults), around)
    conditions, exceptions = (
        group_view(name, group, maker.book, around.elements)
        for name, group in (("conditions", draft.conditions), ("exceptions", draft.exceptions))
    )
    events = [maker.component("events", index, each) for index, each in enumerate(draft.events)]
    actions = [maker.component("actions", index, each) for index, each in enumerate(draft.actions)]
    single = {
        name: maker.book.take(f"/{name}")
        for name in (
            "id",
            "name",
            "description",
            "notes",
            "owner",
            "after",
            "consent",
            "limit",
            "sample",
            "batch",
            "events",
            "actions",
        )
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
        scopes=choices_of(_SCOPES, draft.limit.per if draft.limit else "visitor"),
        after=[
            Choice(value=each["id"], help=each.get("name", ""), is_chosen=each["id"] in draft.after) for each in others
        ],
        tokens=list(_tokens(maker.events, around.elements)),
        pipes=[(name, spec.does) for name, spec in PIPES.items() if name not in ("text", "value")],
        faults=single,
        others=maker.book.rest(),
        rest=write_rest(draft.rest),
        limit_rest=write_rest(draft.limit.rest) if draft.limit else "",
        sample_rest=write_rest(draft.sample.rest) if draft.sample else "",
        batch_rest=write_rest(draft.batch.rest) if draft.batch else "",
        stickiness=choices_of(_STICKINESS, draft.sample.sticky if draft.sample else "visitor"),
    )


class _Maker:
    def __init__(self, draft: RuleDraft, book: FaultBook, around: Surroundings) -> None:
        self.book = book
        self.around = around
        self.events = [
            module for each in draft.events if (module := around.modules.find("events", each.type)) is not None
        ]

    def component(self, kind: Kind, index: int, component: Component) -> ComponentView:
        name, pointer = f"{kind}/{index}", f"/{kind}/{index}"
        module = self.around.modules.find(kind, component.type)
        schema = {} if module is None else module.settings
        mappings = [
            mapping_view(
                f"{name}/{setting}",
                rows,
                self.book,
                self.around,
                pointer=below(pointer, setting),
                title=schema["properties"][setting].get("title", setting),
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
