"""Errors of the edge as answers: the only place that gives them their headers."""

from server.model.datastream import Datastream
from server.web.collect.asgi import Headers
from server.web.collect.cors import cors, cors_headers
from server.web.collect.exchange import Answer
from server.wire.edge import encode_problem
from server.wire.errors import TOO_LARGE, TOO_SLOW, WireError

# Long enough for a new process or a freed disk, short enough for a page that still waits.
_RETRY_AFTER_SECONDS = b"2"

_PROBLEM: Headers = [(b"content-type", b"application/problem+json"), (b"x-content-type-options", b"nosniff")]


def readable_by(origin: str, datastream: Datastream | None) -> Headers:
    """Errors can be read by those whom the datastream allows; where there is none they are nobody's secret."""
    if datastream is None:
        return cors_headers(origin)
    return list(cors(origin, datastream.allowed_origins).headers)


def problem_answer(
    error: WireError, *, answer_id: str, origin: str, datastream: Datastream | None, methods: bytes
) -> Answer:
    """``datastream``: the one that was asked for, if there is one. ``methods``: those that the address answers."""
    headers = [*readable_by(origin, datastream), (b"x-request-id", answer_id.encode()), *_PROBLEM]
    if error.code.status == 503:
        headers.append((b"retry-after", _RETRY_AFTER_SECONDS))
    if error.code.status == 405:
        headers.append((b"allow", methods))
    org_id = "" if datastream is None else datastream.org_id
    body = encode_problem(error, request_id=answer_id, org_id=org_id)
    # The rest of such a body is not read: the connection cannot be used again.
    closes = error.code in (TOO_LARGE, TOO_SLOW)
    return Answer(error.code.status, headers, body, closes=closes, reason=error.code.reason)
