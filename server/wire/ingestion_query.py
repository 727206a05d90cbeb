"""What an address of streaming ingestion says behind its question mark (streaming-ingestion.md, 1.1)."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

# The first of the names is from 2020.
_VALIDATE = ("synchronousValidation", "syncValidation")


def parameters(query_string: bytes) -> Mapping[str, str]:
    """Of several with one name the last."""
    return dict(parse_qsl(query_string.decode("latin-1"))) if query_string else {}


def asks_validation(query_string: bytes) -> bool:
    """Whether a single message is to be validated in the request."""
    if b"alidation=" not in query_string:
        return False
    given = parameters(query_string)
    return any(given.get(name, "").lower() == "true" for name in _VALIDATE)
