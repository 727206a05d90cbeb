"""A property into a container: only what is used, with everything parsed, so that the page has nothing left to read."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Literal

import msgspec

from server.model.container import (
    ConsentSettings,
    Container,
    DataLayerSettings,
    DataToken,
    PrivacySettings,
    PropertyName,
    Rule,
)
from server.model.json import Json, JsonObject
from server.model.property import ENVIRONMENTS
from server.property.check import DEFAULT_PURPOSES
from server.property.custom_code import compile_modules, used_modules
from server.property.cycles import in_order
from server.property.durations import parse_duration_ms
from server.property.elements import compile_element, used_elements
from server.property.files import revision_of
from server.property.link_clicks import compile_link_clicks
from server.property.mapping import compile_mapping
from server.property.modules import Modules
from server.property.rules import compile_rule

# Version of the container's format: what the snippet of this version reads.
FORMAT: Literal[1] = 1
# The protocol's own first path segment.
BASE_PATH = "ee"
DEFAULT_QUEUE_EVENTS = 50
DEFAULT_QUEUE_TTL = "30m"
_DATA_LAYER_NAMES: Mapping[str, str] = MappingProxyType({"acdl": "adobeDataLayer", "gtm": "dataLayer"})


def compile_property(
    document: JsonObject, *, environment: str, org_id: str, datastream: str, modules: Modules
) -> Container:
    """The container of one environment. The document must have passed check_property.

    ``datastream``: where beacons go when the property names none for this environment. Raises ValueError for an
    environment that does not exist.
    """
    if environment not in ENVIRONMENTS:
        raise ValueError(f"{environment!r} is no environment; there are {', '.join(ENVIRONMENTS)}")
    target = document.get("environments", {}).get(environment, {})
    consent = _consent(document.get("consent", {}))
    rules = (*_rules(document, modules, consent), *_link_clicks(document, modules, consent))
    base = compile_mapping(document.get("xdm", {}).get("base", {}))
    elements = {name: each for name, each in document["dataElements"].items() if not name.startswith("x-")}
    used = used_elements(_names_in((base, rules)), elements, modules)
    context = document.get("xdm", {}).get("context")
    return Container(
        format=FORMAT,
        property=PropertyName(id=document["property"]["id"]),
        environment=environment,
        revision=revision_of(document),
        org_id=org_id,
        datastream=target.get("datastream", datastream),
        edge=target.get("edge"),
        base_path=BASE_PATH,
        consent=consent,
        privacy=_privacy(document.get("privacy", {})),
        data_layer=_data_layer(document.get("dataLayer", {})),
        context=None if context is None else tuple(context),
        base=base,
        domains=tuple(document["property"].get("domains", ())),
        custom_code=dict(compile_modules(document, used_modules(document["rules"]))),
        data_elements={name: compile_element(name, elements[name], modules) for name in sorted(used)},
        rules=rules,
    )


def _rules(document: JsonObject, modules: Modules, consent: ConsentSettings) -> tuple[Rule, ...]:
    """The enabled ones, in file order where `after` does not say otherwise."""
    enabled = {rule["id"]: rule for rule in document["rules"] if rule.get("enabled", True)}
    order = in_order({rule_id: rule.get("after", ()) for rule_id, rule in enabled.items()})
    return tuple(compile_rule(enabled[rule_id], modules, purposes=consent.purposes) for rule_id in order)


def _link_clicks(document: JsonObject, modules: Modules, consent: ConsentSettings) -> tuple[Rule, ...]:
    """The automatic collection of clicks on links: a rule that nobody has to write."""
    settings = document.get("linkClicks")
    return (compile_link_clicks(settings, modules, purposes=consent.purposes),) if settings is not None else ()


def _consent(consent: JsonObject) -> ConsentSettings:
    settings = ConsentSettings(
        default=consent.get("default", "pending"),
        purposes=tuple(consent.get("purposes", DEFAULT_PURPOSES)),
        gpc=tuple(consent.get("gpc", {}).get("deny", ())),
        dnt=tuple(consent.get("dnt", {}).get("deny", ())),
        tcf=_framework_purposes(consent.get("source", {}).get("map", {})),
    )
    while_pending = consent.get("whilePending", {})
    if settings.default != "pending" or while_pending.get("do", "queue") != "queue":
        return settings
    return msgspec.structs.replace(
        settings,
        queue_events=int(while_pending.get("max", DEFAULT_QUEUE_EVENTS)),
        # Whole seconds, rounded up.
        queue_seconds=-(-parse_duration_ms(while_pending.get("ttl", DEFAULT_QUEUE_TTL)) // 1_000),
    )


def _framework_purposes(asked: JsonObject) -> dict[str, tuple[int, ...]]:
    return {name: tuple(map(int, ids)) for name, ids in sorted(asked.items()) if not name.startswith("x-")}


def _privacy(privacy: JsonObject) -> PrivacySettings:
    keep = privacy.get("urlParams", {}).get("keep")
    return PrivacySettings(
        never_read=tuple(privacy.get("neverRead", ())),
        keep_url_params=None if keep is None else tuple(keep),
        mask=tuple(privacy.get("mask", ())),
        cookieless=privacy.get("cookieless", False),
    )


def _data_layer(data_layer: JsonObject) -> DataLayerSettings:
    kind = data_layer.get("type", "acdl")
    return DataLayerSettings(
        type=kind,
        name=data_layer.get("name", _DATA_LAYER_NAMES[kind]),
        reset_on_route=tuple(data_layer.get("resetOnRoute", ())),
    )


def _names_in(compiled: Json) -> Iterator[str]:
    """Names of the data elements that anything compiled mentions."""
    if isinstance(compiled, DataToken):
        yield compiled.name
    elif isinstance(compiled, msgspec.Struct):
        for field in compiled.__struct_fields__:
            yield from _names_in(getattr(compiled, field))
    elif isinstance(compiled, dict):
        for value in compiled.values():
            yield from _names_in(value)
    elif isinstance(compiled, tuple | list):
        for item in compiled:
            yield from _names_in(item)
