"""What a client may ask of the edge: the end of the address, after ``v1/`` or ``v2/`` (edge-protocol.md, section 1)."""

from collections.abc import Mapping

from server.wire.errors import NO_SUCH_ACTION, Unconfigured

INTERACT = "interact"
COLLECT = "collect"
ACQUIRE = "identity/acquire"
SET_CONSENT = "privacy/set-consent"
GET_CONSENT = "privacy/get-consent"

MEDIA = "va"
"""Whatever comes by ``va/v1/{event}``: a media event, collected like any other."""

ACCEPT = "v2/collect"
"""Servers' ``collect``, which is answered with a receipt."""

PIXEL = "pixel"
"""An event in the address of an image: no edge action, but decided in the same way."""

# Browsers and apps speak the first version, servers the second.
_ACTIONS = frozenset({INTERACT, COLLECT, ACQUIRE, SET_CONSENT, GET_CONSENT})

# Those that bring events; with others, events are nobody's.
KEEPING = frozenset({INTERACT, COLLECT, MEDIA, ACCEPT, PIXEL})

# Those whose answer has no body.
SILENT = frozenset({COLLECT, MEDIA})

_SERVERS_ACTIONS: Mapping[str, str] = {INTERACT: INTERACT, COLLECT: ACCEPT}

_MEDIA_EVENTS = frozenset(
    {
        "adBreakComplete",
        "adBreakStart",
        "adComplete",
        "adSkip",
        "adStart",
        "bitrateChange",
        "bufferStart",
        "chapterComplete",
        "chapterSkip",
        "chapterStart",
        "error",
        "pauseStart",
        "ping",
        "play",
        "sessionComplete",
        "sessionEnd",
        "sessionStart",
        "statesUpdate",
    }
)


def action_of(path: str) -> str:
    """Before the version there may be any location hint: clients put in whatever a cookie says.

    Raises Unconfigured for an action that there is not.
    """
    before, _, action = path.rpartition("/v1/")
    if action in _ACTIONS:
        return action
    if before.endswith("/va") and action in _MEDIA_EVENTS:
        return MEDIA
    if not before and (of_servers := _SERVERS_ACTIONS.get(path.rpartition("/v2/")[2])):
        return of_servers
    known = ", ".join(sorted(_ACTIONS))
    raise Unconfigured(NO_SUCH_ACTION, f"there is no action {action[:64]!r}: this server answers {known}")
