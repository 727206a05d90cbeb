"""Sections of a property while they are edited: from the document into fields, and from a form back into it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from server.model.json import Json, JsonObject
from server.model.property import Fault
from server.web.editor.branches import Branch
from server.web.editor.faults import FaultBook
from server.web.editor.fields import FormField, read_settings, settings_fields
from server.web.editor.sections.schema import NAMED_BY_PURPOSES, SWITCH, SWITCHED, Offered, section_schema
from server.web.editor.sections.topics import Clause, Topic

Sections = Mapping[str, JsonObject]
"""Sections of a document by their key; those that are not there are not in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseForm:
    """Some fields with what is said above them."""

    clause: Clause
    fields: Sequence[FormField]


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionsForm:
    """A topic's fields. ``others``: faults that no field is about."""

    clauses: Sequence[ClauseForm]
    others: Sequence[Fault]


def sections_of(document: JsonObject, names: Sequence[str]) -> Sections:
    """Those of the names that the document has."""
    return {name: document[name] for name in names if isinstance(document.get(name), dict)}


def sections_form(
    topic: Topic, sections: Sections, faults: Sequence[Fault], *, schema: JsonObject, offered: Offered
) -> SectionsForm:
    """``schema``: the property's. ``faults``: places within the document."""
    book, found = FaultBook(faults), dict[str, FormField]()
    for name in topic.sections:
        shown = _switched_on(sections[name], name, is_there=True) if name in sections else {}
        form = section_schema(schema, name, offered)
        fields = settings_fields(shown, form, name=name, pointer=f"/{name}", faults=book)
        found |= {each.name: each for each in _all_fields(fields)}
    clauses = [
        ClauseForm(clause=clause, fields=[found[name] for name in clause.fields if name in found])
        for clause in topic.clauses
    ]
    return SectionsForm(clauses=clauses, others=book.rest())


def read_sections(form: Branch, topic: Topic, before: JsonObject, *, schema: JsonObject, offered: Offered) -> Sections:
    """What a form says, with everything of ``before`` that it does not show; what is empty is not in it."""
    found: dict[str, JsonObject] = {}
    for name in topic.sections:
        shape = section_schema(schema, name, offered)
        said = _switched_off(read_settings(form.at(name), shape), name)
        if said is None:
            continue
        section = _laid_over(_completed(said, name, offered.purposes), before.get(name, {}), shape, name)
        if section or name in SWITCHED:
            found[name] = section
    return found


def put_sections(document: JsonObject, names: Sequence[str], sections: Sections) -> JsonObject:
    """The document with these sections, and without those of the names that are not among them."""
    rest = {key: each for key, each in document.items() if key not in names or key in sections}
    return {**rest, **sections}


def _switched_on(value: JsonObject, name: str, *, is_there: bool) -> JsonObject:
    """With the switch of everything that has one, as the document says it by being there."""
    shown = {
        key: _switched_on(each, f"{name}/{key}", is_there=True) if isinstance(each, dict) else each
        for key, each in value.items()
    }
    return {SWITCH: is_there, **shown} if name in SWITCHED else shown


def _switched_off(value: JsonObject, name: str) -> JsonObject | None:
    """Without switches; None for what is switched off."""
    inner: dict[str, Json] = {}
    for key, each in value.items():
        kept = _switched_off(each, f"{name}/{key}") if isinstance(each, dict) else each
        if kept is not None and key != SWITCH:
            inner[key] = kept
    if name not in SWITCHED:
        return inner
    if not value.get(SWITCH):
        return None
    return {**{key: [] for key in SWITCHED[name]}, **inner}


def _completed(section: JsonObject, name: str, purposes: Sequence[str]) -> JsonObject:
    """With what the format needs and nobody has to say, without what says nothing."""
    said = dict(section)
    if name == "consent":
        if said.get("whilePending"):
            said["whilePending"] = {"do": "queue", **said["whilePending"]}
        if said.get("source", {}).get("map"):
            said["source"] = {"type": "tcf2", **said["source"]}
        for signal in ("gpc", "dnt"):
            # A purpose that was taken away by the same form is none that could be refused.
            refused: list[Json] = [each for each in said.pop(signal, {}).get("deny", ()) if each in purposes]
            said |= {signal: {"deny": refused}} if refused else {}
    if name == "linkClicks" and not said.get("consent"):
        # None ticked is not "no consent is needed": that would be a trap.
        said.pop("consent", None)
    return {key: each for key, each in said.items() if each != {}}


def _laid_over(said: JsonObject, before: JsonObject, shape: JsonObject, name: str) -> JsonObject:
    """What was said, with what the form does not show, and what says in full what is usual, as it was before."""
    known = shape.get("properties", {})
    found: dict[str, Json] = {}
    for key, old in before.items():
        here = f"{name}/{key}"
        is_shown = key in known or (name in NAMED_BY_PURPOSES and not key.startswith("x-"))
        if not is_shown or (
            key in known and key not in said and here not in SWITCHED and _says_nothing(old, known[key])
        ):
            found[key] = old
    for key, new in said.items():
        old = before.get(key)
        if isinstance(new, dict) and isinstance(old, dict):
            found[key] = _laid_over(new, old, known.get(key, {}), f"{name}/{key}")
        elif isinstance(new, list) and isinstance(old, list) and "enum" in known.get(key, {}).get("items", {}):
            # Boxes have an order of their own, which nobody chose.
            found[key] = old if sorted(map(str, old)) == sorted(map(str, new)) else new
        else:
            found[key] = new
    return found


def _says_nothing(old: Json, node: JsonObject) -> bool:
    """What the document says is what holds anyway."""
    if isinstance(old, dict):
        members = node.get("properties", {})
        return all(_says_nothing(each, members.get(key, {"default": each})) for key, each in old.items())
    return old == [] or ("default" in node and bool(old == node["default"]))


def _all_fields(fields: Sequence[FormField]) -> Iterator[FormField]:
    for each in fields:
        yield each
        yield from _all_fields(each.fields)
