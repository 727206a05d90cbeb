"""JSON inside of JavaScript: the one encoder for everything that is put into generated code.

What rules hold is data and must stay data, wherever the text ends up (reliability-security C1, C2): in a file, in an
inline script, in XHTML. So the text is ASCII only, and no value in it can end a script, begin a comment or close CDATA.
"""

import json
from collections.abc import Mapping
from types import MappingProxyType

from server.model.json import Json

# `>` also keeps `-->` and `]]>` out; U+2028 and U+2029, line ends in old JavaScript, are not ASCII and escaped as such.
_ESCAPES: Mapping[int, str] = MappingProxyType({ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&"})


def encode_literal(value: Json) -> str:
    """A JavaScript expression that is JSON, too; equal values give equal text, whatever the order of their keys.

    Raises ValueError for what JSON cannot hold, and for the key `__proto__`: in an object literal it would set the
    object's prototype instead of a property.
    """
    _refuse_prototype(value)
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return text.translate(_ESCAPES)


def _refuse_prototype(value: Json) -> None:
    if isinstance(value, dict):
        if "__proto__" in value:
            raise ValueError("the key __proto__ cannot be part of generated JavaScript")
        for each in value.values():
            _refuse_prototype(each)
    elif isinstance(value, list):
        for each in value:
            _refuse_prototype(each)
