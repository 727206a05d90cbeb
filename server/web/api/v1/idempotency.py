"""Idempotency keys: a request that is sent again, because its answer was lost, is answered again and not done again."""

import hashlib
from functools import partial

from starlette.responses import Response

from server.store.idempotency import KnownAnswer, claim, keep_answer, release
from server.web.api.call import Call, Endpoint
from server.web.api.errors import ApiError

_MAX_KEY_CHARACTERS = 255

_KEPT_HEADERS = ("etag", "location")


def once(endpoint: Endpoint) -> Endpoint:
    """The endpoint, done once for each `Idempotency-Key` of a caller; without that header, as it is."""

    async def answer(call: Call) -> Response:
        key = call.request.headers.get("idempotency-key")
        if key is None:
            return await endpoint(call)
        if not 0 < len(key) <= _MAX_KEY_CHARACTERS:
            raise ApiError(400, "Invalid request", f"`Idempotency-Key` has 1 to {_MAX_KEY_CHARACTERS} characters")
        key_hash = _hash(call.caller.name, key)
        request_hash = _hash(call.request.method, call.request.url.path, (await call.content()).hex())
        now_ms = call.services.clock_ms()
        known = await call.write(partial(claim, key_hash=key_hash, request_hash=request_hash, now_ms=now_ms))
        if known is not None:
            return _again(known, request_hash)
        try:
            given = await endpoint(call)
        except BaseException:
            # Refused, or cut off: whoever mends the request may use the key again.
            await call.write(partial(release, key_hash=key_hash))
            raise
        await call.write(
            partial(
                keep_answer,
                key_hash=key_hash,
                status=given.status_code,
                headers={name: given.headers[name] for name in _KEPT_HEADERS if name in given.headers},
                body=bytes(given.body),
            )
        )
        return given

    return answer


def _again(known: KnownAnswer, request_hash: str) -> Response:
    if known.request_hash != request_hash:
        raise ApiError(422, "Key used before", "this `Idempotency-Key` came with another request: make a new one")
    if known.status == 0:
        detail = "the first request with this `Idempotency-Key` is still being answered"
        raise ApiError(409, "In progress", detail, headers={"retry-after": "1"})
    headers = {**known.headers, "idempotency-replayed": "true"}
    return Response(known.body, known.status, headers=headers, media_type="application/json")


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
