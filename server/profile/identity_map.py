"""Reads the identities of an event from its ``identityMap``. Pure; what is malformed names nobody and is left out.

The shape is XDM's: ``{"ECID": [{"id": "…", "primary": true, "authenticatedState": "authenticated"}], …}``. Pages send
it, so nothing of it is taken for granted.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from server.model.identity import Identity, Namespace, is_worthless

# An identity map names one person; more than this is an attempt to link strangers (reliability-security I20).
MAX_IDENTITIES_PER_EVENT = 20

# ECIDs have 38 characters, hashes 64, addresses at most 254 (RFC 5321). A longer one is refused, not cut: two ids with
# the same beginning would become one person.
MAX_ID_CHARACTERS = 256

# A namespace code is a short word that a person chose.
MAX_NAMESPACE_CHARACTERS = 64


class Claim(NamedTuple):
    """One identity as an event claims it.

    ``is_logged_out``: its ``authenticatedState`` is ``loggedOut``: this person used the device, but may be gone.
    """

    identity: Identity
    is_primary: bool
    is_logged_out: bool


class Claims(NamedTuple):
    """The identities of one event, the most telling first, and how many more a limit or a worthless id turned away."""

    claims: tuple[Claim, ...]
    refused: int


def read_claims(xdm: Mapping[str, Any], *, unique_namespaces: Sequence[Namespace]) -> Claims:
    """The identities that ``xdm`` claims, each once: ids of unique namespaces first, in their order, then the primary.

    Malformed entries (no ``id``, an ``id`` that is no text) are skipped and not counted: they name nobody. Worthless
    ids, ids and namespaces that are too long, and those beyond the limit are counted in ``refused``.
    """
    found: dict[Identity, Claim] = {}
    refused = 0
    for namespace, entry in _entries(xdm):
        identity = Identity(namespace=Namespace(namespace), id=entry["id"])
        if _is_refused(identity):
            refused += 1
            continue
        claim = Claim(identity, entry.get("primary") is True, entry.get("authenticatedState") == "loggedOut")
        found[identity] = _both(found[identity], claim) if identity in found else claim

    def telling(claim: Claim) -> tuple[int, bool, Identity]:
        namespace = claim.identity.namespace
        rank = unique_namespaces.index(namespace) if namespace in unique_namespaces else len(unique_namespaces)
        return rank, not claim.is_primary, claim.identity

    ordered = sorted(found.values(), key=telling)
    kept = tuple(ordered[:MAX_IDENTITIES_PER_EVENT])
    return Claims(kept, refused + len(ordered) - len(kept))


def _entries(xdm: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    identity_map = xdm.get("identityMap")
    if not isinstance(identity_map, dict):
        return
    for namespace, entries in identity_map.items():
        if not isinstance(entries, list):
            continue
        for entry in entries:
            if isinstance(entry, dict) and isinstance(entry.get("id"), str):
                yield namespace, entry


def _is_refused(identity: Identity) -> bool:
    return (
        is_worthless(identity.id)
        or len(identity.id) > MAX_ID_CHARACTERS
        or not 0 < len(identity.namespace) <= MAX_NAMESPACE_CHARACTERS
    )


def _both(one: Claim, other: Claim) -> Claim:
    """The same identity listed twice: primary if either says so, logged out only if both do."""
    return Claim(one.identity, one.is_primary or other.is_primary, one.is_logged_out and other.is_logged_out)
