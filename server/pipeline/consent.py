"""Whether anything of a request may be kept: decided before the first byte of it is written."""

from collections.abc import Mapping, Sequence
from typing import get_args

from server.model.consent import Basis, Consent, ConsentPolicy, General
from server.wire.consent import decode_consent_strings
from server.wire.cookies import decode_consent
from server.wire.edge import EdgeEvent

_WORDS: Mapping[str, General] = {"in": "in", "out": "out", "pending": "pending"}

_VISITORS_OWN: frozenset[Basis] = frozenset({"event", "state"})

# All there are: a request takes one instead of making one.
_CONSENTS: Mapping[tuple[Basis, General], Consent] = {
    (basis, general): Consent(general=general, basis=basis)
    for basis in get_args(Basis)
    for general in get_args(General)
}


def consent_in_force(
    state: Mapping[str, str], policy: ConsentPolicy, *, said: General | None = None, has_gpc: bool = False
) -> Consent:
    """The newest word wins: what came with the request (``said``), what the client's state keeps, then the defaults.

    ``has_gpc``: the browser sent ``Sec-GPC: 1``, which a visitor's own ``in`` to this site overrides.
    """
    if said is not None:
        return _CONSENTS["event", said]
    if "consent" in state and (kept := _WORDS.get(decode_consent(state["consent"]).get("general", ""))):
        return _CONSENTS["state", kept]
    if has_gpc and policy.gpc == "refuse":
        return _CONSENTS["gpc", "out"]
    return _CONSENTS["default", policy.default]


def is_anonymous(consent: Consent, policy: ConsentPolicy, *, has_dnt: bool) -> bool:
    """Whether what is kept of a request is to be nobody's.

    ``has_dnt``: the browser sent ``DNT: 1``, which a visitor's own ``in`` to this site overrides.
    """
    return has_dnt and policy.dnt == "anonymous" and not (consent.is_given and consent.basis in _VISITORS_OWN)


def said_in_events(events: Sequence[EdgeEvent], policy: ConsentPolicy) -> General | None:
    """What the consent strings of a request's events say; ``out`` wins. Raises Malformed for an unreadable one."""
    said: General | None = None
    for index, event in enumerate(events):
        given = event.head.consent_strings
        if given is None:
            continue
        path = f"$.events[{index}].xdm"
        found = decode_consent_strings(given, tcf_vendor=policy.tcf_vendor, path=path)
        if said != "out" and found is not None:
            said = found
    return said
