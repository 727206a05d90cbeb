"""What the pages of a property's settings read and write: some sections, and the groups of conditions in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.model.json import JsonObject
from server.model.property import Fault
from server.property.check import DEFAULT_PURPOSES
from server.property.edits import put_element
from server.property.modules import Modules
from server.schema.lookup import XdmFields
from server.web.editor.branches import Branch
from server.web.editor.conditions import Group, group_of, read_group, write_group
from server.web.editor.mapping_rows import MappingWriter
from server.web.editor.sections.form import Sections, put_sections, read_sections, sections_of
from server.web.editor.sections.schema import Offered
from server.web.editor.sections.topics import Topic
from server.web.forms.drafts import new_faults

CONDITIONS: Mapping[str, Sequence[str]] = {"linkClicks": ("conditions", "exceptions")}
"""Parts of sections that are conditions, and edited as such."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsDraft:
    """Sections while they are edited. ``groups``: conditions by their name in the form, ``linkClicks/conditions``."""

    sections: Sections
    groups: Mapping[str, Group]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedSettings:
    """A draft as the document would have it, and what is wrong with it there."""

    document: JsonObject
    faults: Sequence[Fault]


def settings_draft(document: JsonObject, topic: Topic) -> SettingsDraft:
    """What the document says."""
    sections = sections_of(document, topic.sections)
    groups = {
        f"{name}/{part}": group_of(sections.get(name, {}).get(part))
        for name in topic.sections
        for part in CONDITIONS.get(name, ())
    }
    return SettingsDraft(sections=sections, groups=groups)


def read_settings_draft(
    form: Branch, document: JsonObject, topic: Topic, *, modules: Modules, offered: Offered
) -> SettingsDraft:
    """What a form says, with everything of the document that it does not show."""
    sections = read_sections(form, topic, document, schema=modules.schema, offered=offered)
    groups = {
        f"{name}/{part}": read_group(form.at(name).at(part))
        for name in topic.sections
        for part in CONDITIONS.get(name, ())
    }
    return SettingsDraft(sections=sections, groups=groups)


def written(document: JsonObject, topic: Topic, draft: SettingsDraft) -> tuple[JsonObject, Sequence[Fault]]:
    """The document with the draft in it, and what the form itself finds wrong."""
    writer = MappingWriter(document["dataElements"], XdmFields())
    sections = dict(draft.sections)
    for name, group in draft.groups.items():
        section, _, part = name.partition("/")
        if section not in sections:
            continue
        condition = write_group(group, writer, pointer=f"/{name}", name=name)
        rest = {key: each for key, each in sections[section].items() if key != part}
        sections[section] = rest if condition is None else {**rest, part: condition}
    edited = put_sections(document, topic.sections, sections)
    for name, element in writer.made.items():
        edited = put_element(edited, name, element)
    return edited, writer.faults


def check_settings(document: JsonObject, topic: Topic, draft: SettingsDraft, modules: Modules) -> CheckedSettings:
    """Everything that the draft would make wrong, with places in the document."""
    edited, own = written(document, topic, draft)
    told = {fault.path for fault in own}
    found = [fault for fault in new_faults(document, edited, modules) if not _lies_in(fault.path, told)]
    return CheckedSettings(document=edited, faults=[*own, *found])


def purposes_said(form: Branch, document: JsonObject) -> Sequence[str]:
    """What visitors can agree to, as a form says that is not saved yet; else as the document says."""
    consent = form.at("consent")
    if consent.has("purposes"):
        said = [line.strip() for line in consent.text("purposes").split("\n") if line.strip()]
        return list(dict.fromkeys(said)) or list(DEFAULT_PURPOSES)
    return list(document.get("consent", {}).get("purposes", DEFAULT_PURPOSES))


def _lies_in(path: str, places: set[str]) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in places)
