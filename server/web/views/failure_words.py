"""What was broken in a group of failed events, in words: the rest of a sentence that begins with the field's name."""

from collections.abc import Mapping
from types import MappingProxyType

from server.model.outcome import FailureReason
from server.observe.failure_groups import ANY
from server.web.views.failure_texts import reason_title

# By the keyword of JSON Schema, or a word of ours.
_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "required": "is missing",
        "additionalProperties": "is not in the schema",
        "propertyNames": "is not in the schema",
        "type": "has the wrong type",
        "enum": "is not one of the values that the schema allows",
        "const": "is not the value that the schema asks for",
        "format": "is not written as its format says",
        "pattern": "is not written as the schema's pattern says",
        "minimum": "is too small",
        "exclusiveMinimum": "is too small",
        "maximum": "is too large",
        "exclusiveMaximum": "is too large",
        "multipleOf": "is not a multiple of what the schema says",
        "minLength": "is too short",
        "maxLength": "is too long",
        "minItems": "has too few items",
        "maxItems": "has too many items",
        "uniqueItems": "has an item twice",
        "mapping": "could not be mapped",
    }
)


def fault_words(reason: str, keyword: str, field: str) -> str:
    """Such as ``is missing``; where it is about no field, the name of the reason."""
    if field and field != ANY:
        return _WORDS.get(keyword, f"breaks the rule {keyword}" if keyword else "is wrong")
    if reason in list(FailureReason) and (reason != FailureReason.SCHEMA_VIOLATION or not keyword):
        return reason_title(FailureReason(reason))
    return f"The event {_WORDS.get(keyword, 'is wrong')}" if field != ANY else f"Any field {_WORDS.get(keyword, '')}"
