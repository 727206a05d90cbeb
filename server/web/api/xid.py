"""XIDs: the platform's one-word name for an identity. Ours can be read back, so that none has to be kept."""

import base64
import binascii

from server.model.identity import Identity, Namespace

_SEPARATOR = "\0"


def xid_of(identity: Identity) -> str:
    """Characters that a URL takes as they are."""
    packed = f"{identity.namespace}{_SEPARATOR}{identity.id}".encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def identity_of(xid: str) -> Identity | None:
    """The reverse; None for what is no XID."""
    try:
        text = base64.urlsafe_b64decode(xid + "=" * (-len(xid) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
    namespace, separator, identifier = text.partition(_SEPARATOR)
    if not separator or not namespace or not identifier:
        return None
    return Identity(namespace=Namespace(namespace), id=identifier)
