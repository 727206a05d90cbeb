"""Heads that were read before: a request is known by them without being parsed.

A client's requests differ in three places: their id, their length and their body. All other bytes of a head are the
same in one as in the next, and so is everything that is made of them: what the parser says, the lane, the datastream,
what is kept of the browser, the visitor's identity. Nothing here judges HTTP: a head is remembered when the parser has
taken it, and only one that is equal to it, byte for byte but for those two, is known again. Heads that come only once
are not worth it: one is remembered when it comes for the second time.
"""

from itertools import islice

import msgspec

from server.web.collect.exchange import Request, Sender, ShortWay
from server.web.limits.lanes import Lane

# Visitors of the last minutes. A browser's head and what is made of it take 5 kB, the largest 11: 22 MB at most.
_MOST_HEADS = 2_048

# Of them, when there are too many: the oldest go, so that the next time is far.
_FORGOTTEN_SHARE = 0.25

# Those that came once, by a number each.
_MOST_SEEN = 4_096

# Browsers' have 0.5 to 1.5 kB, of which cookies are most.
_MOST_HEAD_BYTES = 4_096

# What comes in more than one piece has to be put together by the parser; and it is not the head that costs then.
_MOST_BYTES = 16_384

_ID = b"requestId="
_ID_BYTES = len(_ID)
_UUID_CHARACTERS = 36
_OF_A_UUID = b"0123456789abcdefABCDEF-"

# Behind the peer's address, which has none in it: else a head could begin with the end of somebody else's.
_PEER_END = b" "

# As browsers and HTTP/1.1 proxies write it; in lower case, as those of HTTP/2 do.
_LENGTH = b"\r\nContent-Length: "
_LENGTH_BYTES = len(_LENGTH)


class Cut(msgspec.Struct, frozen=True):
    """A whole request in parts. ``key``: the head without id and length. ``request_id``: ``""`` for none."""

    key: bytes
    request_id: str
    body: bytes


class Known(msgspec.Struct, frozen=True):
    """``request``: the one that was remembered."""

    endpoint: ShortWay
    lane: Lane
    request: Request
    sender: Sender

    def with_id(self, request_id: str) -> Request:
        """The request as it would have been parsed: the one that was remembered, with another id."""
        old, new = self.sender.request_id.encode(), request_id.encode()
        return self.request._replace(query_string=self.request.query_string.replace(_ID + old, _ID + new, 1))


class Heads:
    """One a process. ``most``: how many are remembered."""

    def __init__(self, most: int = _MOST_HEADS) -> None:
        self._most = most
        self._known: dict[bytes, Known] = {}
        self._seen: set[int] = set()
        self.find = self._known.get

    def came_before(self, cut: Cut) -> bool:
        """Whether one that is not known is worth remembering. Noted, for the next time."""
        seen, sign = self._seen, hash(cut.key)
        if sign in seen:
            return True
        if len(seen) >= _MOST_SEEN:
            seen.clear()
        seen.add(sign)
        return False

    def remember(self, cut: Cut, known: Known) -> None:
        """``known``: what the parser, and the endpoint after it, made of this request."""
        if len(self._known) >= self._most:
            for key in list(islice(self._known, max(1, int(self._most * _FORGOTTEN_SHARE)))):
                del self._known[key]
        self._known[cut.key] = known


def cut_request(data: bytes, peer: bytes) -> Cut | None:
    """None for what is not exactly one request, or none that is worth remembering. ``peer``: whom it is from."""
    head_end = data.find(b"\r\n\r\n", 0, _MOST_HEAD_BYTES)
    if head_end < 0 or len(data) > _MOST_BYTES:
        return None
    length_at = data.find(_LENGTH, 0, head_end)
    if length_at < 0:
        length_at = data.find(_LENGTH.lower(), 0, head_end)
        if length_at < 0:
            return None
    length_at += _LENGTH_BYTES
    length_end = data.find(b"\r", length_at)
    body = data[head_end + 4 :]
    # Compared as text: leading zeros, signs and spaces are left to the parser.
    if data[length_at:length_end] != b"%d" % len(body):
        return None
    id_at = data.find(_ID, 0, data.find(b"\r"))
    if id_at < 0:
        return Cut(b"".join((peer, _PEER_END, data[:length_at], data[length_end:head_end])), "", body)
    id_at += _ID_BYTES
    id_end = id_at + _UUID_CHARACTERS
    request_id = data[id_at:id_end]
    if len(request_id) != _UUID_CHARACTERS or request_id.translate(None, _OF_A_UUID):
        return None
    key = b"".join((peer, _PEER_END, data[:id_at], data[id_end:length_at], data[length_end:head_end]))
    return Cut(key, request_id.decode("ascii"), body)
