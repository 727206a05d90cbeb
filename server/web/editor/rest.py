"""What a part of the document has and no form shows: notes of other tools. It goes along in a hidden field."""

import json
from collections.abc import Collection

from server.model.json import Json, JsonObject
from server.web.editor.branches import Branch

FIELD = "rest"


def rest_of(part: JsonObject, shown: Collection[str]) -> JsonObject:
    """The members that the form does not show."""
    return {key: value for key, value in part.items() if key not in shown}


def write_rest(rest: JsonObject) -> str:
    """The field's value."""
    return json.dumps(rest, ensure_ascii=False, sort_keys=True) if rest else ""


def read_rest(branch: Branch) -> JsonObject:
    """What the field says; nothing when somebody has spoiled it."""
    try:
        rest: Json = json.loads(branch.text(FIELD) or "{}")
    except (ValueError, RecursionError):
        return {}
    return rest if isinstance(rest, dict) else {}
