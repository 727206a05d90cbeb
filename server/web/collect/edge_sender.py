"""Who sends to the edge: what the head of a request says, and what becomes of the events that come with it."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from server.model.datastream import Configuration, Datastream
from server.model.event import EventId
from server.observe.metrics_edge import EdgeCounts
from server.pipeline.actions import ACCEPT, SILENT
from server.pipeline.admit import Beacon
from server.pipeline.receive import Standing, receive
from server.pipeline.state import StateChange
from server.pipeline.tell import handles
from server.web.collect.asgi import Headers
from server.web.collect.client import client_info
from server.web.collect.cors import cors
from server.web.collect.exchange import Answer, Decision, Request, as_lines
from server.web.collect.region import NOWHERE, Region
from server.web.collect.state import (
    cookie_domain,
    cookies_of,
    host_name,
    is_first_party,
    told_by_cookie,
    told_by_handle,
)
from server.wire.cookies import cookie_name
from server.wire.edge import EdgeRequest, Handle, decode_edge, encode_edge, encode_receipt, problem
from server.wire.errors import NO_CONSENT, UNEXPECTED, Unconfigured, WireError

logger = logging.getLogger(__name__)

_JSON: Headers = [(b"content-type", b"application/json;charset=utf-8"), (b"x-content-type-options", b"nosniff")]

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeDeps:
    """What the endpoint needs of the world. ``registrable_domain``: by the public suffix list; None for none.

    ``region``: where this server is, if clients are to know. ``counts``: of what is not kept.
    ``lines_of_bodies``: headers of every answer that has a body.
    """

    configuration: Callable[[], Configuration]
    clock_ms: Callable[[], int]
    new_id: Callable[[], EventId]
    new_ecid: Callable[[], str]
    registrable_domain: Callable[[str], str | None]
    base_paths: tuple[str, ...]
    body_bytes: int
    region: Region = NOWHERE
    counts: EdgeCounts = field(default_factory=EdgeCounts)
    lines_of_bodies: bytes = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lines_of_bodies", as_lines(self.region.headers + _JSON))


class EdgeSender:
    """A ``Sender`` (exchange.py). Made once for a head, so that a beacon costs what its body costs.

    ``new_answer_id``: from the client's id an id of this answer alone. ``refused``: the answer to an error.
    """

    def __init__(
        self,
        deps: EdgeDeps,
        request: Request,
        datastream: Datastream,
        *,
        action: str,
        request_id: str,
        new_answer_id: Callable[[str], str],
        refused: Callable[[Request, WireError, str], Answer],
    ) -> None:
        self.request_id = request_id
        self._deps = deps
        self._request = request
        self._datastream = datastream
        self._configuration = deps.configuration()
        self._action = action
        self._new_answer_id = new_answer_id
        self._refused = refused
        shared = cors(request.header(b"origin"), datastream.allowed_origins)
        self._lines = shared.lines
        self._origin_mismatch = not shared.is_allowed
        self._client = client_info(request, keep_ip=datastream.keep_ip)
        self._standing: Standing | None = None
        # Pages send along whatever cookies their site has.
        ours = cookie_name(datastream.org_id, "")
        self._cookies = {
            name: value
            for name, value in cookies_of(request).items()
            if name.startswith(ours) or name == datastream.fpid_cookie
        }

    def is_current(self) -> bool:
        return self._deps.configuration() is self._configuration

    def decide(self, request_id: str, body: bytes) -> Decision:
        answer_id = self._new_answer_id(request_id)
        try:
            return self.receive(decode_edge(body), request_id, answer_id)
        except Exception as error:
            return failed(error, self._request, answer_id, self._refused)

    def receive(self, edge: EdgeRequest, request_id: str, answer_id: str) -> Decision:
        """Raises WireError for what cannot be used."""
        deps = self._deps
        beacon = Beacon(
            id=answer_id,
            request_id=request_id,
            received_ms=deps.clock_ms(),
            client=self._client,
            origin_mismatch=self._origin_mismatch,
        )
        received = receive(
            edge,
            beacon,
            self._datastream,
            action=self._action,
            cookies=self._cookies,
            hint=deps.region.hint,
            standing=self._standing,
            new_ecid=deps.new_ecid,
            new_id=deps.new_id,
        )
        events, known, changes = received.events, received.known, received.changes
        self._standing = received.standing
        if not events and edge.events and (reason := known.withheld):
            deps.counts.withhold(reason, len(edge.events))
        if edge.meta.lost:
            deps.counts.lose(edge.meta.lost)
        values = [_encode(event) for event in events]
        named = b"%bx-request-id: %b\r\n" % (self._lines, answer_id.encode())
        headers: Headers = []
        store = self._carry(changes, edge, headers) if changes else None
        if self._action in SILENT:
            return Decision(values, Answer(204, headers, lines=named))
        if self._action == ACCEPT:
            return Decision(values, Answer(202, headers, encode_receipt(answer_id), lines=named + deps.lines_of_bodies))
        told = handles(known, edge, new_session_id=deps.new_id)
        if store is not None:
            told.append(store)
        warnings = []
        if edge.events and not known.consent.is_given:
            org_id = self._datastream.org_id
            warnings.append(problem(NO_CONSENT, known.refusal, request_id=answer_id, org_id=org_id))
        body = encode_edge(answer_id, told, warnings)
        return Decision(values, Answer(200, headers, body, lines=named + deps.lines_of_bodies))

    def _carry(self, changes: Sequence[StateChange], edge: EdgeRequest, headers: Headers) -> Handle | None:
        """Into the headers as cookies where the page can read ours; else the handle by which it sets them itself."""
        request = self._request
        page = request.header(b"origin") or request.header(b"referer")
        is_https = page.startswith("https://")
        host = host_name(request.header(b"host"))
        domain = cookie_domain(host, self._datastream.cookies.domain, self._deps.registrable_domain)
        if not is_first_party(edge.meta.state, host, page=page, cookie_domain=domain):
            return told_by_handle(changes, is_https=is_https)
        headers += told_by_cookie(changes, domain=domain, is_https=is_https)
        return None


def failed(
    error: Exception, request: Request, answer_id: str, refused: Callable[[Request, WireError, str], Answer]
) -> Decision:
    """What becomes of a request that cannot be used, by its fault or by ours: nothing of it is stored."""
    if not isinstance(error, WireError):
        # The named boundary of a request. Clients retry a 503 but no 500.
        logger.error("failed beacon=%s", answer_id, exc_info=error)
        error = Unconfigured(UNEXPECTED, "try again shortly")
    return Decision((), refused(request, error, answer_id))
