"""Ids of new things, made of the process's random tokens."""

import hashlib
import uuid
from collections.abc import Callable


def new_hex(new_token: Callable[[], str], digits: int) -> str:
    """``digits``: at most 64."""
    return hashlib.sha256(new_token().encode()).hexdigest()[:digits]


def new_uuid(new_token: Callable[[], str]) -> str:
    return str(uuid.UUID(new_hex(new_token, 32), version=4))
