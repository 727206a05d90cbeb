"""Values as people write them into one field: 12 is a number, true is true, and everything else is a text."""

import json
import math
import re

from server.model.json import Json

_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,15})(\.[0-9]{1,15})?([eE][+-]?[0-9]{1,2})?")
_WORDS = {"true": True, "false": False}


def read_literal(text: str) -> Json:
    """A number, true, false, or JSON in quotes or brackets; any other text is a text."""
    stripped = text.strip()
    if stripped in _WORDS:
        return _WORDS[stripped]
    if _NUMBER.fullmatch(stripped) or (stripped[:1] in ('"', "[", "{")):
        try:
            value = json.loads(stripped)
        except (ValueError, RecursionError):
            return text
        return text if isinstance(value, float) and not math.isfinite(value) else value
    return text


def write_literal(value: Json) -> str:
    """What reads back as the same value."""
    if isinstance(value, str):
        return value if read_literal(value) == value and isinstance(read_literal(value), str) else json.dumps(value)
    return json.dumps(value, ensure_ascii=False)


def read_number(text: str) -> Json:
    """A number where the text is one; otherwise the text, so that the check can say what is wrong with it."""
    value = read_literal(text) if _NUMBER.fullmatch(text.strip()) else text.strip()
    return int(value) if isinstance(value, float) and value.is_integer() else value
