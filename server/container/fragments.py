"""Which fragments of static/dist a container needs: modules that its rules name, pipes, and parts of the engine.

The engine's own file holds what every page needs. The rest is a fragment each, and a page gets only those that its
property can make use of.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from types import MappingProxyType

import msgspec

from server.model.container import Compare, Container, DataElement, DataToken, ElementToken, FactToken
from server.model.json import Json

# The engine itself does it: it is about values that are missing, which no other pipe sees.
_OWN_PIPES = frozenset({"default"})
# Modules and pipes that only the compiler names: a part brings them.
_INNER = MappingProxyType(
    {"@click": "parts/clicks", "@store": "parts/store", "@stored": "parts/store", "@type": "parts/typed"}
)
_HINTS = "highEntropyUserAgentHints"

Needs = Mapping[str, Sequence[str]]
"""Name of a fragment to the parts that go with it."""

NO_NEEDS: Needs = MappingProxyType({})


def used_fragments(container: Container, *, needs: Needs = NO_NEEDS) -> Sequence[str]:
    """``events/click``, ``pipes/max``, ``parts/limits``, …: sorted, each once. ``needs``: as the manifest says."""
    named = chain(_modules(container), _pipes_and_comparisons(container), _parts(container))
    return sorted(_with_needs({_INNER.get(name.partition("/")[2], name) for name in named}, needs))


def _with_needs(named: set[str], needs: Needs) -> set[str]:
    """The parts of parts, too."""
    more = named.union(*(needs.get(name, ()) for name in named))
    return more if more == named else _with_needs(more, needs)


def _modules(container: Container) -> Iterator[str]:
    for rule in container.rules:
        yield from (f"events/{event.module}" for event in rule.events)
        yield from (f"actions/{action.module}" for action in rule.actions)
    for element in container.data_elements.values():
        yield f"dataElements/{element.module}"
        yield from (f"dataElements/{source.module}" for source in element.fallback)


def _pipes_and_comparisons(compiled: object) -> Iterator[str]:
    if isinstance(compiled, DataToken | FactToken | ElementToken | DataElement):
        yield from (f"pipes/{pipe[0]}" for pipe in compiled.pipe if pipe[0] not in _OWN_PIPES)
    if isinstance(compiled, Compare):
        yield "parts/compare"
    for each in _inside(compiled):
        yield from _pipes_and_comparisons(each)


def _parts(container: Container) -> Iterator[str]:
    limits = [rule.limit.per for rule in container.rules if rule.limit]
    if limits:
        yield "parts/limits"
    if "session" in [*limits, *_scopes(container)]:
        yield "parts/session"
    if any(rule.cap for rule in container.rules):
        yield "parts/cap"
    if any(rule.sample for rule in container.rules):
        yield "parts/sample"
    if any(rule.batch for rule in container.rules):
        yield "parts/batch"
    if container.consent.queue_events:
        yield "parts/pending"
    if container.privacy.keep_url_params is not None:
        yield "parts/filterUrl"
    if container.consent.gpc or container.consent.dnt:
        yield "parts/optOut"
    if container.consent.tcf:
        yield "parts/tcf"
    if container.privacy.mask:
        yield "parts/mask"
    if container.privacy.cookieless:
        yield "parts/cookieless"
    if container.domains:
        yield "parts/handOver"
    if container.context and _HINTS in container.context:
        yield "parts/hints"
    if any(_has_role(event.settings) for rule in container.rules for event in rule.events):
        yield "parts/roles"


def _scopes(container: Container) -> Iterator[Json]:
    """Those for which something is drawn or kept."""
    yield from (rule.sample.sticky for rule in container.rules if rule.sample)
    yield from (rule.cap.per for rule in container.rules if rule.cap)
    for element in container.data_elements.values():
        yield from (pipe[1] for pipe in element.pipe if pipe[0] == "@store")


def _has_role(settings: object) -> bool:
    """Whether there is a target that is described by its role, such as ``{"role": "button"}``."""
    return (isinstance(settings, dict) and "role" in settings) or any(map(_has_role, _inside(settings)))


def _inside(value: object) -> Sequence[object]:
    match value:
        case msgspec.Struct():
            return [getattr(value, field) for field in value.__struct_fields__]
        case dict():
            return list(value.values())
        case list() | tuple():
            return value
    return ()
