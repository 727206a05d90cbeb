"""The world outside: clocks and randomness. Handed to what needs it, never reached for."""

import secrets
import time
import uuid

from server.model.datastream import DatasetId
from server.model.event import EventId
from server.model.inlet import InletId

_ECID_HALF_BITS = 63


def clock_ms() -> int:
    """Milliseconds since the epoch, by the machine's clock."""
    return time.time_ns() // 1_000_000


def new_event_id() -> EventId:
    return EventId(str(uuid.uuid4()))


def new_ecid() -> str:
    """38 digits: two random numbers of 63 bits, with leading zeros (edge-protocol, section 8)."""
    return f"{secrets.randbits(_ECID_HALF_BITS):019d}{secrets.randbits(_ECID_HALF_BITS):019d}"


def new_dataset_id() -> DatasetId:
    return DatasetId(secrets.token_hex(12))


def new_inlet_id() -> InletId:
    """256 random bits: knowing it is all that an inlet without authentication asks for."""
    return InletId(secrets.token_hex(32))


def new_uuid() -> str:
    return str(uuid.uuid4())


def new_token() -> str:
    """256 random bits, in characters that a URL and a cookie take as they are."""
    return secrets.token_urlsafe(32)
