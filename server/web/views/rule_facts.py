"""What the list says of a rule beside its sentence: where it is live, and how much of the build is for it alone."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from server.model.json import JsonObject
from server.model.property import ENVIRONMENTS
from server.property.check import check_property
from server.property.files import revision_of
from server.publish import Fragments, rule_sizes
from server.store.properties import find_build, list_environments

# Each is a build without the rule: 4 ms.
MAX_SIZED_RULES = 60

# A few hundred numbers each; so many properties are looked at in a day.
_KEPT_REVISIONS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleIn:
    """A rule in one environment. ``state``: same, other or none; ``none`` is only told where something is published."""

    environment: str
    state: str


def published_rules(connection: Connection, property_id: str) -> Mapping[str, Mapping[str, JsonObject]]:
    """By environment, the rules that pages get there, by id; those that are switched off are not delivered."""
    found = {}
    for pointer in list_environments(connection, property_id):
        build = find_build(connection, pointer.build_hash)
        rules = [] if build is None else build.document["rules"]
        found[pointer.name] = {rule["id"]: rule for rule in rules if rule.get("enabled", True)}
    return found


def where_live(rule: JsonObject, published: Mapping[str, Mapping[str, JsonObject]]) -> Sequence[RuleIn]:
    """In the order in which a change goes through them."""
    return [RuleIn(environment=name, state=_state(rule, published[name])) for name in ENVIRONMENTS if name in published]


class RuleSizes:
    """Sizes of the rules of the revisions that were asked for last."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Mapping[str, int]] = OrderedDict()

    async def of(self, document: JsonObject, fragments: Fragments) -> Mapping[str, int]:
        """Bytes, packed, by the id of each enabled rule; nothing for a property with faults, or with too many rules."""
        revision = revision_of(document)
        if revision not in self._known:
            self._known[revision] = await run_in_threadpool(_sizes, document, fragments)
            if len(self._known) > _KEPT_REVISIONS:
                self._known.popitem(last=False)
        return self._known[revision]


def _sizes(document: JsonObject, fragments: Fragments) -> Mapping[str, int]:
    rules = document["rules"]
    if len(rules) > MAX_SIZED_RULES or check_property(document, fragments.modules):
        return {}
    return rule_sizes(document, environment=ENVIRONMENTS[-1], fragments=fragments)


def _state(rule: JsonObject, published: Mapping[str, JsonObject]) -> str:
    if rule["id"] not in published:
        return "none"
    return "same" if published[rule["id"]] == rule else "other"
