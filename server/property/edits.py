"""Changes of a property's document that people make one at a time: a new document each, the old one stays as it was."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from server.model.json import Json, JsonObject


def find_rule(document: JsonObject, rule_id: str) -> JsonObject | None:
    """The rule, or None."""
    return next((rule for rule in document["rules"] if rule["id"] == rule_id), None)


def put_rule(document: JsonObject, rule: JsonObject, *, replaces: str = "") -> JsonObject:
    """With the rule in the place of the one that it replaces, or at the end. Whoever names that one names this one."""
    if not replaces:
        return {**document, "rules": [*document["rules"], rule]}
    rules = [rule if each["id"] == replaces else each for each in document["rules"]]
    return _renamed({**document, "rules": rules}, replaces, rule["id"])


def without_rules(document: JsonObject, rule_ids: Iterable[str]) -> JsonObject:
    """Without them, and without the tests that are about them; no other rule waits for them any more."""
    gone = frozenset(rule_ids)
    rules = [_waiting(rule, lambda each: each not in gone) for rule in document["rules"] if rule["id"] not in gone]
    left = {**document, "rules": rules}
    if "tests" in document:
        left["tests"] = [each for each in document["tests"] if each.get("rule") not in gone]
    return left


def with_copy(document: JsonObject, rule_id: str) -> tuple[JsonObject, str]:
    """With a copy of the rule behind it, switched off, and the copy's id. KeyError when there is no such rule."""
    rule = _rule(document, rule_id)
    name = f"{rule.get('name') or rule_id} (copy)"
    copy = {**rule, "id": free_id(rule_id, (each["id"] for each in document["rules"])), "name": name, "enabled": False}
    at = document["rules"].index(rule) + 1
    return {**document, "rules": [*document["rules"][:at], copy, *document["rules"][at:]]}, copy["id"]


def moved(document: JsonObject, rule_id: str, by: int) -> JsonObject:
    """With the rule earlier (``by`` below 0) or later; at the ends it stays. KeyError when there is no such rule."""
    rules = list(document["rules"])
    rule = _rule(document, rule_id)
    at = rules.index(rule)
    rules.insert(max(0, at + by), rules.pop(at))
    return {**document, "rules": rules}


def switched(document: JsonObject, rule_ids: Iterable[str], *, on: bool) -> JsonObject:
    """With these rules on, or off."""
    chosen = frozenset(rule_ids)

    def change(rule: JsonObject) -> JsonObject:
        if rule["id"] not in chosen:
            return rule
        rest = {key: each for key, each in rule.items() if key != "enabled"}
        return rest if on else {**rest, "enabled": False}

    return {**document, "rules": [change(rule) for rule in document["rules"]]}


def free_id(wanted: str, taken: Iterable[str]) -> str:
    """An id like a name, in small letters, that none of the others is."""
    base, others = slug(wanted) or "rule", frozenset(taken)
    return next(name for name in (base, *(f"{base[:60]}-{n}" for n in range(2, 10_000))) if name not in others)


def slug(name: str) -> str:
    """A name as an id: small letters, digits and ``-``, at most 64; empty when nothing is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:64].strip("-")


def put_element(document: JsonObject, name: str, element: JsonObject) -> JsonObject:
    """With the data element, in the place of one of this name or at the end."""
    return {**document, "dataElements": {**document["dataElements"], name: element}}


def without_element(document: JsonObject, name: str) -> JsonObject:
    """Without the data element. Whoever still reads it has a fault then: the check tells."""
    return {**document, "dataElements": {key: each for key, each in document["dataElements"].items() if key != name}}


def _rule(document: JsonObject, rule_id: str) -> JsonObject:
    rule = find_rule(document, rule_id)
    if rule is None:
        raise KeyError(rule_id)
    return rule


def _renamed(document: JsonObject, old: str, new: str) -> JsonObject:
    if old == new:
        return document
    rules = [
        {**rule, "after": [new if each == old else each for each in rule["after"]]} if "after" in rule else rule
        for rule in document["rules"]
    ]
    renamed = {**document, "rules": rules}
    if "tests" in document:
        renamed["tests"] = [{**each, "rule": new} if each.get("rule") == old else each for each in document["tests"]]
    return renamed


def _waiting(rule: JsonObject, keep: Callable[[str], bool]) -> JsonObject:
    if "after" not in rule:
        return rule
    after: list[Json] = [each for each in rule["after"] if keep(each)]
    rest: dict[str, Any] = {key: each for key, each in rule.items() if key != "after"}
    return {**rest, "after": after} if after else rest


def named(elements: Mapping[str, Json]) -> Mapping[str, Json]:
    """Data elements without the notes of other tools among them."""
    return {name: each for name, each in elements.items() if not name.startswith("x-")}
