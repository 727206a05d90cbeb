"""Whether a document is plain JSON of a bearable size: before anything recurses over it, and before it is stored."""

import math
from collections.abc import Iterator

from server.model.json import Json
from server.model.property import Fault
from server.property.cursor import MAX_INTEGER
from server.property.places import below, subject

# The largest property seen in other tag managers' exports has a few hundred rules and stays below this as JSON text.
MAX_DOCUMENT_BYTES = 1_000_000
# Conditions within conditions; nobody reads deeper, and every walk over a document recurses.
MAX_DEPTH = 32

_CURE = "Remove it."


def plain_faults(document: Json) -> Iterator[Fault]:
    """What is no JSON, cannot be stored or cannot be told apart in a browser. Does not recurse, whatever the depth."""
    waiting: list[tuple[str, Json, int]] = [("", document, 0)]
    bytes_left = MAX_DOCUMENT_BYTES
    while waiting:
        pointer, value, depth = waiting.pop()
        bytes_left -= _size(value)
        if bytes_left < 0:
            yield Fault("", f"The document is larger than {MAX_DOCUMENT_BYTES:,} bytes.", "Split the property in two.")
            return
        if depth > MAX_DEPTH:
            yield Fault(pointer, f"{subject(pointer)} lies more than {MAX_DEPTH} levels deep.", "Nest less.")
        elif isinstance(value, dict):
            yield from _key_faults(pointer, value)
            waiting.extend((below(pointer, str(key)), each, depth + 1) for key, each in reversed(value.items()))
        elif isinstance(value, list):
            last = len(value) - 1
            waiting.extend(
                (below(pointer, last - index), each, depth + 1) for index, each in enumerate(reversed(value))
            )
        else:
            yield from _scalar_faults(pointer, value)


def _size(value: Json) -> int:
    """Roughly its bytes in canonical text, its own part only."""
    if isinstance(value, dict):
        return 4 + sum(len(str(key)) + 6 for key in value)
    if isinstance(value, str):
        return len(value.encode("utf-8", "surrogatepass")) + 3
    return 4 + 2 * len(value) if isinstance(value, list) else 8


def _key_faults(pointer: str, value: dict[Json, Json]) -> Iterator[Fault]:
    for key in value:
        if not isinstance(key, str) or _has_surrogate(key):
            yield Fault(pointer, f"{subject(pointer)} has a key that is no text.", "Rename it.")
        elif key == "__proto__":
            # In a JavaScript object literal it would set the object's prototype.
            yield Fault(below(pointer, key), "The key `__proto__` cannot be used.", "Rename it.")
        elif key == "$":
            # It marks tokens in the container.
            yield Fault(below(pointer, key), "The key `$` cannot be used.", "Rename it.")


def _scalar_faults(pointer: str, value: Json) -> Iterator[Fault]:
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        if _has_surrogate(value) or "\0" in value:
            yield Fault(pointer, f"{subject(pointer)} has a broken character in it.", "Write the text again.")
    elif isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            yield Fault(
                pointer,
                f"{subject(pointer)} is a number that browsers cannot tell apart from others.",
                "Write it as a text.",
            )
    elif isinstance(value, float):
        if not math.isfinite(value):
            yield Fault(pointer, f"{subject(pointer)} is no finite number.", _CURE)
    else:
        yield Fault(pointer, f"{subject(pointer)} is no JSON.", _CURE)


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)
