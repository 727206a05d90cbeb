"""What one streamed message may hold, looked up in its bytes: decoding it costs more than all of this.

The bytes are JSON already: whoever asks has split them out of a document that was checked.
"""

from collections.abc import Sequence

from server.wire.ingestion_errors import Refusal, invalid
from server.wire.json import MAX_DEPTH_LEVELS, MAX_VALUES, count_values, without_strings
from server.wire.numbers import may_be_out_of_range, place_out_of_range

# Every bracket is a brace to the depth; everything else is left out.
_AS_BRACES = bytes.maketrans(b"[]", b"{}")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))

# One pass that leaves them over is cheaper than counting two of them (0.5 against 0.8 µs a kB).
_NO_OPENINGS = bytes(set(range(256)) - set(b"[{"))

# Stands in no UTF-8: so nobody can make two messages of one.
_END = b"\xff"
_NO_OPENINGS_AND_ENDS = bytes(set(_NO_OPENINGS) - set(_END))

TOO_DEEP = invalid("too_deep", f"Message nests deeper than {MAX_DEPTH_LEVELS} levels")
TOO_MANY_VALUES = invalid("too_many_values", f"Message has more than {MAX_VALUES} values")


def exceeded(message: bytes) -> Refusal | None:
    """The limit that the message exceeds, if any. Mostly one pass; linear in any case."""
    openings = len(message.translate(None, _NO_OPENINGS))
    # A value takes two bytes at least, its comma included.
    if openings <= MAX_DEPTH_LEVELS and len(message) <= 2 * MAX_VALUES:
        return None
    structure = without_strings(message)
    if count_values(structure) > MAX_VALUES:
        return TOO_MANY_VALUES
    braces = structure.translate(_AS_BRACES, _NO_BRACKETS)
    for _level in range(MAX_DEPTH_LEVELS):
        # Takes away what has nothing in it: one level of every branch.
        braces = braces.replace(b"{}", b"")
    return TOO_DEEP if braces else None


def unkeepable(message: bytes) -> Refusal | None:
    """Why it cannot be kept, if so: it exceeds a limit, or nobody could read it later."""
    refusal = exceeded(message)
    if refusal is not None:
        return refusal
    place = place_out_of_range(message)
    return None if place is None else invalid("number", f"Message has a number that no double can hold at {place}")


def all_keepable(messages: Sequence[bytes]) -> bool:
    """Whether :func:`unkeepable` has nothing to say of any, shown for nearly all by one look; False for perhaps."""
    if not messages or max(map(len, messages)) > 2 * MAX_VALUES:
        return not messages
    # The space is for what looks for numbers: they begin behind one.
    together = (_END + b" ").join(messages)
    if may_be_out_of_range(together):
        return False
    openings = together.translate(None, _NO_OPENINGS_AND_ENDS).split(_END)
    return max(map(len, openings)) <= MAX_DEPTH_LEVELS
