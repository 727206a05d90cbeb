"""What is wrong with a request to an inlet by its head alone (streaming-ingestion.md, 1.1)."""

from functools import lru_cache

from server.web.collect.exchange import Request
from server.wire.ingestion_errors import Refusal, malformed, unsupported

_MAX_TYPE_BYTES = 128

_UTF8 = frozenset({"", "utf-8", "utf8"})


def wrong_sandbox(request: Request, sandbox: str) -> Refusal | None:
    """The inlet's sandbox is fixed: naming it is optional, naming another one is a mistake."""
    given = request.header(b"x-sandbox-name") or request.header(b"sandbox-name")
    if given in ("", sandbox):
        return None
    return malformed(f"This inlet is in the sandbox {sandbox!r}, not in {given[:64]!r}")


def wrong_type(content_type: bytes) -> Refusal | None:
    """Messages are JSON in UTF-8; whatever else a body says that it is, it is not sniffed (I15)."""
    # A real one is short: nobody fills the memory of those that were seen with long ones.
    return _refused_type(content_type[:_MAX_TYPE_BYTES])


# Clients send one or two spellings, again and again.
@lru_cache(maxsize=64)
def _refused_type(content_type: bytes) -> Refusal | None:
    name, _, parameters = content_type.decode("latin-1").lower().partition(";")
    if name.strip() == "application/x-jackson-smile":
        return unsupported("Smile bodies are not decoded here: send application/json")
    if name.strip() != "application/json":
        return unsupported(f"The content type {name.strip()[:64]!r} is not taken here: send application/json")
    _, _, charset = parameters.partition("charset=")
    if charset.partition(";")[0].strip().strip('"') not in _UTF8:
        return unsupported("JSON is UTF-8: send it so, and leave the charset out")
    return None
