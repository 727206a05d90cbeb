"""What a container of Adobe Tags, and resources of its API (Reactor), are made of, brought into one form."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.model.json import Json, JsonObject
from server.property.importing.draft import object_of, objects_of, text_of

_MODULE_PATH = re.compile(r"^([a-z0-9-]+)/.*?/(events|conditions|actions|dataElements)/([A-Za-z0-9]+)")
_DESCRIPTOR = re.compile(r"^([a-z0-9-]+)::(events|conditions|actions|dataElements)::([A-Za-z0-9-]+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One rule component or data element. ``module``: such as ``core/click``, in small letters and without signs."""

    kind: str
    module: str
    settings: JsonObject
    name: str = ""
    is_negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TheirRule:
    """One rule. ``parts``: events, conditions and actions, in their order."""

    name: str
    is_enabled: bool
    parts: Sequence[Part]

    def of(self, kind: str) -> Sequence[Part]:
        return [part for part in self.parts if part.kind == kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class TheirElement:
    """One data element. ``part``: where its value comes from. ``more``: default, text flags and storage."""

    name: str
    part: Part
    more: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class TheirProperty:
    name: str
    rules: Sequence[TheirRule]
    elements: Sequence[TheirElement]


def read_container(container: JsonObject) -> TheirProperty:
    """What a library holds: `_satellite`'s container, as JSON."""
    rules = [
        TheirRule(
            name=text_of(rule.get("name")) or text_of(rule.get("id")),
            is_enabled=True,
            parts=[
                _part(component, kind)
                for kind in ("events", "conditions", "actions")
                for component in objects_of(rule.get(kind))
            ],
        )
        for rule in objects_of(container.get("rules"))
    ]
    elements = [
        TheirElement(name=name, part=_part(element, "dataElements"), more=element)
        for name, element in object_of(container.get("dataElements")).items()
        if isinstance(element, dict)
    ]
    about = object_of(container.get("property"))
    return TheirProperty(name=text_of(about.get("name")) or "Imported", rules=rules, elements=elements)


def read_resources(resources: Sequence[JsonObject]) -> TheirProperty:
    """What its API answers (JSON:API): rules, rule components, data elements and a property, in any order."""
    by_type: dict[str, list[JsonObject]] = {}
    for each in resources:
        by_type.setdefault(text_of(each.get("type")), []).append(each)
    components: dict[str, list[tuple[float, Part]]] = {}
    for each in by_type.get("rule_components", ()):
        about = object_of(each.get("attributes"))
        order = about.get("order")
        part = _described(about)
        for owner in _related(each, "rules") or _related(each, "rule"):
            components.setdefault(owner, []).append((float(order) if isinstance(order, int | float) else 0.0, part))
    rules = []
    for each in by_type.get("rules", ()):
        about = object_of(each.get("attributes"))
        parts = [part for _, part in sorted(components.get(text_of(each.get("id")), []), key=lambda pair: pair[0])]
        is_enabled = about.get("enabled") is not False
        rules.append(TheirRule(name=text_of(about.get("name")), is_enabled=is_enabled, parts=parts))
    elements = [
        TheirElement(
            name=text_of(about.get("name")),
            part=_described(about),
            more={
                "defaultValue": about.get("default_value"),
                "forceLowerCase": about.get("force_lower_case"),
                "cleanText": about.get("clean_text"),
                "storageDuration": about.get("storage_duration"),
            },
        )
        for each in by_type.get("data_elements", ())
        for about in [object_of(each.get("attributes"))]
    ]
    found = by_type.get("properties", [])
    name = text_of(object_of(found[0].get("attributes")).get("name")) if found else ""
    return TheirProperty(name=name or "Imported", rules=rules, elements=elements)


def _part(component: JsonObject, kind: str) -> Part:
    found = _MODULE_PATH.match(text_of(component.get("modulePath")))
    module = f"{found[1]}/{_plain(found[3])}" if found else text_of(component.get("modulePath"))
    return Part(
        kind=kind,
        module=module,
        settings=object_of(component.get("settings")),
        is_negated=component.get("negate") is True,
    )


def _described(about: JsonObject) -> Part:
    descriptor = text_of(about.get("delegate_descriptor_id"))
    found = _DESCRIPTOR.match(descriptor)
    return Part(
        kind=found[2] if found else "",
        module=f"{found[1]}/{_plain(found[3])}" if found else descriptor,
        settings=_decoded(about.get("settings")),
        name=text_of(about.get("name")),
        is_negated=about.get("negate") is True,
    )


def _plain(name: str) -> str:
    return name.replace("-", "").lower()


def _decoded(settings: Json) -> JsonObject:
    """Its API has settings as a text of JSON."""
    if not isinstance(settings, str):
        return object_of(settings)
    try:
        return object_of(json.loads(settings))
    except (ValueError, RecursionError):
        return {}


def _related(resource: JsonObject, name: str) -> Sequence[str]:
    data = object_of(object_of(object_of(resource.get("relationships")).get(name))).get("data")
    found: Mapping[str, Json] | list[Json] = data if isinstance(data, dict | list) else []
    each = [found] if isinstance(found, dict) else [one for one in found if isinstance(one, dict)]
    return [text_of(one.get("id")) for one in each]
