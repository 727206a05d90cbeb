"""Bearer tokens of another issuer: JSON Web Tokens, signed with keys that it publishes (RFC 7519, RFC 7517).

PyJWT checks them: it is the most used library for this, kept, and needs cryptography alone. Only algorithms with public
keys are taken, so that a key we can read cannot sign. Keys are fetched elsewhere (workers/issuer_keys.py).
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable

import jwt

_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]

# An issuer has the present key, the next one, and one that is going; a hundred would be a mistake.
_MAX_KEYS = 32

# Checking a signature takes 30 to 100 µs, and senders use a token for an hour.
_MAX_REMEMBERED = 1_000

# Clocks of two machines.
_LEEWAY_SECONDS = 30


class BadKeys(ValueError):
    """The document is no JSON Web Key Set with a key for us. ``args``: a sentence for the operator."""


class TrustedIssuer:
    """``is_trusted(token)``: signed by one of its keys, for our audience, and not expired."""

    def __init__(
        self, *, issuer: str, audience: str, clock_ms: Callable[[], int], want_keys: Callable[[], None]
    ) -> None:
        """``want_keys``: called when a token names a key that is not known, so that they are fetched again."""
        self._issuer = issuer
        self._audience = audience
        self._clock_ms = clock_ms
        self._want_keys = want_keys
        self._keys: list[jwt.PyJWK] = []
        self._good_until_ms: OrderedDict[bytes, int] = OrderedDict()

    def use_keys(self, document: bytes) -> None:
        """Trust the keys of this JWK set from now on, and no others. Raises BadKeys, and keeps those it has."""
        try:
            keys = [key for key in jwt.PyJWKSet.from_dict(json.loads(document)).keys if key.key_type != "oct"]
        except (ValueError, AttributeError, TypeError, RecursionError, jwt.PyJWTError) as error:
            raise BadKeys(f"no JSON Web Key Set: {error}") from None
        if not 0 < len(keys) <= _MAX_KEYS:
            raise BadKeys(f"{len(keys)} public keys in the JSON Web Key Set: expected 1 to {_MAX_KEYS}")
        self._keys = keys
        self._good_until_ms.clear()

    def is_trusted(self, token: str) -> bool:
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        if self._good_until_ms.get(digest, 0) > self._clock_ms():
            self._good_until_ms.move_to_end(digest)
            return True
        try:
            key = self._key(token)
            if key is None:
                return False
            claims = jwt.decode(
                token,
                key,
                algorithms=_ALGORITHMS,
                issuer=self._issuer,
                audience=self._audience,
                leeway=_LEEWAY_SECONDS,
                options={"require": ["exp", "iss", "aud"]},
            )
        except (jwt.PyJWTError, ValueError, RecursionError, OverflowError):
            return False
        self._good_until_ms[digest] = int(claims["exp"]) * 1_000
        if len(self._good_until_ms) > _MAX_REMEMBERED:
            self._good_until_ms.popitem(last=False)
        return True

    def _key(self, token: str) -> jwt.PyJWK | None:
        name = jwt.get_unverified_header(token).get("kid")
        if name is None:
            return self._keys[0] if len(self._keys) == 1 else None
        found = next((key for key in self._keys if key.key_id == name), None)
        if found is None:
            self._want_keys()
        return found
