"""Secrets that have to be read again, such as those that notifications are signed with: sealed, not hashed.

The key is a file beside the databases and not in them: a copy of the control plane alone tells no secret (S5).
"""

import base64
import os
from pathlib import Path

_KEY_BYTES = 32
_NONCE_BYTES = 12
# AES-GCM's own, on top of what is sealed.
_TAG_BYTES = 16

KEY_FILE_NAME = "secrets.key"


class CannotUnseal(Exception):
    """A secret cannot be read: its key is gone, or is another. ``args``: what to do."""


class Seal:
    """The key is made when something is sealed for the first time; its file is for its owner alone."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / KEY_FILE_NAME

    def close(self, secret: str, *, purpose: str) -> str:
        """Sealed, as text. ``purpose``: what it is for; it can be opened for nothing else."""
        # Here alone: who seals nothing need not load it.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(self._key()).encrypt(nonce, secret.encode(), purpose.encode())
        return base64.b64encode(nonce + sealed).decode()

    def open(self, sealed: str, *, purpose: str) -> str:
        """What was sealed for this purpose. Raises CannotUnseal."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            whole = base64.b64decode(sealed, validate=True)
            key = self._path.read_bytes()
            if len(whole) < _NONCE_BYTES + _TAG_BYTES:
                raise ValueError("too short")
            return AESGCM(key).decrypt(whole[:_NONCE_BYTES], whole[_NONCE_BYTES:], purpose.encode()).decode()
        except (OSError, ValueError, InvalidTag) as error:
            raise CannotUnseal(
                f"a secret cannot be read with the key in {self._path} ({type(error).__name__}): bring back that file "
                "as it was with this database, or make a new secret"
            ) from None

    def _key(self) -> bytes:
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return self._make()

    def _make(self) -> bytes:
        """Whoever comes first makes it: a link to a whole file, so that nobody reads half a key."""
        unfinished = self._path.with_name(f"{KEY_FILE_NAME}.{os.urandom(8).hex()}")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(os.urandom(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(unfinished, self._path)
        except FileExistsError:
            pass
        finally:
            unfinished.unlink()
        return self._path.read_bytes()
