"""Structured header values (RFC 8941) as client hints use them: strings, booleans, lists of strings with parameters.

Tolerant: what cannot be read is left out, nothing raises. One pass over the text, so that no header costs more than its
length.
"""

from collections.abc import Iterator, Mapping, Sequence

MAX_HEADER_CHARS = 1024
"""The longest hint of a real browser, a list of full versions, has about 130."""
MAX_MEMBERS = 16
"""Browsers give three brands; some add a few made-up ones."""


def read_string(header: str) -> str | None:
    """The header's one string: ``"Windows"`` is Windows. None where it is no string."""
    members = read_list(header)
    return members[0][0] if len(members) == 1 else None


def read_boolean(header: str) -> bool | None:
    """``?1`` and ``?0``; None for all else."""
    return {"?1": True, "?0": False}.get(header.strip())


def read_list(header: str) -> Sequence[tuple[str, Mapping[str, str]]]:
    """Each string of a list with its string parameters, in order: ``"Chromium";v="141", "Not A;Brand";v="8"``."""
    members: list[tuple[str, dict[str, str]]] = []
    for name, value in _strings(header[:MAX_HEADER_CHARS]):
        if name:
            if members:
                members[-1][1][name] = value
        elif len(members) == MAX_MEMBERS:
            break
        else:
            members.append((value, {}))
    return members


def _strings(text: str) -> Iterator[tuple[str, str]]:
    """Every quoted string, with the parameter's name in front of it, or "" for a member of the list."""
    position = 0
    while (start := text.find('"', position)) >= 0:
        name = _parameter(text[position:start])
        value, position = _string(text, start + 1)
        if value is None:
            return
        yield name, value


def _parameter(between: str) -> str:
    """The name in ``;name=``, or ""."""
    between = between.strip()
    return between.rpartition(";")[2][:-1].strip().lower() if between.endswith("=") else ""


def _string(text: str, position: int) -> tuple[str | None, int]:
    """The string that starts behind a quote, and where to go on; None when it does not end."""
    parts: list[str] = []
    while position < len(text):
        sign = text[position]
        if sign == '"':
            return "".join(parts), position + 1
        if sign == "\\":
            position += 1
            sign = text[position : position + 1]
        parts.append(sign)
        position += 1
    return None, position
