"""Where in a document something is: JSON pointers (RFC 6901), and the words for a place."""

from collections.abc import Sequence


def below(pointer: str, *keys: str | int) -> str:
    """The pointer of something inside: ``below("/rules", 0, "id") == "/rules/0/id"``."""
    escaped = (str(key).replace("~", "~0").replace("/", "~1") for key in keys)
    return "".join([pointer, *(f"/{key}" for key in escaped)])


def subject(pointer: str) -> str:
    """How a sentence calls the place: `` `times` ``, ``Entry 2 of `events` ``, ``The document``."""
    keys = _keys(pointer)
    if not keys:
        return "The document"
    if not keys[-1].isdecimal():
        return f"`{keys[-1]}`"
    owner = next((key for key in reversed(keys) if not key.isdecimal()), "")
    return f"Entry {int(keys[-1]) + 1} of `{owner}`" if owner else f"Entry {int(keys[-1]) + 1}"


def _keys(pointer: str) -> Sequence[str]:
    return [key.replace("~1", "/").replace("~0", "~") for key in pointer.split("/")[1:]]
