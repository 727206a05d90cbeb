"""An endpoint as an ASGI application: the body read within its limits, the values durable, then the answer."""

from server.ports import EventLog, LogUnavailable
from server.web.collect.asgi import BodyTooLarge, BodyTooSlow, ClientGone, Receive, Scope, Send, read_body, respond
from server.web.collect.exchange import Answer, Decision, Endpoint, Request

# A body of at most a few hundred kB: who needs longer than this holds a place that others need (R15).
BODY_SECONDS = 30.0


class DurableApp:
    """What it promises: a 2xx means that every value of the request is on disk."""

    def __init__(self, endpoint: Endpoint, log: EventLog) -> None:
        self._endpoint = endpoint
        self._log = log

    def handles(self, path: str) -> bool:
        return self._endpoint.handles(path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        request = Request(
            scope["method"],
            scope["path"],
            scope["query_string"],
            dict(scope["headers"]),
            client[0] if client else "",
        )
        try:
            answer = await self._answer(request, receive)
        except ClientGone:
            return
        # For the outermost layer (limits/layer.py), which counts what it lets in.
        scope["reason"] = answer.reason
        headers = answer.all_headers()
        if answer.closes:
            headers.append((b"connection", b"close"))
        await respond(send, answer.status, headers, answer.body)

    async def _answer(self, request: Request, receive: Receive) -> Answer:
        endpoint = self._endpoint
        refusal = endpoint.refuse(request)
        if refusal is not None:
            return refusal
        try:
            body = await read_body(receive, limit_bytes=endpoint.body_bytes, timeout_seconds=BODY_SECONDS)
        except BodyTooLarge:
            return endpoint.too_large(request)
        except BodyTooSlow:
            return endpoint.too_slow(request)
        decision = await self.decide(request, body)
        try:
            if decision.values:
                await self._log.append(decision.values)
        except LogUnavailable as error:
            return endpoint.unavailable(request, error)
        return decision.answer

    async def decide(self, request: Request, body: bytes) -> Decision:
        """The endpoint's decision, at once. A subclass may take its time."""
        return self._endpoint.decide(request, body)
