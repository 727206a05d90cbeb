"""The edge protocol's endpoint: bytes in, durable events, then the answer.

A plain ASGI callable, in front of the router: this is the path that has to be fast. What it promises: a 2xx means that
every event of the request is on disk. What it does not: that any of them is valid; that is decided after the log.
"""

import asyncio
import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

import msgspec

from server.model.datastream import Configuration, Datastream, DatastreamId
from server.model.event import EventId
from server.pipeline.admit import Beacon, admit
from server.pipeline.identify import StateChange, Visitor, client_state, identify, identity_change
from server.ports import EventLog, LogUnavailable
from server.web.asgi import BodyTooLarge, BodyTooSlow, ClientGone, Headers, Receive, Scope, Send, read_body, respond
from server.web.client import RequestHeaders, client_info
from server.web.cors import cors_headers, is_allowed, preflight_headers
from server.web.state import is_first_party, set_cookie
from server.wire.cookies import decode_cookie_header
from server.wire.edge import EdgeRequest, Handle, decode_edge, encode_edge, encode_problem, problem
from server.wire.errors import (
    DATASTREAM_DISABLED,
    METHOD_NOT_ALLOWED,
    NO_CONSENT,
    NO_DATASTREAM,
    NO_SUCH_ACTION,
    TOO_LARGE,
    TOO_SLOW,
    UNAVAILABLE,
    UNEXPECTED,
    UNKNOWN_DATASTREAM,
    UNSUPPORTED_TYPE,
    Unconfigured,
    WireError,
)

logger = logging.getLogger(__name__)

# Browsers send text/plain, which needs no preflight; the body is JSON all the same (edge-protocol, section 2).
_CONTENT_TYPES = frozenset({"", "text/plain", "application/json", "text/javascript"})

# A body of at most a few hundred kB: who needs longer than this holds a place that others need (R15).
_BODY_SECONDS = 30.0

# Long enough for a new process or a freed disk, short enough for a page that still waits.
_RETRY_AFTER_SECONDS = b"2"

_ACTIONS = frozenset({"interact", "collect", "identity/acquire"})

_JSON: Headers = [(b"content-type", b"application/json;charset=utf-8"), (b"x-content-type-options", b"nosniff")]
_PROBLEM: Headers = [(b"content-type", b"application/problem+json"), (b"x-content-type-options", b"nosniff")]

_UUID_CHARACTERS = frozenset("0123456789abcdefABCDEF-")


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeDeps:
    """What the endpoint needs of the world. ``registrable_domain``: by the public suffix list; None for none."""

    received: EventLog
    configuration: Callable[[], Configuration]
    clock_ms: Callable[[], int]
    new_id: Callable[[], EventId]
    new_ecid: Callable[[], str]
    registrable_domain: Callable[[str], str | None]
    base_paths: tuple[str, ...]
    body_bytes: int


class EdgeEndpoint:
    """``handles(path)`` says whether a request is this endpoint's; calling it answers the request."""

    def __init__(self, deps: EdgeDeps) -> None:
        self._deps = deps
        self._encode = msgspec.json.Encoder().encode
        self._prefixes = tuple(f"/{base}/" for base in deps.base_paths)

    def handles(self, path: str) -> bool:
        return path.startswith(self._prefixes) and "/v1/" in path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = RequestHeaders(scope)
        origin = headers.get(b"origin")
        query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        request_id = _request_id(query, headers)
        answer_id = f"{request_id or uuid.uuid4()}-{uuid.uuid4().hex[:16]}"
        try:
            if scope["method"] == "OPTIONS":
                await respond(send, 204, preflight_headers(origin))
                return
            action = self._action(scope["path"])
            if scope["method"] != "POST":
                raise Unconfigured(METHOD_NOT_ALLOWED, f"{scope['method']} is not used here: send POST")
            body = await self._body(headers, receive)
            status, extra, answer = await self._answer(
                action, decode_edge(body), scope, headers, query, request_id=request_id, answer_id=answer_id
            )
        except WireError as error:
            await self._refuse(send, error, origin, answer_id)
        except ClientGone:
            return
        except LogUnavailable as error:
            logger.warning("refused beacon=%s reason=log_unavailable detail=%s", answer_id, error)
            await self._refuse(send, Unconfigured(UNAVAILABLE, "try again shortly"), origin, answer_id)
        except asyncio.CancelledError:
            raise
        except Exception:
            # The named boundary of a request. Nothing was stored, and clients retry a 503 but no 500.
            logger.exception("failed beacon=%s", answer_id)
            await self._refuse(send, Unconfigured(UNEXPECTED, "try again shortly"), origin, answer_id)
        else:
            await respond(send, status, extra, answer)

    def _action(self, path: str) -> str:
        """What follows ``v1/``. Before it there may be any location hint: clients put in whatever a cookie says."""
        action = path.rsplit("/v1/", 1)[1]
        if action not in _ACTIONS:
            known = ", ".join(sorted(_ACTIONS))
            raise Unconfigured(NO_SUCH_ACTION, f"there is no action {action[:64]!r}: this server answers {known}")
        return action

    async def _body(self, headers: RequestHeaders, receive: Receive) -> bytes:
        content_type = headers.get(b"content-type").partition(";")[0].strip().lower()
        if content_type not in _CONTENT_TYPES:
            raise Unconfigured(
                UNSUPPORTED_TYPE, f"content type {content_type[:64]!r}: send text/plain or application/json"
            )
        if headers.get(b"content-encoding"):
            raise Unconfigured(UNSUPPORTED_TYPE, "the body is encoded: send it plain")
        try:
            return await read_body(receive, limit_bytes=self._deps.body_bytes, timeout_seconds=_BODY_SECONDS)
        except BodyTooLarge:
            raise Unconfigured(
                TOO_LARGE, f"the body is larger than {self._deps.body_bytes} bytes: send fewer events at a time"
            ) from None
        except BodyTooSlow:
            raise Unconfigured(TOO_SLOW, f"the body did not come within {_BODY_SECONDS:.0f} seconds") from None

    async def _answer(
        self,
        action: str,
        request: EdgeRequest,
        scope: Scope,
        headers: RequestHeaders,
        query: Mapping[str, str],
        *,
        request_id: str,
        answer_id: str,
    ) -> tuple[int, Headers, bytes]:
        deps, now_ms = self._deps, self._deps.clock_ms()
        datastream = _datastream(deps.configuration(), query)
        origin = headers.get(b"origin")
        allowed = not origin or is_allowed(origin, datastream.allowed_origins)
        out = cors_headers(origin) if allowed else [(b"vary", b"Origin")]
        state = client_state(datastream.org_id, request, decode_cookie_header(headers.get(b"cookie")))
        visitor = identify(request, state, now_ms=now_ms, new_ecid=deps.new_ecid)
        warnings = []
        if not visitor.has_consent:
            warnings.append(problem(NO_CONSENT, "general=out", request_id=answer_id))
        elif request.events and action != "identity/acquire":
            beacon = Beacon(
                id=answer_id,
                request_id=request_id,
                received_ms=now_ms,
                client=client_info(scope, headers, keep_ip=datastream.keep_ip),
                origin_mismatch=not allowed,
            )
            events = admit(request, beacon, datastream, ecid=visitor.ecid, new_id=deps.new_id)
            await deps.received.append([self._encode(event) for event in events])
        handles, cookies = self._state(action, request, visitor, datastream, headers, now_ms=now_ms)
        out += cookies
        if action == "collect":
            return 204, out, b""
        return 200, out + _JSON, encode_edge(answer_id, handles, warnings)

    def _state(
        self,
        action: str,
        request: EdgeRequest,
        visitor: Visitor,
        datastream: Datastream,
        headers: RequestHeaders,
        *,
        now_ms: int,
    ) -> tuple[list[Handle], Headers]:
        """How the client learns its identity: by cookie where we are first party, else by a handle it acts upon."""
        if not visitor.has_consent:
            return [], []
        handles: list[Handle] = []
        wanted = "ECID" in request.query.identity.fetch
        if wanted or visitor.tell:
            handles.append(
                Handle(type="identity:result", payload=[{"id": visitor.ecid, "namespace": {"code": "ECID"}}])
            )
        if not visitor.tell:
            return handles, []
        change = identity_change(datastream.org_id, visitor, now_ms=now_ms)
        is_https = (headers.get(b"origin") or headers.get(b"referer")).startswith("https://")
        host = headers.get(b"host").rsplit(":", 1)[0].lower()
        if is_first_party(request.meta.state, host):
            domain = self._deps.registrable_domain(host)
            return handles, [(b"set-cookie", set_cookie(change, domain=domain, is_https=is_https))]
        if action != "collect":
            handles.append(Handle(type="state:store", payload=[_entry(change, is_https=is_https)]))
        return handles, []

    async def _refuse(self, send: Send, error: WireError, origin: str, answer_id: str) -> None:
        headers = cors_headers(origin) + _PROBLEM
        if error.code.status == 503:
            headers.append((b"retry-after", _RETRY_AFTER_SECONDS))
        if error.code.status == 405:
            headers.append((b"allow", b"POST, OPTIONS"))
        if error.code in (TOO_LARGE, TOO_SLOW):
            # The rest of the body is not read: the connection cannot be used again.
            headers.append((b"connection", b"close"))
        await respond(send, error.code.status, headers, encode_problem(error, request_id=answer_id))


def _datastream(configuration: Configuration, query: Mapping[str, str]) -> Datastream:
    name = query.get("configId") or query.get("datastreamId")
    if not name:
        raise Unconfigured(NO_DATASTREAM, "the address has no configId: add ?configId= with the datastream's id")
    datastream = configuration.datastreams.get(DatastreamId(name))
    if datastream is None:
        raise Unconfigured(UNKNOWN_DATASTREAM, f"there is no datastream {name[:64]!r}")
    if not datastream.enabled:
        raise Unconfigured(DATASTREAM_DISABLED, f"datastream {name[:64]!r} is switched off")
    return datastream


def _request_id(query: Mapping[str, str], headers: RequestHeaders) -> str:
    """The client's own id of the request, the same for every retry; ``""`` unless it looks like a UUID (I18)."""
    given = query.get("requestId") or headers.get(b"x-request-id")
    return given if len(given) == 36 and _UUID_CHARACTERS.issuperset(given) else ""


def _entry(change: StateChange, *, is_https: bool) -> dict[str, object]:
    attributes = {"attrs": {"SameSite": "None"}} if is_https else {}
    return {"key": change.key, "value": change.value, "maxAge": change.max_age_seconds} | attributes
