"""A rule as the sentence that a marketer would say, in pieces that a page can mark up.

"When someone clicks *Add to cart*, unless *%this[disabled]%* is present, send *commerce.productListAdds* with 6 fields,
only with consent *collect*." What a module adds to it is in the module's own description, with `{setting}` in it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from types import MappingProxyType

from server.model.json import Json, JsonObject
from server.model.property import Piece, Sentence
from server.property.check import DEFAULT_PURPOSES
from server.property.modules import Kind, Module, Modules

# Longer values are cut: the sentence must stay one.
MAX_VALUE_CHARACTERS = 80

_PLACEHOLDER = re.compile(r"\{([A-Za-z][A-Za-z0-9]*)\}")
_STATES: Mapping[str, str] = MappingProxyType(
    {"present": "is present", "absent": "is missing", "true": "is true", "false": "is false"}
)
_OPERATORS: Mapping[str, str] = MappingProxyType(
    {
        "eq": "is",
        "ne": "is not",
        "contains": "contains",
        "startsWith": "begins with",
        "endsWith": "ends with",
        "matches": "matches",
        "in": "is one of",
        "lt": "is less than",
        "lte": "is at most",
        "gt": "is more than",
        "gte": "is at least",
    }
)
_SCOPES: Mapping[str, str] = MappingProxyType(
    {
        "page": "per page load",
        "route": "per page or route",
        "session": "per session",
        "visitor": "per visitor",
    }
)


def describe_rule(rule: JsonObject, modules: Modules, *, purposes: Sequence[str] = DEFAULT_PURPOSES) -> Sentence:
    """The whole rule. It must be checked. ``purposes``: the property's, for a rule that does not name any."""
    pieces = [Piece("When ")]
    pieces += _join([_component(event, "events", modules) for event in rule["events"]], " or when ")
    if "conditions" in rule:
        pieces += [Piece(", if "), *describe_condition(rule["conditions"])]
    if "exceptions" in rule:
        pieces += [Piece(", unless "), *describe_condition(rule["exceptions"])]
    pieces.append(Piece(", "))
    pieces += _join([_component(action, "actions", modules) for action in rule["actions"]], ", then ")
    pieces += describe_consent(rule, purposes)
    if "sample" in rule:
        pieces += [Piece(", "), *describe_sample(rule["sample"])]
    if "limit" in rule:
        pieces += [Piece(", "), *describe_limit(rule["limit"])]
    pieces.append(Piece("." if rule.get("enabled", True) else ". It is switched off."))
    return _merged(pieces)


def describe_condition(condition: JsonObject) -> Sentence:
    """A condition tree: ``*%event.order.id%* is present and (*%a%* is *1* or *%b%* is true)``."""
    return _merged(_condition(condition, nested=False))


def describe_limit(limit: JsonObject) -> Sentence:
    """``at most once per visitor for each *%event.order.id%*``."""
    times = int(limit["times"])
    count = {1: "once", 2: "twice"}.get(times, f"{times:,} times")
    within = f" within {limit['within']}" if "within" in limit else ""
    words = Piece(f"at most {count}{within} {_SCOPES[limit['per']]}")
    return [words, Piece(" for each "), _value(limit["key"])] if "key" in limit else [words]


def describe_sample(sample: JsonObject) -> Sentence:
    """``for *25 %* of the visitors``."""
    share = f"{sample['rate'] * 100:g} %"
    whole = {"page": "page loads", "route": "pages and routes", "session": "sessions", "visitor": "visitors"}
    return [
        Piece("for "),
        Piece(share, emphasised=True),
        Piece(f" of the {whole.get(sample.get('sticky', ''), 'times')}"),
    ]


def describe_consent(rule: JsonObject, purposes: Sequence[str]) -> Sentence:
    """``, only with consent *collect*``, with its comma."""
    needed = rule.get("consent", purposes)
    if not needed:
        return [Piece(", whatever the visitor consents to")]
    return [Piece(", only with consent "), *_join([[_value(purpose)] for purpose in needed], " and ")]


def plain_text(sentence: Sentence) -> str:
    """The sentence without mark-up."""
    return "".join(piece.text for piece in sentence)


def marked_text(sentence: Sentence) -> str:
    """The sentence with backticks around what is emphasised."""
    return "".join(f"`{piece.text}`" if piece.emphasised else piece.text for piece in sentence)


def _component(component: JsonObject, kind: Kind, modules: Modules) -> Sentence:
    module = modules.by_kind[kind][component["type"]]
    fields = sum(_count_lines(component[name]) for name in _mappings(module) if name in component)
    pieces = list(_filled(module, component))
    if fields:
        pieces.append(Piece(f" with {fields} field{'' if fields == 1 else 's'}"))
    return pieces


def _mappings(module: Module) -> Iterator[str]:
    for name, node in module.settings.get("properties", {}).items():
        if isinstance(node, dict) and node.get("x-mapping"):
            yield name


def _count_lines(mapping: JsonObject) -> int:
    """Fields that it fills, those of list entries included."""
    lines = (value for path, value in mapping.items() if not path.startswith("x-"))
    return sum(_count_lines(_entry(value)) if _entry(value) is not None else 1 for value in lines)


def _entry(value: Json) -> Json:
    return value.get("one", value.get("as")) if isinstance(value, dict) else None


def _filled(module: Module, component: JsonObject) -> Iterator[Piece]:
    """The module's sentence with its settings put in. What is not set is left out, with the space before it."""
    properties = module.settings.get("properties", {})
    position = 0
    for found in _PLACEHOLDER.finditer(module.sentence):
        before = module.sentence[position : found.start()]
        position = found.end()
        value = component.get(found[1], properties.get(found[1], {}).get("default"))
        if value is None:
            yield Piece(before.removesuffix(" "))
        else:
            yield from (Piece(before), _value(value))
    yield Piece(module.sentence[position:])


def _condition(condition: JsonObject, *, nested: bool) -> Iterator[Piece]:
    for group, word in (("all", " and "), ("any", " or "), ("none", " or ")):
        if group in condition:
            members = [list(_condition(each, nested=len(condition[group]) > 1)) for each in condition[group]]
            yield from _group(members, group, word, nested=nested)
            return
    yield _value(condition["value"])
    if "is" in condition:
        yield Piece(f" {_STATES[condition['is']]}")
        return
    yield Piece(f" {_OPERATORS[condition['op']]} ")
    yield _value(condition["than"])
    if condition.get("ignoreCase", False):
        yield Piece(" (capitals do not count)")


def _group(members: Sequence[Sentence], group: str, word: str, *, nested: bool) -> Iterator[Piece]:
    brackets = nested and (len(members) > 1 or group == "none")
    yield Piece("(" if brackets else "")
    yield Piece(
        "not one of these: " if group == "none" and len(members) > 1 else "it is not so that " * (group == "none")
    )
    yield from _join(members, word)
    yield Piece(")" if brackets else "")


def _value(value: Json) -> Piece:
    text = _words(value)
    cut = f"{text[:MAX_VALUE_CHARACTERS]}…" if len(text) > MAX_VALUE_CHARACTERS else text
    return Piece(cut, emphasised=True)


def _words(value: Json) -> str:
    """A setting as people would name it: of a target, what is written on it or the first of its selectors."""
    if isinstance(value, str):
        return value or '""'
    if isinstance(value, list):
        texts = [_words(each) for each in value]
        return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} or {texts[-1]}" if texts else "nothing"
    if isinstance(value, dict):
        if isinstance(value.get("anyOf"), list) and value["anyOf"]:
            named = [each for each in value["anyOf"] if isinstance(each, dict) and "name" in each]
            return _words((named or value["anyOf"])[0])
        if "name" in value or "role" in value:
            return str(value.get("name", value.get("role")))
    return json.dumps(value, ensure_ascii=False)


def _join(sentences: Sequence[Sentence], word: str) -> list[Piece]:
    first, *rest = sentences
    return [*first, *chain.from_iterable([Piece(word), *sentence] for sentence in rest)]


def _merged(pieces: Sequence[Piece] | Iterator[Piece]) -> Sentence:
    """Neighbours that look alike made one, empty ones left out."""
    merged: list[Piece] = []
    for piece in pieces:
        if merged and merged[-1].emphasised == piece.emphasised and not piece.emphasised:
            merged[-1] = Piece(merged[-1].text + piece.text)
        elif piece.text:
            merged.append(piece)
    return tuple(merged)
