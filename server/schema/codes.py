"""The platform's codes for what is wrong with a document, as its failed records carry them.

The platform documents none of them; these are the ones that are known from records that people have shown
(streaming-ingestion 1.9). Other rules have no known code, and none is made up for them.
"""

from collections.abc import Mapping, Sequence

from server.model.json import Json, JsonObject
from server.model.schema import Violation
from server.model.xdm import value_at

MISSING = "DCVS-1106-400"
WRONG_TYPE = "DCVS-1104-400"
NULL = "DCVS-1101-400"
WRONG_FORMAT = "DCVS-1105-400"

_CODES: Mapping[str, str] = {
    "required": MISSING,
    "type": WRONG_TYPE,
    "format": WRONG_FORMAT,
    "pattern": WRONG_FORMAT,
}


def platform_code(violation: Violation, document: Mapping[str, Json]) -> str | None:
    """The code of one violation in a document, or None where none is known."""
    if violation.keyword == "type" and _value_at(document, violation.path) is None:
        return NULL
    return _CODES.get(violation.keyword)


def coded(violations: Sequence[Violation], document: Mapping[str, Json]) -> Sequence[JsonObject]:
    """The violations as a failed record lists them: the code, where one is known, and the message with its place."""
    return [
        {
            **({"code": code} if (code := platform_code(violation, document)) else {}),
            "message": f"The message can't be validated [#{violation.path}: {violation.message}]",
        }
        for violation in violations
    ]


def _value_at(document: Json, path: str) -> Json:
    return value_at(document, [token.replace("~1", "/").replace("~0", "~") for token in path.split("/")[1:]])
