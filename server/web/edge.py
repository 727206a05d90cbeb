"""The edge protocol's endpoint: bytes in, durable events, then the answer.

What it promises: a 2xx means that every event of the request is on disk. What it does not: that any of them is valid;
that is decided after the log. This is the path that has to be fast: one plain call a request (exchange.py).
"""

import logging
import secrets
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from typing import NamedTuple
from urllib.parse import parse_qsl

import msgspec

from server.model.datastream import Configuration, Datastream, DatastreamId
from server.model.event import EventId
from server.observe.metrics_edge import EdgeCounts
from server.pipeline.actions import SILENT, action_of
from server.pipeline.admit import Beacon
from server.pipeline.receive import receive
from server.pipeline.state import StateChange
from server.pipeline.tell import handles
from server.ports import LogUnavailable
from server.web.asgi import Headers
from server.web.client import client_info
from server.web.cors import PREFLIGHT, cors
from server.web.exchange import Answer, Decision, Request
from server.web.problem import problem_answer, readable_by
from server.web.region import NOWHERE, Region
from server.web.state import cookies_of, host_name, is_first_party, told_by_cookie, told_by_handle
from server.wire.edge import EdgeRequest, Handle, decode_edge, encode_edge, problem
from server.wire.errors import (
    DATASTREAM_DISABLED,
    METHOD_NOT_ALLOWED,
    NO_CONSENT,
    NO_DATASTREAM,
    TOO_LARGE,
    TOO_SLOW,
    UNAVAILABLE,
    UNEXPECTED,
    UNKNOWN_DATASTREAM,
    UNSUPPORTED_TYPE,
    EdgeCode,
    Unconfigured,
    WireError,
)

logger = logging.getLogger(__name__)

# Browsers send text/plain, which needs no preflight; the body is JSON all the same (edge-protocol, section 2).
_CONTENT_TYPES = frozenset({b"", b"text/plain", b"application/json", b"text/javascript"})

_JSON: Headers = [(b"content-type", b"application/json;charset=utf-8"), (b"x-content-type-options", b"nosniff")]

_UUID_CHARACTERS = frozenset("0123456789abcdefABCDEF-")


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeDeps:
    """What the endpoint needs of the world. ``registrable_domain``: by the public suffix list; None for none.

    ``region``: where this server is, if clients are to know. ``counts``: of what is not kept.
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


class _Ids(NamedTuple):
    """``request_id``: the client's, the same for every retry, ``""`` for none. ``answer_id``: of this answer alone."""

    request_id: str
    answer_id: str


class EdgeEndpoint:
    """An ``Endpoint`` (exchange.py)."""

    def __init__(self, deps: EdgeDeps) -> None:
        self._deps = deps
        self._encode = msgspec.json.Encoder().encode
        self._prefixes = tuple(f"/{base}/" for base in deps.base_paths)
        # Answers are told apart by a number. It starts anywhere, so that two processes never meet.
        self._numbers = count(secrets.randbits(63))

    @property
    def body_bytes(self) -> int:
        return self._deps.body_bytes

    def handles(self, path: str) -> bool:
        return path.startswith(self._prefixes) and "/v1/" in path

    def refuse(self, request: Request) -> Answer | None:
        if request.method == "POST" and _content_type(request) in _CONTENT_TYPES:
            if b"content-encoding" not in request.headers:
                return None
            return self._refused(request, UNSUPPORTED_TYPE, "the body is encoded: send it plain")
        if request.method == "OPTIONS":
            return Answer(204, readable_by(request.header(b"origin"), self._named(request)) + PREFLIGHT)
        if request.method != "POST":
            return self._refused(request, METHOD_NOT_ALLOWED, f"{request.method} is not used here: send POST")
        given = _content_type(request).decode("latin-1")
        return self._refused(
            request, UNSUPPORTED_TYPE, f"content type {given[:64]!r}: send text/plain or application/json"
        )

    def too_large(self, request: Request) -> Answer:
        return self._refused(
            request, TOO_LARGE, f"the body is larger than {self.body_bytes} bytes: send fewer events at a time"
        )

    def too_slow(self, request: Request) -> Answer:
        return self._refused(request, TOO_SLOW, "the body did not come in time")

    def unavailable(self, request: Request, error: LogUnavailable) -> Answer:
        logger.warning("refused beacon reason=log_unavailable detail=%s", error)
        return self._refused(request, UNAVAILABLE, "try again shortly")

    def decide(self, request: Request, body: bytes) -> Decision:
        query = _query(request.query_string)
        ids = self._ids(query, request)
        try:
            return self._decide(action_of(request.path), decode_edge(body), request, query, ids)
        except WireError as error:
            return Decision((), self._problem(request, error, ids))
        except Exception:
            # The named boundary of a request. Nothing was stored, and clients retry a 503 but no 500.
            logger.exception("failed beacon=%s", ids.answer_id)
            return Decision((), self._problem(request, Unconfigured(UNEXPECTED, "try again shortly"), ids))

    def _decide(
        self, action: str, edge: EdgeRequest, request: Request, query: Mapping[str, str], ids: _Ids
    ) -> Decision:
        deps = self._deps
        datastream = _datastream(deps.configuration(), query)
        shared = cors(request.header(b"origin"), datastream.allowed_origins)
        beacon = Beacon(
            id=ids.answer_id,
            request_id=ids.request_id,
            received_ms=deps.clock_ms(),
            client=client_info(request, keep_ip=datastream.keep_ip),
            origin_mismatch=not shared.is_allowed,
        )
        events, known, changes = receive(
            edge,
            beacon,
            datastream,
            action=action,
            cookies=cookies_of(request),
            hint=deps.region.hint,
            new_ecid=deps.new_ecid,
            new_id=deps.new_id,
        )
        if not events and edge.events and (reason := known.withheld):
            deps.counts.withhold(reason, len(edge.events))
        if edge.meta.lost:
            deps.counts.lose(edge.meta.lost)
        values = [self._encode(event) for event in events]
        headers = [*shared.headers, (b"x-request-id", ids.answer_id.encode())]
        store = self._carry(changes, edge, request, headers) if changes else None
        if action in SILENT:
            return Decision(values, Answer(204, headers))
        told = handles(known, edge, new_session_id=deps.new_id)
        if store is not None:
            told.append(store)
        warnings = []
        if edge.events and not known.consent.is_given:
            warnings.append(problem(NO_CONSENT, known.refusal, request_id=ids.answer_id, org_id=datastream.org_id))
        headers += deps.region.headers
        return Decision(values, Answer(200, headers + _JSON, encode_edge(ids.answer_id, told, warnings)))

    def _carry(
        self, changes: Sequence[StateChange], edge: EdgeRequest, request: Request, headers: Headers
    ) -> Handle | None:
        """Into the headers as cookies where the page can read ours; else the handle by which it sets them itself."""
        page = request.header(b"origin") or request.header(b"referer")
        is_https = page.startswith("https://")
        host = host_name(request.header(b"host"))
        if not is_first_party(edge.meta.state, host, page=page):
            return told_by_handle(changes, is_https=is_https)
        headers += told_by_cookie(changes, domain=self._deps.registrable_domain(host), is_https=is_https)
        return None

    def _ids(self, query: Mapping[str, str], request: Request) -> _Ids:
        """The client's id counts if it looks like a UUID (I18)."""
        given = query.get("requestId") or request.header(b"x-request-id")
        request_id = given if len(given) == 36 and _UUID_CHARACTERS.issuperset(given) else ""
        return _Ids(request_id, f"{request_id or uuid.uuid4()}-{next(self._numbers):016x}")

    def _named(self, request: Request) -> Datastream | None:
        """The datastream, for answers that are given before, or although, nothing could be made of the request."""
        return self._deps.configuration().datastreams.get(_datastream_id(_query(request.query_string)))

    def _refused(self, request: Request, code: EdgeCode, detail: str) -> Answer:
        ids = self._ids(_query(request.query_string), request)
        return self._problem(request, Unconfigured(code, detail), ids)

    def _problem(self, request: Request, error: WireError, ids: _Ids) -> Answer:
        return problem_answer(
            error,
            answer_id=ids.answer_id,
            origin=request.header(b"origin"),
            datastream=self._named(request),
            methods=b"POST, OPTIONS",
        )


def _datastream(configuration: Configuration, query: Mapping[str, str]) -> Datastream:
    name = _datastream_id(query)
    if not name:
        raise Unconfigured(NO_DATASTREAM, "the address has no configId: add ?configId= with the datastream's id")
    datastream = configuration.datastreams.get(name)
    if datastream is None:
        raise Unconfigured(UNKNOWN_DATASTREAM, f"there is no datastream {name[:64]!r}")
    if not datastream.enabled:
        raise Unconfigured(DATASTREAM_DISABLED, f"datastream {name[:64]!r} is switched off")
    return datastream


def _datastream_id(query: Mapping[str, str]) -> DatastreamId:
    return DatastreamId(query.get("configId") or query.get("datastreamId") or "")


def _query(query_string: bytes) -> Mapping[str, str]:
    text = query_string.decode("latin-1")
    if "%" in text or "+" in text:
        return dict(parse_qsl(text))
    found = {}
    for part in text.split("&"):
        name, _, value = part.partition("=")
        if value:
            found[name] = value
    return found


@lru_cache(maxsize=256)
def _bare_type(content_type: bytes) -> bytes:
    return content_type.partition(b";")[0].strip().lower()


def _content_type(request: Request) -> bytes:
    return _bare_type(request.headers.get(b"content-type", b""))
