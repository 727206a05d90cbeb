"""A rule while it is edited: read from the document or from a form, changed by a row more or less, written back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from server.model.json import Json, JsonObject
from server.model.property import Fault
from server.property.modules import COMMON_KEYS, Kind, Modules
from server.property.places import below
from server.web.editor.branches import Branch
from server.web.editor.conditions import Group, group_of, read_group, write_group
from server.web.editor.fields import mapping_settings, read_settings
from server.web.editor.mapping_rows import MappingWriter, Row, read_rows, rows_of
from server.web.editor.pace import SHOWN_KEYS as PACE_KEYS
from server.web.editor.pace import (
    Batch,
    Limit,
    Sample,
    batch_of,
    limit_of,
    read_batch,
    read_limit,
    read_sample,
    sample_of,
    write_pace,
)
from server.web.editor.rest import read_rest, rest_of

SHOWN_KEYS: Mapping[str, frozenset[str]] = {
    **PACE_KEYS,
    "rule": frozenset(
        {
            *("id", "name", "description", "notes", "owner", "enabled", "after", "events", "conditions", "exceptions"),
            *("consent", "limit", "sample", "batch", "actions"),
        }
    ),
}
"""What the form shows, by the kind of object; whatever else stands in one goes along untouched."""

# What somebody who adds one most likely wants.
_USUAL_TYPES: Mapping[Kind, str] = {"events": "click", "actions": "send-event", "dataElements": "dataLayer"}
_TEXTS = ("name", "description", "notes", "owner")


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One event or action. ``mappings``: rows by the setting that they are."""

    type: str
    settings: JsonObject = field(default_factory=dict)
    mappings: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    rest: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDraft:
    """``texts``: name, description, notes and owner. ``consent``: None for all of the property's purposes."""

    id: str
    texts: Mapping[str, str]
    is_enabled: bool
    after: Sequence[str]
    events: Sequence[Component]
    actions: Sequence[Component]
    conditions: Group
    exceptions: Group
    consent: Sequence[str] | None
    limit: Limit | None
    sample: Sample | None
    batch: Batch | None
    rest: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenRule:
    """``rule``: for the document. ``elements``: data elements that were made for it. ``faults``: of the form itself.

    ``places``: JSON pointers within the rule to names in the form, where the two differ.
    """

    rule: JsonObject
    elements: Mapping[str, JsonObject]
    faults: Sequence[Fault]
    places: Mapping[str, str]


def draft_of(rule: JsonObject, modules: Modules) -> RuleDraft:
    """A rule of the document. It must have the shape of one."""
    return RuleDraft(
        id=rule["id"],
        texts={name: str(rule.get(name, "")) for name in _TEXTS},
        is_enabled=rule.get("enabled", True),
        after=tuple(rule.get("after", ())),
        events=tuple(_component(each, "events", modules) for each in rule["events"]),
        actions=tuple(_component(each, "actions", modules) for each in rule["actions"]),
        conditions=group_of(rule.get("conditions")),
        exceptions=group_of(rule.get("exceptions")),
        consent=tuple(rule["consent"]) if "consent" in rule else None,
        limit=limit_of(rule.get("limit")),
        sample=sample_of(rule.get("sample")),
        batch=batch_of(rule.get("batch")),
        rest=rest_of(rule, SHOWN_KEYS["rule"]),
    )


def read_draft(form: Branch, modules: Modules) -> RuleDraft:
    """What a form says, however unfinished."""
    return RuleDraft(
        id=form.text("id").strip(),
        texts={name: form.text(name).strip() for name in _TEXTS},
        is_enabled=bool(form.text("enabled")),
        after=tuple(each for each in form.all("after") if each),
        events=tuple(_read_component(each, "events", modules) for each in form.at("events").rows()),
        actions=tuple(_read_component(each, "actions", modules) for each in form.at("actions").rows()),
        conditions=read_group(form.at("conditions")),
        exceptions=read_group(form.at("exceptions")),
        consent=tuple(each for each in form.all("purpose") if each) if form.text("consent") == "some" else None,
        limit=read_limit(form.at("limit")),
        sample=read_sample(form.at("sample")),
        batch=read_batch(form.at("batch")),
        rest=read_rest(form),
    )


def write_rule(draft: RuleDraft, writer: MappingWriter, modules: Modules) -> WrittenRule:
    """The rule as the document has it; what is empty is left out. ``writer``: a fresh one."""
    rule: JsonObject = {"id": draft.id}
    rule |= {name: text for name, text in draft.texts.items() if text}
    if not draft.is_enabled:
        rule["enabled"] = False
    if draft.after:
        rule["after"] = list(draft.after)
    rule["events"] = _write_components(draft.events, "events", writer)
    for part, group in (("conditions", draft.conditions), ("exceptions", draft.exceptions)):
        written = write_group(group, writer, pointer=f"/{part}", name=part)
        if written is not None:
            rule[part] = written
    if draft.consent is not None:
        rule["consent"] = list(draft.consent)
    rule |= write_pace(draft.limit, draft.sample, draft.batch)
    rule["actions"] = _write_components(draft.actions, "actions", writer)
    return WrittenRule(
        rule=rule | draft.rest, elements=dict(writer.made), faults=tuple(writer.faults), places=dict(writer.places)
    )


def fresh_component(type_name: str, kind: Kind, modules: Modules) -> Component:
    """One that was just chosen."""
    module = modules.find(kind, type_name)
    names = () if module is None else _mappings(kind, module.settings)
    return Component(type=type_name, mappings=dict.fromkeys(names, ()))


def with_rows(draft: RuleDraft, mapping: str, change: Callable[[Sequence[Row]], tuple[Row, ...]]) -> RuleDraft:
    """The draft with one mapping changed. ``mapping``: its name in the form, ``actions/0/xdm``."""
    _, number, name = mapping.split("/")
    actions = tuple(
        replace(each, mappings={**each.mappings, name: change(each.mappings.get(name, ()))})
        if str(index) == number
        else each
        for index, each in enumerate(draft.actions)
    )
    return replace(draft, actions=actions)


def _component(component: JsonObject, kind: Kind, modules: Modules) -> Component:
    module = modules.find(kind, component["type"])
    schema = {} if module is None else module.settings
    known = schema.get("properties", {})
    mappings = {name: rows_of(component.get(name)) for name in _mappings(kind, schema)}
    settings = {key: value for key, value in component.items() if key in known and key not in mappings}
    rest = rest_of(component, {"type", *known})
    for name in mappings:
        notes = {key: each for key, each in component.get(name, {}).items() if key.startswith("x-")}
        # A setting's name is none of a note: so those of a mapping can go along under it.
        rest |= {name: notes} if notes else {}
    return Component(type=component["type"], settings=settings, mappings=mappings, rest=rest)


def _read_component(branch: Branch, kind: Kind, modules: Modules) -> Component:
    type_name, former = branch.text("type", _USUAL_TYPES[kind]), branch.text("was")
    if branch.has("new"):
        return fresh_component(type_name, kind, modules)
    module, before = modules.find(kind, type_name), modules.find(kind, former or type_name)
    if module is None or before is None:
        return Component(type=type_name, rest=read_rest(branch))
    settings = read_settings(branch, before.settings)
    if module is not before:
        # Another kind of event: what both have stays as it was.
        settings = {key: value for key, value in settings.items() if key in module.settings.get("properties", {})}
    mappings = {name: read_rows(branch.at(name)) for name in _mappings(kind, module.settings)}
    return Component(type=type_name, settings=settings, mappings=mappings, rest=read_rest(branch))


def _write_components(components: Sequence[Component], kind: Kind, writer: MappingWriter) -> list[Json]:
    written: list[Json] = []
    for index, each in enumerate(components):
        pointer, name = f"/{kind}/{index}", f"{kind}/{index}"
        mapped = {
            setting: writer.write(rows, pointer=below(pointer, setting), name=f"{name}/{setting}")
            for setting, rows in each.mappings.items()
        }
        notes = {key: value for key, value in each.rest.items() if key in COMMON_KEYS[kind] or key.startswith("x-")}
        with_notes = {setting: lines | each.rest.get(setting, {}) for setting, lines in mapped.items()}
        written.append(
            {"type": each.type} | each.settings | {key: value for key, value in with_notes.items() if value} | notes
        )
    return written


def _mappings(kind: Kind, schema: JsonObject) -> Sequence[str]:
    return mapping_settings(schema) if kind == "actions" else ()
