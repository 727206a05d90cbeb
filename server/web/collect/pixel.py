"""``/pixel/{datastream}.gif``: an event by an image's address, durable before the image is answered.

An image has no script: the visitor is known by cookies alone, and only a page of the same site is given one.
"""

import logging
import uuid
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from server.model.datastream import Datastream, DatastreamId
from server.pipeline.actions import PIXEL
from server.pipeline.admit import Beacon
from server.pipeline.receive import receive
from server.ports import LogUnavailable
from server.web.collect.asgi import Headers
from server.web.collect.client import client_info
from server.web.collect.cors import cors
from server.web.collect.edge import EdgeDeps
from server.web.collect.exchange import Answer, Decision, Request
from server.web.collect.problem import problem_answer
from server.web.collect.state import cookie_domain, cookies_of, host_name, told_by_cookie
from server.wire.errors import (
    DATASTREAM_DISABLED,
    METHOD_NOT_ALLOWED,
    TOO_LARGE,
    TOO_SLOW,
    UNAVAILABLE,
    UNEXPECTED,
    UNKNOWN_DATASTREAM,
    EdgeCode,
    Unconfigured,
    WireError,
)
from server.wire.pixel import decode_pixel

logger = logging.getLogger(__name__)

_PREFIX, _SUFFIX = "/pixel/", ".gif"

# One transparent point, the smallest that every reader of images takes: 43 bytes.
GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")

_IMAGE: Headers = [
    (b"content-type", b"image/gif"),
    (b"x-content-type-options", b"nosniff"),
    # Each showing of it is an event.
    (b"cache-control", b"no-store"),
    # Pages that isolate themselves load only what says that it may be loaded.
    (b"cross-origin-resource-policy", b"cross-origin"),
]

_SAME_SITE = frozenset({"same-origin", "same-site"})


class PixelEndpoint:
    """An ``Endpoint`` (exchange.py)."""

    def __init__(self, deps: EdgeDeps) -> None:
        self._deps = deps
        self._encode = msgspec.json.Encoder().encode

    @property
    def body_bytes(self) -> int:
        return 0

    def handles(self, path: str) -> bool:
        return path.startswith(_PREFIX) and path.endswith(_SUFFIX)

    def refuse(self, request: Request) -> Answer | None:
        if request.method == "GET":
            return None
        return self._refused(request, METHOD_NOT_ALLOWED, f"{request.method} is not used here: send GET")

    def too_large(self, request: Request) -> Answer:
        return self._refused(request, TOO_LARGE, "there is a body: everything goes into the address")

    def too_slow(self, request: Request) -> Answer:
        return self._refused(request, TOO_SLOW, "the body did not come in time")

    def unavailable(self, request: Request, error: LogUnavailable) -> Answer:
        logger.warning("refused pixel reason=log_unavailable detail=%s", error)
        return self._refused(request, UNAVAILABLE, "try again shortly")

    def decide(self, request: Request, body: bytes) -> Decision:
        answer_id = str(uuid.uuid4())
        try:
            return self._decide(request, answer_id)
        except WireError as error:
            return Decision((), self._problem(request, error, answer_id))
        except Exception:
            # The named boundary of a request, as in edge.py.
            logger.exception("failed pixel=%s", answer_id)
            return Decision((), self._problem(request, Unconfigured(UNEXPECTED, "try again shortly"), answer_id))

    def _decide(self, request: Request, answer_id: str) -> Decision:
        deps = self._deps
        datastream = self._named(request)
        if datastream is None:
            raise Unconfigured(UNKNOWN_DATASTREAM, f"there is no datastream {_datastream_id(request.path)[:64]!r}")
        if not datastream.enabled:
            raise Unconfigured(DATASTREAM_DISABLED, f"datastream {datastream.id!r} is switched off")
        host = host_name(request.header(b"host"))
        page = _Page.of(request)
        pixel = decode_pixel(
            request.query_string, page_url=page.whole_url(host), tcf_vendor=datastream.consent.tcf_vendor
        )
        shared = cors(request.header(b"origin"), datastream.allowed_origins)
        beacon = Beacon(
            id=answer_id,
            request_id="",
            received_ms=deps.clock_ms(),
            client=client_info(request, keep_ip=datastream.keep_ip),
            origin_mismatch=not shared.is_allowed,
        )
        received = receive(
            pixel.request,
            beacon,
            datastream,
            action=PIXEL,
            cookies=cookies_of(request),
            said=pixel.said,
            new_ecid=deps.new_ecid,
            new_id=deps.new_id,
        )
        if not received.events and (reason := received.known.withheld):
            deps.counts.withhold(reason, 1)
        headers = [*shared.headers, (b"x-request-id", answer_id.encode()), *_IMAGE]
        if received.changes and self._is_same_site(request, page, host):
            domain = cookie_domain(host, datastream.cookies.domain, deps.registrable_domain)
            headers += told_by_cookie(received.changes, domain=domain, is_https=page.is_https)
        return Decision([self._encode(event) for event in received.events], Answer(200, headers, GIF))

    def _is_same_site(self, request: Request, page: "_Page", host: str) -> bool:
        """Whether the page that shows the image is of our own site: then the cookie is its own, and no other's."""
        if site := request.header(b"sec-fetch-site"):
            return site in _SAME_SITE
        domain = self._deps.registrable_domain(host)
        same_domain = domain is not None and domain == self._deps.registrable_domain(page.host)
        return bool(page.host) and (page.host == host or same_domain)

    def _named(self, request: Request) -> Datastream | None:
        return self._deps.configuration().datastreams.get(_datastream_id(request.path))

    def _refused(self, request: Request, code: EdgeCode, detail: str) -> Answer:
        return self._problem(request, Unconfigured(code, detail), str(uuid.uuid4()))

    def _problem(self, request: Request, error: WireError, answer_id: str) -> Answer:
        return problem_answer(
            error,
            answer_id=answer_id,
            origin=request.header(b"origin"),
            datastream=self._named(request),
            methods=b"GET",
        )


class _Page(NamedTuple):
    """What is known of the page that shows the image. ``host``: ``""`` when the browser does not say."""

    url: str
    host: str
    path: str
    is_https: bool

    @classmethod
    def of(cls, request: Request) -> "_Page":
        url = request.header(b"referer")
        try:
            parts = urlsplit(url)
        except ValueError:
            parts = urlsplit("")
        # Browsers tell sites apart (Sec-Fetch-Site) on secure connections only.
        is_https = parts.scheme == "https" or (not url and b"sec-fetch-site" in request.headers)
        return cls(url, host_name(parts.netloc.rpartition("@")[2]), parts.path, is_https)

    def whole_url(self, host: str) -> str:
        """The page's address, or ``""``: to another host than the page's own, browsers name its origin only."""
        return self.url if self.host == host or self.path not in ("", "/") else ""


def _datastream_id(path: str) -> DatastreamId:
    return DatastreamId(path.removeprefix(_PREFIX).removesuffix(_SUFFIX))
