"""JSON Patch (RFC 6902): a document changed by operations. Nothing is changed in place; all of them work, or none."""

from collections.abc import Mapping, Sequence

from server.model.json import Json

MAX_OPERATIONS = 1_000
"""One for each field of a large field group."""


class PatchRefused(ValueError):
    """An operation cannot be carried out. The message says which, counted from 0, and why."""


def apply_patch(document: Json, operations: Json) -> Json:
    """The document after all operations. Raises PatchRefused."""
    if not isinstance(operations, list) or len(operations) > MAX_OPERATIONS:
        raise PatchRefused(f"send a list of at most {MAX_OPERATIONS} operations, as RFC 6902 has them")
    for index, operation in enumerate(operations):
        try:
            document = _apply(document, operation)
        except PatchRefused as error:
            raise PatchRefused(f"operation {index}: {error}") from None
    return document


def _apply(document: Json, operation: Json) -> Json:
    if not isinstance(operation, Mapping):
        raise PatchRefused("it is no object")
    path = _tokens(operation, "path")
    # The platform's own clients write it in capitals.
    match str(operation.get("op", "")).lower():
        case "add":
            return _added(document, path, _value(operation))
        case "remove":
            return _removed(document, path)
        case "replace":
            _at(document, path)
            return _replaced(document, path, _value(operation))
        case "test":
            if _at(document, path) != _value(operation):
                raise PatchRefused(f"{operation['path']} has another value")
            return document
        case "copy":
            return _added(document, path, _at(document, _tokens(operation, "from")))
        case "move":
            source = _tokens(operation, "from")
            if path[: len(source)] == source and path != source:
                raise PatchRefused("nothing can be moved into itself")
            value = _at(document, source)
            return _added(_removed(document, source), path, value)
    raise PatchRefused(f"`op` is {str(operation.get('op'))[:40]!r}, and none of add, remove, replace, move, copy, test")


def _tokens(operation: Mapping[str, Json], keyword: str) -> list[str]:
    pointer = operation.get(keyword)
    if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
        raise PatchRefused(f"`{keyword}` is no JSON pointer, such as /properties/a")
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def _value(operation: Mapping[str, Json]) -> Json:
    if "value" not in operation:
        raise PatchRefused("`value` is missing")
    return operation["value"]


def _at(document: Json, path: Sequence[str]) -> Json:
    for token in path:
        document = _child(document, token)
    return document


def _child(node: Json, token: str) -> Json:
    if isinstance(node, Mapping) and token in node:
        return node[token]
    if isinstance(node, list):
        return node[_index(token, len(node) - 1)]
    raise PatchRefused(f"there is no {token!r} where the path leads")


def _index(token: str, last: int) -> int:
    is_number = token.isascii() and token.isdigit() and str(int(token)) == token
    if not is_number or int(token) > last:
        raise PatchRefused(f"{token!r} is no place in that list")
    return int(token)


def _added(document: Json, path: Sequence[str], value: Json) -> Json:
    if not path:
        return value
    token, *rest = path
    if rest:
        return _with(document, token, _added(_child(document, token), rest, value))
    if isinstance(document, list):
        place = len(document) if token == "-" else _index(token, len(document))  # noqa: S105  (RFC 6901's own sign)
        return [*document[:place], value, *document[place:]]
    return _with(document, token, value)


def _replaced(document: Json, path: Sequence[str], value: Json) -> Json:
    if not path:
        return value
    token, *rest = path
    return _with(document, token, _replaced(_child(document, token), rest, value))


def _removed(document: Json, path: Sequence[str]) -> Json:
    if not path:
        raise PatchRefused("the whole document cannot be removed")
    token, *rest = path
    child = _child(document, token)
    if rest:
        return _with(document, token, _removed(child, rest))
    if isinstance(document, list):
        place = _index(token, len(document) - 1)
        return [*document[:place], *document[place + 1 :]]
    return {name: value for name, value in document.items() if name != token}


def _with(node: Json, token: str, value: Json) -> Json:
    if isinstance(node, list):
        place = _index(token, len(node) - 1)
        return [*node[:place], value, *node[place + 1 :]]
    if isinstance(node, Mapping):
        return {**node, token: value}
    raise PatchRefused(f"there is no {token!r} where the path leads")
