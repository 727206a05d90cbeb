"""A property as text: one canonical document, or a tree of files that git merges well.

property.json                everything else, and the order of the rules: `"rules": ["page-view", …]`
data-elements/<name>.json    one data element
rules/<id>.json              one rule
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from server.model.json import Json, JsonObject
from server.model.property import Revision
from server.property.plain import MAX_DOCUMENT_BYTES

PROPERTY_FILE = "property.json"
ELEMENTS_FOLDER = "data-elements/"
RULES_FOLDER = "rules/"
_SUFFIX = ".json"


class FilesError(ValueError):
    """A file that cannot be read or does not fit the others. ``file``: which; the message says what to do."""

    def __init__(self, message: str, file: str = PROPERTY_FILE) -> None:
        super().__init__(f"{file}: {message}")
        self.file = file


def canonical_text(document: Json) -> str:
    """JSON with sorted keys, two spaces, and a final newline: the same document is always the same text."""
    return json.dumps(document, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def revision_of(document: JsonObject) -> Revision:
    """What names this content, whatever the order of keys and the white space it was written with."""
    return Revision(hashlib.sha256(canonical_text(document).encode()).hexdigest()[:16])


def decode_document(data: bytes, *, file: str = PROPERTY_FILE) -> Json:
    """JSON text as a value; raises FilesError, with the place, for what is none and for a key that is there twice."""
    if len(data) > MAX_DOCUMENT_BYTES:
        raise FilesError(f"has {len(data):,} bytes; a property has at most {MAX_DOCUMENT_BYTES:,}.", file)
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_without_duplicates, parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise FilesError(f"is no UTF-8 text from byte {error.start + 1} on; save it as UTF-8.", file) from error
    except json.JSONDecodeError as error:
        raise FilesError(f"is no JSON at line {error.lineno}, column {error.colno}: {error.msg}.", file) from error
    except RecursionError as error:
        raise FilesError("nests too deeply.", file) from error
    except ValueError as error:
        raise FilesError(f"{error}", file) from error


def split_document(document: JsonObject) -> Mapping[str, str]:
    """The document as files, path to text. Its data elements' names and its rules' ids must be checked."""
    elements, rules = document["dataElements"], document["rules"]
    notes = {name: each for name, each in elements.items() if name.startswith("x-")}
    rest = {**document, "rules": [rule["id"] for rule in rules], "dataElements": notes}
    files = {PROPERTY_FILE: rest}
    files |= {f"{ELEMENTS_FOLDER}{name}{_SUFFIX}": each for name, each in elements.items() if name not in notes}
    files |= {f"{RULES_FOLDER}{rule['id']}{_SUFFIX}": rule for rule in rules}
    return {path: canonical_text(files[path]) for path in sorted(files)}


def join_files(files: Mapping[str, str]) -> JsonObject:
    """The document that the files are; raises FilesError where one is missing, unreadable, too many or misnamed."""
    if PROPERTY_FILE not in files:
        raise FilesError("is missing; it holds the property's settings and the order of its rules.")
    decoded = {path: _decode_object(text, path) for path, text in sorted(files.items())}
    document = decoded.pop(PROPERTY_FILE)
    elements = _take_folder(decoded, ELEMENTS_FOLDER)
    rules = _take_folder(decoded, RULES_FOLDER)
    if decoded:
        raise FilesError("has no place in a property; remove it.", next(iter(decoded)))
    return {
        **document,
        "dataElements": {**document.get("dataElements", {}), **elements},
        "rules": _ordered(document, rules),
    }


def _decode_object(text: str, path: str) -> JsonObject:
    document = decode_document(text.encode(), file=path)
    if not isinstance(document, dict):
        raise FilesError("must hold an object `{…}`.", path)
    return document


def _take_folder(decoded: dict[str, JsonObject], folder: str) -> Mapping[str, JsonObject]:
    paths = [path for path in decoded if path.startswith(folder) and path.endswith(_SUFFIX)]
    return {path.removeprefix(folder).removesuffix(_SUFFIX): decoded.pop(path) for path in paths}


def _ordered(document: JsonObject, rules: Mapping[str, JsonObject]) -> Sequence[JsonObject]:
    order = document.get("rules", [])
    if not isinstance(order, list) or not all(isinstance(each, str) for each in order) or len(set(order)) < len(order):
        raise FilesError("`rules` must list the rules' ids in their order, each once.")
    for rule_id in order:
        if rule_id not in rules:
            raise FilesError(
                f"is missing, but {PROPERTY_FILE} lists it; add it, or take it off the list.", _rule_file(rule_id)
            )
    for rule_id, rule in rules.items():
        if rule_id not in order:
            raise FilesError(
                f"is not in the list `rules` of {PROPERTY_FILE}; add it in its place.", _rule_file(rule_id)
            )
        if rule.get("id") != rule_id:
            raise FilesError(f"holds a rule of another name; its `id` must be `{rule_id}`.", _rule_file(rule_id))
    return [rules[rule_id] for rule_id in order]


def _rule_file(rule_id: str) -> str:
    return f"{RULES_FOLDER}{rule_id}{_SUFFIX}"


def _without_duplicates(pairs: Sequence[tuple[str, Any]]) -> JsonObject:
    value = dict(pairs)
    if len(value) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for index, key in enumerate(keys) if key in keys[:index])
        raise ValueError(f"has the key `{twice[:100]}` twice in one object; keep one of them.")
    return value


def _refuse_constant(name: str) -> Json:
    raise ValueError(f"holds {name}, which is no JSON.")
