"""Who may send to an authenticated inlet: owners of a token of ours, or of an issuer that the operator trusts."""

import hashlib
from collections.abc import Callable

from server.model.datastream import Configuration
from server.model.inlet import Inlet
from server.wire.ingestion_errors import BAD_TOKEN, NO_TOKEN, WRONG_TOKEN, Refusal

# Ours have 47 characters, those of other issuers a thousand or two; a longer one is none.
_MAX_TOKEN_CHARACTERS = 8_192


class InletAccess:
    """``refused(authorization, inlet)``: why this request may not send, or None.

    ``note_use``: told the id of each token of ours that let a request in.
    ``is_trusted``: whether a token is one of the trusted issuer's, and good now; that issuer's are good for all inlets.
    """

    def __init__(
        self,
        *,
        configuration: Callable[[], Configuration],
        clock_ms: Callable[[], int],
        is_trusted: Callable[[str], bool],
        note_use: Callable[[str], None],
    ) -> None:
        self._configuration = configuration
        self._clock_ms = clock_ms
        self._is_trusted = is_trusted
        self._note_use = note_use

    def refused(self, authorization: str, inlet: Inlet) -> Refusal | None:
        """``authorization``: the header's value. Found by its hash: how long it takes says nothing about the token."""
        if not inlet.requires_token:
            return None
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            return NO_TOKEN
        if len(token) > _MAX_TOKEN_CHARACTERS:
            return BAD_TOKEN
        known = self._configuration().tokens.get(hashlib.sha256(token.encode("latin-1")).hexdigest())
        if known is None:
            return None if self._is_trusted(token) else BAD_TOKEN
        if known.has_expired(self._clock_ms()):
            return BAD_TOKEN
        if not known.is_good_for(inlet.id):
            return WRONG_TOKEN
        self._note_use(known.id)
        return None
