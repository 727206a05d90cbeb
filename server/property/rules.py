"""Rules: what can be wrong with them, and their compiled form."""

from collections.abc import Iterator, Sequence

from server.model.container import Batch, Cap, Delegate, Limit, Rule, Sample
from server.model.json import JsonObject
from server.model.property import Fault
from server.property.components import compile_settings, format_faults, settings_faults
from server.property.conditions import compile_condition, condition_faults
from server.property.cycles import find_cycle
from server.property.durations import parse_duration_ms
from server.property.mapping import conflicts, paths_of, purpose_faults
from server.property.modules import Kind, Modules
from server.property.names import cure
from server.property.places import below
from server.property.scope import Scope, template_faults
from server.property.tokens import parse_template

DEFAULT_BATCH_EVENTS = 20
# Each is a time that is kept, for each value of the key.
MAX_CAP_TIMES = 100
# What waits is in memory: more than a minute of it is too much to lose with a tab that is killed.
MAX_BATCH_MS = 60_000


def compile_rule(rule: JsonObject, modules: Modules, *, purposes: Sequence[str]) -> Rule:
    """One rule with everything parsed. It must be checked. ``purposes``: what it needs when it does not say."""
    limit = rule.get("limit", {})
    return Rule(
        id=rule["id"],
        events=tuple(_delegate(each, "events", modules) for each in rule["events"]),
        consent=tuple(rule.get("consent", purposes)),
        actions=tuple(_delegate(each, "actions", modules) for each in rule["actions"]),
        conditions=compile_condition(rule["conditions"]) if "conditions" in rule else None,
        exceptions=compile_condition(rule["exceptions"]) if "exceptions" in rule else None,
        limit=_limit(limit) if "times" in limit and "within" not in limit else None,
        cap=_cap(limit) if "within" in limit else None,
        sample=_sample(rule["sample"]) if "sample" in rule else None,
        batch=_batch(rule["batch"]) if "batch" in rule else None,
    )


def rule_faults(
    rule: JsonObject,
    pointer: str,
    modules: Modules,
    *,
    names: frozenset[str],
    purposes: frozenset[str],
    base: JsonObject,
) -> Iterator[Fault]:
    """What is wrong with one whose shape is right. ``base``: the mapping that every event starts from."""
    scope = Scope(names=names, events=[modules.by_kind["events"][event["type"]] for event in rule["events"]])
    for index, purpose in enumerate(rule.get("consent", ())):
        yield from purpose_faults(purpose, below(pointer, "consent", index), purposes)
    # An event's own settings are read before anything has happened.
    before = Scope(names=names)
    for index, event in enumerate(rule["events"]):
        yield from settings_faults(event, "events", modules, below(pointer, "events", index), before)
    for part in ("conditions", "exceptions"):
        if part in rule:
            yield from condition_faults(rule[part], below(pointer, part), scope)
    yield from _limit_faults(rule.get("limit", {}), below(pointer, "limit"), scope)
    yield from _batch_faults(rule.get("batch", {}), below(pointer, "batch"))
    for index, action in enumerate(rule["actions"]):
        at = below(pointer, "actions", index)
        yield from settings_faults(action, "actions", modules, at, scope, purposes=purposes)
        yield from _base_conflicts(action, at, base, modules)


def order_faults(rules: Sequence[tuple[int, JsonObject]], *, ids: frozenset[str]) -> Iterator[Fault]:
    """What is wrong between rules, each with its index: ids that are there twice, and `after`.

    ``ids``: of all rules, those included whose shape is wrong.
    """
    indexes: dict[str, int] = {}
    for index, rule in rules:
        if rule["id"] in indexes:
            message = f"Two rules have the id `{rule['id']}`: rule {indexes[rule['id']] + 1} and rule {index + 1}."
            yield Fault(below("/rules", index, "id"), message, "Give one of them another id.")
        indexes.setdefault(rule["id"], index)
    for index, rule in rules:
        for place, other in enumerate(rule.get("after", ())):
            if other not in ids:
                message = f"There is no rule `{other}`."
                yield Fault(below("/rules", index, "after", place), message, cure(other, ids - {rule["id"]}))
    cycle = find_cycle({rule["id"]: rule.get("after", ()) for _, rule in rules})
    if cycle:
        way = " → ".join(f"`{name}`" for name in cycle)
        message = f"Rules wait for each other in a circle: {way}."
        yield Fault(below("/rules", indexes[cycle[0]], "after"), message, "Take one of them out of `after`.")


def _base_conflicts(action: JsonObject, pointer: str, base: JsonObject, modules: Modules) -> Iterator[Fault]:
    """An action's line may replace one of the base, but neither may lie inside of the other."""
    properties = modules.by_kind["actions"][action["type"]].settings.get("properties", {})
    for name, node in properties.items():
        if isinstance(node, dict) and node.get("x-mapping") and name in action:
            own, common = paths_of(action[name]), paths_of(base)
            at = below(pointer, name)
            yield from conflicts(own, common, at)
            yield from (Fault(at, fault.message, fault.cure) for fault in conflicts(common, own, at))


def _delegate(component: JsonObject, kind: Kind, modules: Modules) -> Delegate:
    module = modules.by_kind[kind][component["type"]]
    return Delegate(module=module.type, settings=compile_settings(component, kind, module))


def _limit(limit: JsonObject) -> Limit:
    key = limit.get("key")
    return Limit(times=int(limit["times"]), per=limit["per"], key=None if key is None else parse_template(key))


def _cap(limit: JsonObject) -> Cap:
    known = _limit(limit)
    return Cap(times=known.times, per=known.per, key=known.key, ms=parse_duration_ms(limit["within"]))


def _limit_faults(limit: JsonObject, pointer: str, scope: Scope) -> Iterator[Fault]:
    yield from template_faults(limit.get("key"), below(pointer, "key"), scope)
    if "within" not in limit:
        return
    yield from format_faults(limit["within"], below(pointer, "within"), "duration")
    if limit["times"] > MAX_CAP_TIMES:
        message = f"Of a limit within a time, the last runs are remembered: {MAX_CAP_TIMES} at most."
        yield Fault(below(pointer, "times"), message, f"Write {MAX_CAP_TIMES} or less, or leave out `within`.")


def _sample(sample: JsonObject) -> Sample:
    return Sample(rate=sample["rate"], sticky=sample.get("sticky"))


def _batch(batch: JsonObject) -> Batch:
    return Batch(ms=parse_duration_ms(batch["window"]), events=int(batch.get("max", DEFAULT_BATCH_EVENTS)))


def _batch_faults(batch: JsonObject, pointer: str) -> Iterator[Fault]:
    if "window" not in batch:
        return
    at = below(pointer, "window")
    found = list(format_faults(batch["window"], at, "duration"))
    yield from found
    if not found and parse_duration_ms(batch["window"]) > MAX_BATCH_MS:
        yield Fault(at, "Events wait in the page's memory, for a minute at most.", "Write `60s` or less.")
