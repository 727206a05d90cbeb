"""Identities: who an event is about. Words as in XDM's `identityMap`."""

from typing import Literal, NewType

import msgspec

Namespace = NewType("Namespace", str)
"""Identity namespace symbol as written in `identityMap`, such as ``ECID`` or ``Email``. Case matters."""

ECID = Namespace("ECID")
FPID = Namespace("FPID")

AuthenticatedState = Literal["ambiguous", "authenticated", "loggedOut"]


class Identity(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One identity of one namespace; equal when both are equal, whatever its state."""

    namespace: Namespace
    id: str

    def __str__(self) -> str:
        return f"{self.namespace}:{self.id}"


# Values that clients send when they have no id: linking them would make one person of many.
# (reliability-security I20)
WORTHLESS_IDS = frozenset(
    {
        "",
        "0",
        "-1",
        "null",
        "undefined",
        "none",
        "nan",
        "unknown",
        "anonymous",
        "guest",
        "n/a",
        "na",
        "[object object]",
        "true",
        "false",
    }
)


def is_worthless(value: str) -> bool:
    """Whether this id names nobody and must never link two profiles."""
    return value.strip().lower() in WORTHLESS_IDS or set(value) <= {"0", "-"}
