"""Content codings of an answer: which of those that are at hand a client takes best (RFC 9110, 12.5.3)."""

from collections.abc import Sequence

IDENTITY = "identity"

# More entries than any client sends; a header that is longer is read so far.
_MAX_ENTRIES = 20


def chosen_coding(accepted: str | None, offered: Sequence[str]) -> str:
    """One of ``offered``, or IDENTITY. ``accepted``: the header Accept-Encoding, None without one.

    ``offered``: the best first: it wins among what the client likes as well. A client that takes nothing of it gets
    IDENTITY all the same: the text is better than an error.
    """
    if accepted is None:
        return IDENTITY
    weights = _weights(accepted)
    rest = weights.get("*", 0.0)
    # Without a word about it, the plain text is acceptable, but least of all.
    plain = weights.get(IDENTITY, rest if "*" in weights else 0.0)
    best, best_weight = IDENTITY, plain
    for coding in reversed(offered):
        weight = weights.get(coding, rest)
        if weight > 0 and weight >= best_weight:
            best, best_weight = coding, weight
    return best


def matches_etag(header: str | None, etag: str) -> bool:
    """Whether If-None-Match names this entity tag, or any (RFC 9110, 13.1.2)."""
    if header is None:
        return False
    named = [each.strip().removeprefix("W/") for each in header.split(",")[:_MAX_ENTRIES]]
    return "*" in named or etag in named


def _weights(header: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for entry in header.split(",")[:_MAX_ENTRIES]:
        coding, _, parameters = entry.partition(";")
        name = coding.strip().lower()
        if name:
            found[{"x-gzip": "gzip"}.get(name, name)] = _weight(parameters)
    return found


def _weight(parameters: str) -> float:
    """Of 0 to 1. What cannot be read is no wish for it."""
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            text = value.strip()
            digits = text.replace(".", "", 1)
            return min(float(text), 1.0) if digits.isascii() and digits.isdecimal() and len(text) <= 5 else 0.0
    return 1.0
