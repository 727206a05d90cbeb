"""The language that the browser asks for first, from the Accept-Language header."""

import re

from server.enrich.deps import Deps
from server.enrich.patch import fill
from server.model.event import Event
from server.model.json import JsonObject

MAX_HEADER_CHARS = 256
"""Browsers send a handful of languages; more is a fingerprint, or no browser."""

# RFC 9110, 12.5.4: a language range and a weight. "*" is no language.
_RANGE = re.compile(r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,8})\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?)\s*)?")


class Language:
    """``environment.browserDetails.acceptLanguage``: one language tag (RFC 5646), as XDM wants it."""

    name = "language"
    writes = frozenset({"environment.browserDetails.acceptLanguage"})
    reads = frozenset({"client.accept_language"})

    def __init__(self, deps: Deps) -> None:
        pass

    def enrich(self, event: Event) -> JsonObject:
        """{} without the header, or where nothing in it is a language."""
        header = event.client.accept_language
        if not header:
            return {}
        return fill(event.xdm, {"environment.browserDetails.acceptLanguage": preferred(header)})


def preferred(header: str) -> str | None:
    """The language with the highest weight, the first of equals; None when there is none."""
    best, best_weight = None, 0.0
    for part in header[:MAX_HEADER_CHARS].split(","):
        found = _RANGE.fullmatch(part)
        if found is None:
            continue
        weight = float(found[2] or 1)
        if weight > best_weight:
            best, best_weight = found[1], weight
    return best
