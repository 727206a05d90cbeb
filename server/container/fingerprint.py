"""What names a build, and what lets a browser prove that it got the right one."""

import base64
import hashlib
from typing import NewType

BuildHash = NewType("BuildHash", str)
"""First 32 hexadecimal digits of the SHA-256 of the build's text: 128 bits, so that no two builds share a name."""


def build_hash(text: bytes) -> BuildHash:
    """The build's name, as in `/tags/builds/{hash}.js`."""
    return BuildHash(hashlib.sha256(text).hexdigest()[:32])


def integrity(text: bytes) -> str:
    """The value of the `integrity` attribute of a script that is this very text (Subresource Integrity)."""
    return f"sha384-{base64.b64encode(hashlib.sha384(text).digest()).decode()}"
