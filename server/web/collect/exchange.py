"""One exchange of HTTP, decided without a server around it: a request in, what to make durable and the answer out.

What has to be fast is decided by a plain function call. Two adapters carry it: `durable.py` as an ASGI application,
`protocol.py` inside uvicorn's own protocol, without the task and the messages that ASGI needs for each request.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec

from server.ports import LogUnavailable
from server.web.collect.asgi import Headers


class Request(NamedTuple):
    """A request's head. ``headers``: by name in lower case, of repeated ones the last. ``client``: the peer's address.

    ``client`` is ``""`` when the peer has no address, as on a Unix socket.
    """

    method: str
    path: str
    query_string: bytes
    headers: Mapping[bytes, bytes]
    client: str

    def header(self, name: bytes) -> str:
        """Its value, or ``""``."""
        return self.headers.get(name, b"").decode("latin-1")


class Answer(msgspec.Struct, frozen=True):
    """A whole answer. ``closes``: the connection cannot be used again, because a body was left unread.

    ``reason``: why not, as it is counted: of a closed list; ``""`` for what the status says.
    ``lines``: further headers, which many answers have in common, made ready once by :func:`as_lines`.
    """

    status: int
    headers: Headers
    body: bytes = b""
    closes: bool = False
    reason: str = ""
    lines: bytes = b""

    def all_headers(self) -> Headers:
        pairs = (line.partition(b": ") for line in self.lines.split(b"\r\n")[:-1])
        return [*((name, value) for name, _, value in pairs), *self.headers]


def as_lines(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """As they go over the wire. Nobody looks at them any more: they are ours, or were checked."""
    parts: list[bytes] = []
    for name, value in headers:
        parts += (name, b": ", value, b"\r\n")
    return b"".join(parts)


class Decision(msgspec.Struct, frozen=True):
    """``answer`` may go out once all ``values`` are durable; at once when there are none."""

    values: Sequence[bytes]
    answer: Answer


class Endpoint(Protocol):
    """Never raises: a mistake of ours is an answer too. ``body_bytes``: how large a body may be."""

    @property
    def body_bytes(self) -> int: ...

    def handles(self, path: str) -> bool:
        """Whether requests for this path are this endpoint's."""

    def refuse(self, request: Request) -> Answer | None:
        """The answer to a head whose body need not be read; None for go on."""

    def too_large(self, request: Request) -> Answer:
        """The answer to a body that is larger."""

    def too_slow(self, request: Request) -> Answer:
        """The answer to a body that does not come."""

    def decide(self, request: Request, body: bytes) -> Decision:
        """What becomes of a whole request."""

    def unavailable(self, request: Request, error: LogUnavailable) -> Answer:
        """The answer when nothing can be made durable."""


class Sender(Protocol):
    """What one head says, found out once: for all requests whose heads differ from it in id and length alone."""

    @property
    def request_id(self) -> str:
        """The id that was in it, in the parameter ``requestId``; ``""`` for none."""

    def is_current(self) -> bool:
        """Whether it would say the same if it was read now."""

    def decide(self, request_id: str, body: bytes) -> Decision:
        """As the endpoint's, for a request with this id."""


class ShortWay(Endpoint, Protocol):
    """An endpoint that protocol.py can ask."""

    def sender(self, request: Request) -> Sender | None:
        """What a head says that is not refused; None for one that each request has to be asked about anew."""
