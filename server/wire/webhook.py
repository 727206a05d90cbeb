"""Notifications as bytes: how they are signed, and what an answer to one says.

Signed as Standard Webhooks 1.0 says, for which every language has a library: receivers need no code of ours.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

import msgspec

SECRET_PREFIX = "whsec_"  # noqa: S105  (by which scanners recognise one that leaked; no secret itself)
SECRET_BYTES = 32

CHALLENGE_PARAMETER = "challenge"
"""As the platform verifies an address: it is asked with this parameter, and answers its value."""


def signed_headers(event_id: str, *, code: str, secret: str, at_seconds: int, body: bytes) -> Mapping[str, str]:
    """Of one attempt. ``secret``: as :func:`secret_text` wrote it. ``at_seconds``: now, since the epoch."""
    signed = b".".join((event_id.encode(), str(at_seconds).encode(), body))
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return {
        "content-type": "application/json",
        "user-agent": "Heliograph-Notifications",
        "webhook-id": event_id,
        "webhook-timestamp": str(at_seconds),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
        "x-adobe-event-id": event_id,
        "x-adobe-event-code": code,
    }


def secret_text(random: bytes) -> str:
    """A subscription's secret, of SECRET_BYTES random bytes, as receivers keep it."""
    return SECRET_PREFIX + base64.b64encode(random).decode()


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(SECRET_PREFIX))


class _Challenged(msgspec.Struct, frozen=True):
    challenge: str


def answers_challenge(challenge: str, body: bytes) -> bool:
    """Whether this is the challenge itself, or JSON with it as ``challenge``."""
    if hmac.compare_digest(body.strip(), challenge.encode()):
        return True
    try:
        return hmac.compare_digest(msgspec.json.decode(body, type=_Challenged).challenge.encode(), challenge.encode())
    except (msgspec.DecodeError, UnicodeError, binascii.Error):
        return False


def retry_after_seconds(header: str | None, *, now_seconds: float) -> float | None:
    """What ``Retry-After`` asks for, in seconds or as a date (RFC 9110, 10.2.3); None when it says nothing readable."""
    if header is None:
        return None
    if header.isascii() and header.strip().isdigit():
        return float(header.strip()[:12])
    try:
        moment = parsedate_to_datetime(header)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, aware.timestamp() - now_seconds)
