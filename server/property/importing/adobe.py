"""Adobe Tags (Launch): the container of a library as JSON, or resources of its API (Reactor)."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from server.model.json import Json, JsonObject
from server.property.edits import slug
from server.property.importing.adobe_conditions import Condition, translate_condition
from server.property.importing.adobe_elements import Elements, flat
from server.property.importing.adobe_events import translate_event
from server.property.importing.adobe_parts import Part, TheirProperty, TheirRule, read_container, read_resources
from server.property.importing.draft import Draft, merged_conditions, object_of, objects_of, text_of
from server.property.importing.report import Imported, Impossible, NotAnExport
from server.property.modules import Modules

_MAX_PARTS = 5_000

_CONSENT = "Nothing is collected before a visitor agrees to `collect`, whatever the Web SDK's default was."
_DATASTREAM = "Events go to the datastream that the environments name: choose it in the property's settings."
_PAGE_VIEW = "web.webpagedetails.pageViews"


def from_adobe(export: Json, modules: Modules, *, property_id: str = "") -> Imported:
    """``property_id``: empty for one made of the property's name. Raises NotAnExport."""
    theirs = _read(export)
    if len(theirs.rules) + len(theirs.elements) > _MAX_PARTS:
        raise NotAnExport(f"The property has more than {_MAX_PARTS:,} rules and data elements: export a part of them.")
    draft = Draft(name=theirs.name, property_id=property_id or slug(theirs.name) or "imported", layer={"type": "acdl"})
    draft.tell("property", theirs.name, _CONSENT, _DATASTREAM)
    elements = Elements(theirs.elements, draft)
    elements.add_all()
    for rule in theirs.rules:
        try:
            _add_rule(rule, elements, draft)
        except Impossible as error:
            draft.refuse("rule", rule.name, str(error))
    return draft.finish(modules)


def _read(export: Json) -> TheirProperty:
    found = object_of(export)
    container = object_of(found.get("container")) or found
    if isinstance(container.get("rules"), list) or isinstance(container.get("dataElements"), dict):
        return read_container(container)
    data, included = found.get("data"), objects_of(found.get("included"))
    resources = objects_of(export) or [*objects_of(data), *([data] if isinstance(data, dict) else []), *included]
    if any("attributes" in each for each in resources):
        return read_resources(resources)
    raise NotAnExport(
        "This is neither the container of an Adobe Tags library as JSON, nor resources of its API: "
        "rules, rule_components and data_elements."
    )


def _add_rule(rule: TheirRule, elements: Elements, draft: Draft) -> None:
    told: list[str] = []
    events = [event for part in rule.of("events") for event in [translate_event(part, elements, told)]]
    if not events:
        raise Impossible("It has no event.")
    conditions = [translate_condition(part, elements, told) for part in rule.of("conditions")]
    actions = _actions(rule, elements, told)
    made: JsonObject = {
        "events": events,
        **merged_conditions([each.test for each in _tests(conditions, negated=False)]),
    }
    exceptions = [each.test for each in _tests(conditions, negated=True)]
    if exceptions:
        made["exceptions"] = {"any": exceptions}
    for each in conditions:
        made |= each.rule
    if not rule.is_enabled:
        made["enabled"] = False
    made["actions"] = actions
    draft.add_rule(rule.name or "Rule", made, told=told, kind="rule")


def _tests(conditions: Sequence[Condition], *, negated: bool) -> Sequence[Condition]:
    return [each for each in conditions if each.test and each.is_negated is negated]


def _actions(rule: TheirRule, elements: Elements, told: list[str]) -> list[JsonObject]:
    made: list[JsonObject] = []
    filled: dict[str, JsonObject] = {}
    why: list[str] = []
    for part in rule.of("actions"):
        if part.module == "adobe-alloy/updatevariable":
            name = text_of(part.settings.get("dataElementId")) or "variable"
            filled[name] = {**filled.get(name, {}), **object_of(part.settings.get("data"))}
            told.append("What a variable was filled with is in the event of the same rule, and in no other.")
            continue
        make = _ACTIONS.get(part.module)
        if make is None:
            what = "Custom code" if part.module == "core/customcode" else f"The action `{part.module[:80]}`"
            why.append(f"{what} is not taken over.")
            continue
        made.append(make(part, elements, filled, told))
    if not made:
        raise Impossible(why[0] if why else "It has no action.")
    told.extend(f"{each} The rule's other actions are." for each in why)
    return made


def _send(part: Part, elements: Elements, filled: Mapping[str, JsonObject], told: list[str]) -> JsonObject:
    wanted, given = part.settings.get("xdm"), part.settings
    xdm: JsonObject = {}
    name = wanted.strip("%") if isinstance(wanted, str) else ""
    if isinstance(wanted, dict):
        xdm = wanted
    elif name in elements.xdm:
        xdm = elements.xdm[name]
    elif name in elements.variables:
        # The export names a variable by its id, and one rule rarely fills two.
        xdm = {key: each for data in filled.values() for key, each in data.items()}
        xdm = object_of(xdm.get("xdm")) or xdm
    elif wanted:
        told.append(f"Its XDM comes from `{str(wanted)[:80]}`, and is left out: map it to fields.")
    kind = text_of(given.get("type")) or text_of(xdm.get("eventType"))
    if not kind or "%" in kind:
        raise Impossible("It names no type of event, or one that is made of data elements.")
    lines = {path: line for path, line in flat(xdm, elements, told).items() if path not in _GIVEN}
    if any(given.get(key) for key in ("renderDecisions", "decisionScopes", "surfaces", "personalization")):
        told.append("Personalization is not done here: only what is measured is taken over.")
    if given.get("data"):
        told.append("Its `data` are left out: map them to fields.")
    made: JsonObject = {"type": "send-event", "eventType": kind}
    if kind == _PAGE_VIEW:
        made["isPageView"] = True
    if given.get("documentUnloading") is True:
        made["transport"] = "unload-safe"
    return made | ({"xdm": lines} if lines else {})


_GIVEN = frozenset({"_id", "timestamp", "eventType"})


def _call(part: Part, _elements: Elements, _filled: Mapping[str, JsonObject], told: list[str]) -> JsonObject:
    if part.settings.get("detail"):
        told.append("What a direct call carries is left out.")
    return {"type": "call", "name": text_of(part.settings.get("identifier"))}


def _consent(part: Part, _elements: Elements, _filled: Mapping[str, JsonObject], told: list[str]) -> JsonObject:
    first = next(iter(objects_of(part.settings.get("consent"))), {})
    value = object_of(first.get("value"))
    # Of Adobe's standard 1.0, or of 2.0.
    said = text_of(value.get("general")) or text_of(object_of(value.get("collect")).get("val"))
    general = {"y": "in", "n": "out"}.get(said, said)
    if general not in ("in", "out"):
        raise Impossible("It sets consent to what a data element, or a framework, says: connect that in the settings.")
    told.append("Consent is for all of the property's purposes.")
    return {"type": "set-consent", "to": "granted" if general == "in" else "denied"}


_Make = Callable[[Part, Elements, Mapping[str, JsonObject], list[str]], JsonObject]
_ACTIONS: Mapping[str, _Make] = MappingProxyType(
    {
        "adobe-alloy/sendevent": _send,
        "adobe-alloy/setconsent": _consent,
        "adobe-alloy/redirectwithidentity": lambda _p, _e, _f, _t: {"type": "redirect-with-identity"},
        "core/directcall": _call,
        "core/triggerdirectcall": _call,
    }
)
