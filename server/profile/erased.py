"""Whether an event or a record is of a person who is to be forgotten. Pure.

The rule is that of the identity graph (:mod:`server.profile.graph`), for one event alone: it is about whom an id of a
unique namespace names; the devices that it carries besides may be anybody's. Only what names nobody so is its devices'
owner's. So erasing a customer takes nothing from another who used the same browser.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping
from typing import Any

from server.model.identity import Identity
from server.profile.graph import GraphRules
from server.profile.identity_map import read_claims


def is_of(xdm: Mapping[str, Any], is_theirs: Callable[[Identity], bool], *, rules: GraphRules) -> bool:
    """Whether what carries these identities is theirs. ``xdm``: with all of them in its ``identityMap``."""
    claims = read_claims(xdm, unique_namespaces=rules.unique_namespaces).claims
    named = [claim.identity for claim in claims if claim.identity.namespace in rules.unique_namespaces]
    return any(is_theirs(identity) for identity in named or (claim.identity for claim in claims))


def digest_of(identity: Identity) -> str:
    """What is kept of an identity that was erased: enough to know it again, too little to read it."""
    return hashlib.sha256(f"{identity.namespace}\0{identity.id}".encode()).hexdigest()


class Tombstones:
    """The digests of erased identities, and when each was asked to be forgotten. What came later is kept again."""

    def __init__(self, forgotten_ms: Mapping[str, int], *, rules: GraphRules) -> None:
        self._forgotten_ms = forgotten_ms
        self._newest_ms = max(forgotten_ms.values(), default=-1)
        self._rules = rules

    def may_hold(self, received_ms: int) -> bool:
        """Whether anything received then could be of somebody who is forgotten: a cheap first look."""
        return received_ms <= self._newest_ms

    def hold(self, xdm: Mapping[str, Any], received_ms: int) -> bool:
        """Whether this is of somebody who was forgotten since it was received."""
        if not self.may_hold(received_ms):
            return False
        return is_of(
            xdm,
            lambda identity: self._forgotten_ms.get(digest_of(identity), -1) >= received_ms,
            rules=self._rules,
        )


def needles(identities: Collection[Identity]) -> list[str] | None:
    """Texts of which a row that carries one of these identities has at least one; None where that cannot be said.

    JSON may write other signs than these in more than one way.
    """
    plain = all(one.id.isascii() and one.id.isprintable() and not set(one.id) & {'"', "\\", "/"} for one in identities)
    return sorted({one.id for one in identities}) if plain else None
