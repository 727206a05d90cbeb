"""The edge protocol's endpoint: bytes in, durable events, then the answer; edge_sender.py has what is between.

What it promises: a 2xx means that every event of the request is on disk. What it does not: that any of them is valid;
that is decided after the log. This is the path that has to be fast: one plain call a request (exchange.py).
"""

import logging
import secrets
import uuid
from collections.abc import Mapping
from functools import lru_cache
from itertools import count
from urllib.parse import parse_qsl

from server.model.datastream import Configuration, Datastream, DatastreamId
from server.pipeline.actions import action_of
from server.ports import LogUnavailable
from server.web.collect.cors import PREFLIGHT
from server.web.collect.edge_sender import EdgeDeps as EdgeDeps
from server.web.collect.edge_sender import EdgeSender, failed
from server.web.collect.exchange import Answer, Decision, Request
from server.web.collect.problem import problem_answer, readable_by
from server.wire.edge import decode_edge
from server.wire.errors import (
    DATASTREAM_DISABLED,
    METHOD_NOT_ALLOWED,
    NO_DATASTREAM,
    TOO_LARGE,
    TOO_SLOW,
    UNAVAILABLE,
    UNKNOWN_DATASTREAM,
    UNSUPPORTED_TYPE,
    EdgeCode,
    Unconfigured,
    WireError,
)

logger = logging.getLogger(__name__)

# Browsers send text/plain, which needs no preflight; the body is JSON all the same (edge-protocol, section 2).
_CONTENT_TYPES = frozenset({b"", b"text/plain", b"application/json", b"text/javascript"})

_UUID_CHARACTERS = frozenset("0123456789abcdefABCDEF-")


class EdgeEndpoint:
    """A ``ShortWay`` (exchange.py)."""

    def __init__(self, deps: EdgeDeps) -> None:
        self._deps = deps
        self._prefixes = tuple(f"/{base}/" for base in deps.base_paths)
        # Answers are told apart by a number. It starts anywhere, so that two processes never meet.
        self._numbers = count(secrets.randbits(63))

    @property
    def body_bytes(self) -> int:
        return self._deps.body_bytes

    def handles(self, path: str) -> bool:
        return path.startswith(self._prefixes) and ("/v1/" in path or "/v2/" in path)

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
        request_id = _request_id(query, request)
        answer_id = self._new_answer_id(request_id)
        try:
            action = action_of(request.path)
            edge = decode_edge(body)
            datastream = _datastream(self._deps.configuration(), query)
            return self._sender(request, datastream, action, request_id).receive(edge, request_id, answer_id)
        except Exception as error:
            return failed(error, request, answer_id, self._problem)

    def sender(self, request: Request) -> EdgeSender | None:
        query = _query(request.query_string)
        try:
            action = action_of(request.path)
            datastream = _datastream(self._deps.configuration(), query)
        except WireError:
            return None
        return self._sender(request, datastream, action, _request_id(query, request))

    def _sender(self, request: Request, datastream: Datastream, action: str, request_id: str) -> EdgeSender:
        return EdgeSender(
            self._deps,
            request,
            datastream,
            action=action,
            request_id=request_id,
            new_answer_id=self._new_answer_id,
            refused=self._problem,
        )

    def _new_answer_id(self, request_id: str) -> str:
        return f"{request_id or uuid.uuid4()}-{next(self._numbers):016x}"

    def _named(self, request: Request) -> Datastream | None:
        """The datastream, for answers that are given before, or although, nothing could be made of the request."""
        return self._deps.configuration().datastreams.get(_datastream_id(_query(request.query_string)))

    def _refused(self, request: Request, code: EdgeCode, detail: str) -> Answer:
        answer_id = self._new_answer_id(_request_id(_query(request.query_string), request))
        return self._problem(request, Unconfigured(code, detail), answer_id)

    def _problem(self, request: Request, error: WireError, answer_id: str) -> Answer:
        return problem_answer(
            error,
            answer_id=answer_id,
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


def _request_id(query: Mapping[str, str], request: Request) -> str:
    """The client's id, the same for every retry, if it looks like a UUID (I18); ``""`` for none."""
    given = query.get("requestId") or request.header(b"x-request-id")
    return given if len(given) == 36 and _UUID_CHARACTERS.issuperset(given) else ""


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
    """Without its parameters; with them, and so none that is taken, where it says another charset than JSON's (I15)."""
    name, _, parameters = content_type.lower().partition(b";")
    _, says, charset = parameters.partition(b"charset=")
    is_ours = not says or charset.partition(b";")[0].strip().strip(b'"') in (b"utf-8", b"utf8")
    return name.strip() if is_ours else content_type


def _content_type(request: Request) -> bytes:
    return _bare_type(request.headers.get(b"content-type", b""))
