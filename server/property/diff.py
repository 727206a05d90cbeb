"""What changed between two states of a property, in sentences for the people who approve it."""

import json
from collections.abc import Iterator, Mapping, Sequence

from server.model.json import Json, JsonObject
from server.property.phrases import quote
from server.property.sentences import describe_condition, describe_limit, marked_text

# Parts of the document that are settings, with the words for them.
_SECTIONS = {
    "property": "Property",
    "environments": "Environments",
    "consent": "Consent",
    "privacy": "Privacy",
    "dataLayer": "Data layer",
    "xdm": "XDM of every event",
    "linkClicks": "Clicks on links",
    "modules": "Custom code",
    "tests": "Tests",
}
_MISSING = object()


def diff_properties(old: JsonObject, new: JsonObject) -> Sequence[str]:
    """One sentence a change: settings, then data elements, then rules. Both documents must be checked."""
    return [*_settings(old, new), *_elements(old, new), *_rules(old, new)]


def _settings(old: JsonObject, new: JsonObject) -> Iterator[str]:
    if ("linkClicks" in old) != ("linkClicks" in new):
        yield f"Clicks on links are {'now' if 'linkClicks' in new else 'no longer'} collected without a rule."
    for section, words in _SECTIONS.items():
        before, after = old.get(section, {}), new.get(section, {})
        if section == "xdm":
            yield from _mapping(words, before.get("base", {}), after.get("base", {}))
            before, after = ({k: v for k, v in each.items() if k != "base"} for each in (before, after))
        yield from _values(words, before, after)


def _elements(old: JsonObject, new: JsonObject) -> Iterator[str]:
    before, after = old["dataElements"], new["dataElements"]
    for name in sorted(before.keys() | after.keys()):
        if name.startswith("x-"):
            continue
        if name not in before:
            yield f"Data element `{name}` is new: it comes from `{after[name]['from']}`."
        elif name not in after:
            yield f"Data element `{name}` is gone."
        else:
            yield from _values(f"Data element {name}", before[name], after[name])


def _rules(old: JsonObject, new: JsonObject) -> Iterator[str]:
    before = {rule["id"]: rule for rule in old["rules"]}
    after = {rule["id"]: rule for rule in new["rules"]}
    for rule_id in [*after, *(each for each in before if each not in after)]:
        if rule_id not in before:
            yield f"Rule {rule_id} is new."
        elif rule_id not in after:
            yield f"Rule {rule_id} is gone."
        else:
            yield from _rule(f"Rule {rule_id}", before[rule_id], after[rule_id])
    kept = [[each for each in ids if each in before and each in after] for ids in (before, after)]
    if kept[0] != kept[1]:
        yield f"The rules now run in this order: {', '.join(after)}."


def _rule(subject: str, before: JsonObject, after: JsonObject) -> Iterator[str]:
    if before.get("enabled", True) != after.get("enabled", True):
        yield f"{subject} is switched {'on' if after.get('enabled', True) else 'off'}."
    for part, words in (("conditions", "it runs only if"), ("exceptions", "it does not run if")):
        if before.get(part) != after.get(part):
            told = f"{words} {marked_text(describe_condition(after[part]))}" if part in after else f"it has no {part}"
            yield f"{subject}: now {told}."
    if before.get("limit") != after.get("limit"):
        told = marked_text(describe_limit(after["limit"])) if "limit" in after else "as often as its events happen"
        yield f"{subject}: now runs {told}."
    if before.get("consent") != after.get("consent"):
        yield f"{subject}: {_consent(after)}."
    for kind, word in (("events", "event"), ("actions", "action")):
        yield from _components(subject, word, before[kind], after[kind])
    told_already = {"enabled", "conditions", "exceptions", "limit", "consent", "events", "actions"}
    old, new = ({key: each for key, each in rule.items() if key not in told_already} for rule in (before, after))
    yield from _values(subject, old, new)


def _consent(rule: JsonObject) -> str:
    if "consent" not in rule:
        return "now needs all consent there is"
    needed = " and ".join(f"`{purpose}`" for purpose in rule["consent"])
    return f"now needs consent {needed}" if needed else "now needs no consent"


def _components(subject: str, word: str, before: Sequence[JsonObject], after: Sequence[JsonObject]) -> Iterator[str]:
    """Events or actions, matched by their place: there are rarely more than two."""
    for index in range(max(len(before), len(after))):
        if index >= len(before):
            yield f"{subject}: new {word} `{after[index]['type']}`."
        elif index >= len(after):
            yield f"{subject}: {word} `{before[index]['type']}` is gone."
        elif before[index]["type"] != after[index]["type"]:
            yield f"{subject}: {word} `{before[index]['type']}` became `{after[index]['type']}`."
        else:
            own, others = _parted(before[index]), _parted(after[index])
            yield from _mapping(subject, own[0], others[0])
            yield from _values(f"{subject}, {word} {after[index]['type']}", own[1], others[1])


def _parted(component: JsonObject) -> tuple[JsonObject, JsonObject]:
    """(its mapping, its other settings). The mapping of every action that has one is called `xdm`."""
    return component.get("xdm", {}), {key: value for key, value in component.items() if key != "xdm"}


def _mapping(subject: str, before: Mapping[str, Json], after: Mapping[str, Json], prefix: str = "") -> Iterator[str]:
    for line in sorted(before.keys() | after.keys()):
        old, new = before.get(line, _MISSING), after.get(line, _MISSING)
        path = f"{prefix}{line}"
        if old == new and type(old) is type(new):
            continue
        if new is _MISSING:
            yield f"{subject}: `{path}` is no longer sent."
            continue
        old_lines, new_lines = _inner(old), _inner(new)
        if old_lines is not None and new_lines is not None:
            yield from _mapping(subject, old_lines, new_lines, f"{path}.")
            old, new = ({k: v for k, v in each.items() if k not in ("one", "as")} for each in (old, new))
            if old == new:
                continue
        yield f"{subject}: `{path}` {'now ' if line in before else ''}{_origin(new)}."


def _inner(value: Json) -> JsonObject | None:
    inner: JsonObject | None = value.get("one", value.get("as")) if isinstance(value, dict) else None
    return inner


def _origin(value: Json) -> str:
    if not isinstance(value, dict):
        return f"comes from {quote(value)}" if isinstance(value, str) and "%" in value else f"is {quote(value)}"
    if "each" in value:
        told = f"has an entry for each of {quote(value['each'])}"
    else:
        told = _origin(value["value"]) if "value" in value else "has one entry"
    return f"{told}, with consent `{value['consent']}`" if "consent" in value else told


def _values(subject: str, before: Json, after: Json, path: str = "") -> Iterator[str]:
    """Any settings: down to the values that differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            inner = f"{path}.{key}" if path else key
            yield from _values(subject, before.get(key, _MISSING), after.get(key, _MISSING), inner)
        return
    if before is _MISSING:
        yield f"{subject}: `{path}` is set to {quote(after)}."
    elif after is _MISSING:
        yield f"{subject}: `{path}` is no longer set."
    elif json.dumps(before, sort_keys=True) != json.dumps(after, sort_keys=True):
        yield f"{subject}: `{path}` is now {quote(after)}; it was {quote(before)}." if path else f"{subject} changed."
