"""The automatic collection of clicks on links: settings of the property that become a rule.

What it sends has the XDM paths of Adobe's Web SDK (`web.webInteraction`), so that both fill the same fields.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from server.model.container import Delegate, Rule
from server.model.json import JsonObject
from server.model.property import Fault
from server.property.conditions import compile_condition, condition_faults
from server.property.mapping import purpose_faults
from server.property.modules import Modules
from server.property.places import below
from server.property.scope import Scope

RULE_ID = "link-clicks"
DEFAULT_KINDS = ("internal", "external", "download")

# What a property calls it -> what the event `link-click` calls it. Mail and telephone links lead out of the site, too.
_EVENT_KINDS: Mapping[str, Sequence[str]] = MappingProxyType(
    {"internal": ("other",), "external": ("exit", "mailto", "tel"), "download": ("download",)}
)
_EVENT = "link-click"
_POINTER = "/linkClicks"


def compile_link_clicks(settings: JsonObject, modules: Modules, *, purposes: Sequence[str]) -> Rule:
    """The rule. The settings must be checked. ``purposes``: what it needs when they do not say."""
    kinds = [kind for each in settings.get("collect", DEFAULT_KINDS) for kind in _EVENT_KINDS[each]]
    extensions = {"extensions": list(settings["extensions"])} if "extensions" in settings else {}
    return Rule(
        id=RULE_ID,
        events=tuple(Delegate(module=_EVENT, settings={"kind": kind, **extensions}) for kind in kinds),
        conditions=compile_condition(settings["conditions"]) if "conditions" in settings else None,
        exceptions=compile_condition(settings["exceptions"]) if "exceptions" in settings else None,
        consent=tuple(settings.get("consent", purposes)),
        actions=(Delegate(module="@click", settings={"group": settings.get("group", "none") != "none"}),),
    )


def link_click_faults(
    settings: JsonObject,
    modules: Modules,
    *,
    names: frozenset[str],
    purposes: frozenset[str],
    rule_ids: frozenset[str],
) -> Iterator[Fault]:
    """What is wrong with settings whose shape is right, of a property that collects clicks."""
    if RULE_ID in rule_ids:
        message = f"The rule of the automatic collection is called `{RULE_ID}`, and there is another one."
        yield Fault(_POINTER, message, "Give that rule another id.")
    event = modules.find("events", _EVENT)
    scope = Scope(names=names, events=[event] if event else [])
    for part in ("conditions", "exceptions"):
        if part in settings:
            yield from condition_faults(settings[part], below(_POINTER, part), scope)
    for index, purpose in enumerate(settings.get("consent", ())):
        yield from purpose_faults(purpose, below(_POINTER, "consent", index), purposes)
