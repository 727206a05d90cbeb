"""Whether anything of a request may be kept: decided before the first byte of it is written."""

from collections.abc import Mapping, Sequence

from server.model.consent import Consent, ConsentPolicy, General
from server.model.json import Json
from server.wire.consent import decode_consent_strings
from server.wire.cookies import decode_consent

_WORDS: Mapping[str, General] = {"in": "in", "out": "out", "pending": "pending"}


def consent_in_force(
    state: Mapping[str, str], policy: ConsentPolicy, *, said: General | None = None, has_gpc: bool = False
) -> Consent:
    """The newest word wins: what came with the request (``said``), what the client's state keeps, then the defaults.

    ``has_gpc``: the browser sent ``Sec-GPC: 1``, which a visitor's own ``in`` to this site overrides.
    """
    if said is not None:
        return Consent(general=said, basis="event")
    kept = _WORDS.get(decode_consent(state.get("consent", "")).get("general", ""))
    if kept is not None:
        return Consent(general=kept, basis="state")
    if has_gpc and policy.gpc == "refuse":
        return Consent(general="out", basis="gpc")
    return Consent(general=policy.default, basis="default")


def said_in_events(xdms: Sequence[Mapping[str, Json]], policy: ConsentPolicy) -> General | None:
    """What the consent strings of a request's events say; ``out`` wins. Raises Malformed for an unreadable one."""
    said = [
        general
        for index, xdm in enumerate(xdms)
        if "consentStrings" in xdm
        and (general := decode_consent_strings(xdm, tcf_vendor=policy.tcf_vendor, path=f"$.events[{index}].xdm"))
    ]
    if not said:
        return None
    return "out" if "out" in said else "in"
