"""Where this server is, as clients are told it: the location hint of edge-protocol.md, sections 1 and 4."""

from typing import NamedTuple

from server.web.collect.asgi import Headers


class Region(NamedTuple):
    """``hint``: what clients put into the path of their next requests; ``""``: they are told nothing.

    ``headers``: what every answer with a body says of it. A region without a number has none: clients warn of a header
    that lacks it.
    """

    hint: str
    headers: Headers


NOWHERE = Region("", [])


def parse_region(text: str) -> Region:
    """``zrh1`` or, with the number that ``getIdentity`` shows as ``regionId``, ``zrh1;6``."""
    name, separator, _ = text.partition(";")
    return Region(name, [(b"x-adobe-edge", text.upper().encode("ascii"))] if separator else [])
