"""Whether a document is a property that can be published: everything that is wrong with it, with place and cure.

Four steps, each only on what the one before let through: plain JSON of a bearable size; the shape, by JSON Schema; the
meaning of each part whose shape is right; and what the parts say of each other.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from server.model.json import Json, JsonObject
from server.model.property import Fault
from server.property.components import format_faults
from server.property.custom_code import custom_code_faults
from server.property.elements import cycle_faults, element_faults, name_faults
from server.property.link_clicks import link_click_faults
from server.property.mapping import mapping_faults, purpose_faults
from server.property.modules import Modules
from server.property.places import below
from server.property.plain import plain_faults
from server.property.rules import order_faults, rule_faults
from server.property.scope import Scope
from server.property.shape import shape_faults

__all__ = ["MAX_FAULTS", "Fault", "check_property"]

# Whoever has so many mends some and asks again.
MAX_FAULTS = 100

DEFAULT_PURPOSES = ("collect",)


def check_property(document: Json, modules: Modules) -> Sequence[Fault]:
    """Every fault, at most MAX_FAULTS; empty when the document can be compiled."""
    faults = list(islice(plain_faults(document), MAX_FAULTS))
    if faults:
        return faults
    faults = list(dict.fromkeys(islice(shape_faults(document, modules), MAX_FAULTS)))
    if isinstance(document, dict) and len(faults) < MAX_FAULTS:
        faults.extend(_meaning_faults(_Sound(document, faults), modules))
    return list(dict.fromkeys(faults))[:MAX_FAULTS]


class _Sound:
    """The parts of a document whose shape is right; what is wrong already is not judged twice."""

    def __init__(self, document: JsonObject, faults: Iterable[Fault]) -> None:
        self.document = document
        self.broken = {_part(fault.path) for fault in faults}

    def section(self, name: str) -> JsonObject:
        """One section of settings, or nothing."""
        value = self.document.get(name, {})
        return value if isinstance(value, dict) and f"/{name}" not in self.broken else {}

    def elements(self) -> Mapping[str, JsonObject]:
        return {name: each for name, each in self._elements() if below("/dataElements", name) not in self.broken}

    def element_names(self) -> Sequence[str]:
        """Of all data elements, broken ones too: a fault inside of one is no reason to call it unknown."""
        return [name for name, _ in self._elements()]

    def purposes(self) -> frozenset[str]:
        """As far as they can be read: a fault elsewhere in the section is no reason to call one unknown."""
        consent = self.document.get("consent")
        named = consent.get("purposes", DEFAULT_PURPOSES) if isinstance(consent, dict) else DEFAULT_PURPOSES
        return (
            frozenset(each for each in named if isinstance(each, str))
            if isinstance(named, list | tuple)
            else frozenset()
        )

    def rule_ids(self) -> frozenset[str]:
        rules = self.document.get("rules")
        ids = (rule.get("id") for rule in (rules if isinstance(rules, list) else ()) if isinstance(rule, dict))
        return frozenset(each for each in ids if isinstance(each, str))

    def rules(self) -> Sequence[tuple[int, JsonObject]]:
        rules = self.document.get("rules")
        numbered = enumerate(rules if isinstance(rules, list) else ())
        return [(index, rule) for index, rule in numbered if below("/rules", index) not in self.broken]

    def _elements(self) -> Iterator[tuple[str, JsonObject]]:
        elements = self.document.get("dataElements")
        if isinstance(elements, dict):
            yield from ((name, each) for name, each in elements.items() if not name.startswith("x-"))


def _part(pointer: str) -> str:
    """The rule, the data element or the section that a fault lies in."""
    keys = pointer.split("/")
    return "/".join(keys[: 3 if keys[1:2] in (["rules"], ["dataElements"]) else 2])


def _meaning_faults(sound: _Sound, modules: Modules) -> Iterator[Fault]:
    purposes, names = sound.purposes(), frozenset(sound.element_names())
    elements, rules = sound.elements(), sound.rules()
    scope = Scope(names=names)
    base: JsonObject = sound.section("xdm").get("base", {})
    yield from _setting_faults(sound)
    yield from mapping_faults(base, "/xdm/base", scope, purposes=purposes)
    for name, element in elements.items():
        yield from element_faults(name, element, modules, scope)
    yield from name_faults(sound.element_names())
    yield from cycle_faults(elements, modules)
    for index, rule in rules:
        at = below("/rules", index)
        yield from rule_faults(rule, at, modules, names=names, purposes=purposes, base=base)
    yield from order_faults(rules, ids=sound.rule_ids())
    yield from custom_code_faults(sound.section("property"), sound.section("modules"), rules)
    if "linkClicks" in sound.document:
        clicks = sound.section("linkClicks")
        yield from link_click_faults(clicks, modules, names=names, purposes=purposes, rule_ids=sound.rule_ids())


def _setting_faults(sound: _Sound) -> Iterator[Fault]:
    while_pending = sound.section("consent").get("whilePending", {})
    yield from format_faults(while_pending.get("ttl", "30m"), "/consent/whilePending/ttl", "duration")
    for signal in ("gpc", "dnt"):
        for index, purpose in enumerate(sound.section("consent").get(signal, {}).get("deny", ())):
            yield from purpose_faults(purpose, below("/consent", signal, "deny", index), sound.purposes())
    for purpose in sound.section("consent").get("source", {}).get("map", {}):
        if not purpose.startswith("x-"):
            yield from purpose_faults(purpose, below("/consent/source/map", purpose), sound.purposes())
    for name in ("neverRead", "mask"):
        for index, selector in enumerate(sound.section("privacy").get(name, ())):
            yield from format_faults(selector, below("/privacy", name, index), "selector")
