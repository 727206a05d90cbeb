"""What a schema says is wrong, in the words of the people who edit properties."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from jsonschema.exceptions import ValidationError

from server.model.json import Json
from server.model.property import Fault
from server.property.names import cure as cure_name
from server.property.names import nearest
from server.property.places import below, subject

# A value is quoted so that it is recognised, not so that it is complete.
MAX_QUOTED_CHARACTERS = 60

_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "object": "an object `{…}`",
        "array": "a list `[…]`",
        "string": "a text",
        "number": "a number",
        "integer": "a whole number",
        "boolean": "true or false",
        "null": "null",
    }
)


def explain(error: ValidationError, *, base: str) -> Iterator[Fault]:
    """One or more faults for one error of the schema library; ``base``: pointer of the document that was validated."""
    if error.validator == "additionalProperties" and error.validator_value is False:
        yield from _unknown_keys(error, base)
    elif error.validator in ("oneOf", "anyOf"):
        yield from _alternatives(error, base)
    elif "propertyNames" in list(error.relative_schema_path)[-2:]:
        name = str(error.instance)
        yield Fault(
            below(_pointer(error, base), name), f"{quote(name)} cannot be a name here.", _advice(_schema(error))
        )
    else:
        yield _simple(error, base)


def quote(value: Json) -> str:
    """A value in a sentence, cut when it is long."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return f"`{text[:MAX_QUOTED_CHARACTERS]}{'…' if len(text) > MAX_QUOTED_CHARACTERS else ''}`"


def list_words(words: Sequence[str]) -> str:
    """``a, b or c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _pointer(error: ValidationError, base: str) -> str:
    return below(base, *error.absolute_path)


def _schema(error: ValidationError) -> Mapping[str, Any]:
    return error.schema if isinstance(error.schema, Mapping) else {}


def _unknown_keys(error: ValidationError, base: str) -> Iterator[Fault]:
    schema = _schema(error)
    known = schema.get("properties", {})
    instance: Any = error.instance
    for key in instance:
        if key in known or key.startswith("x-"):
            continue
        pointer = below(_pointer(error, base), key)
        if key in schema.get("x-later", ()):
            yield Fault(pointer, f"`{key}` is in the format, but this version does not act upon it.", "Remove it.")
            continue
        unused = [name for name in known if name not in instance]
        likely = schema.get("x-means", {}).get(key) or nearest(key, unused)
        yield Fault(
            pointer, f"`{key}` is not known here.", f"Did you mean `{likely}`?" if likely else cure_name(key, known)
        )


def _alternatives(error: ValidationError, base: str) -> Iterator[Fault]:
    """Of the alternatives, the one that the value is nearest to, and what is wrong with that."""
    branches: dict[int, list[ValidationError]] = {}
    for inner in error.context:
        branches.setdefault(int(inner.relative_schema_path[0]), []).append(inner)
    if not branches:
        yield Fault(
            _pointer(error, base),
            f"{subject(_pointer(error, base))} fits more than one form.",
            "Keep the keys of one form.",
        )
        return
    alternatives: Any = error.validator_value
    fitting = {index: inner for index, inner in branches.items() if not _has_wrong_type(error, inner)}
    if not fitting:
        yield _none_fits(error, alternatives, base)
        return
    index = max(fitting, key=lambda each: (_likeness(error.instance, alternatives[each]), -len(fitting[each])))
    if len(fitting) > 1 and not _likeness(error.instance, alternatives[index]):
        yield _none_fits(error, alternatives, base)
        return
    for inner in fitting[index]:
        yield from explain(inner, base=base)


def _has_wrong_type(error: ValidationError, inner: Sequence[ValidationError]) -> bool:
    return any(
        each.validator in ("type", "const", "enum") and len(each.absolute_path) == len(error.absolute_path)
        for each in inner
    )


def _likeness(instance: Json, alternative: Mapping[str, Any]) -> float:
    """How many keys they share, nearly or quite; those that it needs count most."""
    if not isinstance(instance, Mapping):
        return 1
    needed, known = alternative.get("required", ()), alternative.get("properties", {})
    meant = alternative.get("x-means", ())
    nearly = sum(2 if key in meant else nearest(key, known) is not None for key in instance)
    return 2 * sum(key in instance for key in needed) + sum(key in known for key in instance) + nearly / 2


def _none_fits(error: ValidationError, alternatives: Sequence[Mapping[str, Any]], base: str) -> Fault:
    pointer = _pointer(error, base)
    forms = [str(each.get("title") or _describe_type(each)) for each in alternatives]
    given = quote(error.instance)
    return Fault(
        pointer, f"{subject(pointer)} has none of the forms it can have: {given}.", f"Write {list_words(forms)}."
    )


def _describe_type(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return list_words([quote(each) for each in schema["enum"]])
    if "const" in schema:
        return quote(schema["const"])
    types = schema.get("type", "object")
    return list_words([_TYPES.get(each, each) for each in ([types] if isinstance(types, str) else types)])


def _simple(error: ValidationError, base: str) -> Fault:
    pointer = _pointer(error, base)
    schema = _schema(error)
    phrase = _PHRASES.get(str(error.validator))
    if phrase is None:
        return Fault(pointer, f"{subject(pointer)} is not as it must be: {quote(error.instance)}.", _advice(schema))
    message, advice = phrase(subject(pointer), error.validator_value, error.instance)
    return Fault(pointer, message, str(schema.get("x-cure") or advice or _advice(schema)))


def _advice(schema: Mapping[str, Any]) -> str:
    if "x-cure" in schema:
        return str(schema["x-cure"])
    if schema.get("examples"):
        return f"For example {quote(schema['examples'][0])}."
    return str(schema.get("description") or "See the reference of the property file.")


def _missing(place: str, needed: Sequence[str], instance: Mapping[str, Json]) -> tuple[str, str]:
    missing = [f"`{key}`" for key in needed if key not in instance]
    return f"{place} lacks {' and '.join(missing)}.", f"Add {' and '.join(missing)}."


def _wrong_type(place: str, types: str | Sequence[str], instance: Json) -> tuple[str, str]:
    wanted = list_words([_TYPES.get(each, each) for each in ([types] if isinstance(types, str) else types)])
    return f"{place} must be {wanted}; it is {quote(instance)}.", f"Write {wanted}."


def _wrong_choice(place: str, choices: Sequence[Json], instance: Json) -> tuple[str, str]:
    texts = [each for each in choices if isinstance(each, str)]
    advice = (
        cure_name(instance, texts)
        if isinstance(instance, str) and texts
        else f"Write {list_words([quote(c) for c in choices])}."
    )
    return f"{place} cannot be {quote(instance)}.", advice


_Phrase = Callable[[str, Any, Any], tuple[str, str]]

# JSON Schema keyword -> (what is wrong, what to do; empty where the schema's own words are better)
_PHRASES: Mapping[str, _Phrase] = MappingProxyType(
    {
        "required": _missing,
        "type": _wrong_type,
        "enum": _wrong_choice,
        "const": lambda place, wanted, given: (
            f"{place} must be {quote(wanted)}; it is {quote(given)}.",
            f"Write {quote(wanted)}.",
        ),
        "pattern": lambda place, _, given: (f"{place} cannot be {quote(given)}.", ""),
        "minLength": lambda place, least, _: (f"{place} is too short.", f"Write at least {least} character(s)."),
        "maxLength": lambda place, most, given: (f"{place} has {len(given)} characters.", f"Write at most {most}."),
        "minimum": lambda place, least, given: (f"{place} is too small: {quote(given)}.", f"Write {least} or more."),
        "maximum": lambda place, most, given: (f"{place} is too large: {quote(given)}.", f"Write {most} or less."),
        "exclusiveMinimum": lambda place, bound, given: (
            f"{place} is too small: {quote(given)}.",
            f"Write more than {bound}.",
        ),
        "exclusiveMaximum": lambda place, bound, given: (
            f"{place} is too large: {quote(given)}.",
            f"Write less than {bound}.",
        ),
        "minItems": lambda place, least, _: (f"{place} has too few entries.", f"List at least {least}."),
        "maxItems": lambda place, most, given: (f"{place} has {len(given)} entries.", f"List at most {most}."),
        "uniqueItems": lambda place, _, __: (f"{place} lists something twice.", "List each only once."),
        "minProperties": lambda place, least, _: (f"{place} has too few keys.", f"Write at least {least}."),
        "maxProperties": lambda place, most, given: (f"{place} has {len(given)} keys.", f"Write at most {most}."),
    }
)
