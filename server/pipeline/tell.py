"""What an answer of the edge tells the client: what it asked for, and the state that it is to keep."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from server.model.consent import Consent, General
from server.model.cookies import CookiePolicy
from server.pipeline.actions import GET_CONSENT, KEEPING, SET_CONSENT
from server.pipeline.identify import Visitor
from server.pipeline.state import StateChange, cluster_change, consent_change, identity_change
from server.wire.consent import encode_preferences
from server.wire.cookies import CLUSTER_MAX_AGE_SECONDS
from server.wire.edge import EdgeEvent, EdgeRequest, Handle

# What a player asks for before it sends media events (edge-protocol.md, section 17).
_SESSION_START = "media.sessionStart"


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a request once it is decided.

    ``said``: the consent that came with it, None for none. ``hint``: the location hint of this server, ``""`` for none.
    ``org_id``, ``cookies``: of the datastream.
    """

    action: str
    org_id: str
    cookies: CookiePolicy
    visitor: Visitor
    consent: Consent
    said: General | None
    hint: str

    @property
    def may_identify(self) -> bool:
        """Without consent nobody is given an identity; but clients forget a refusal that comes without one."""
        return bool(self.visitor.ecid) and (self.consent.is_given or self.action == SET_CONSENT)

    @property
    def withheld(self) -> str:
        """Why its events were not kept, as counted; ``""`` for an action that keeps none anyway."""
        if self.action not in KEEPING:
            return ""
        if self.consent.is_given:
            return "override"
        return "gpc" if self.consent.basis == "gpc" else f"consent_{self.consent.general}"

    @property
    def refusal(self) -> str:
        """Why nothing was kept, for the client's developer."""
        return f"general={self.consent.general}, by {self.consent.basis}: no event of this request was kept"


def state_changes(known: Known, state: Mapping[str, str], *, now_ms: int) -> Sequence[StateChange]:
    """In the order in which they are told. ``state``: what the client keeps so far."""
    changes = []
    visitor = known.visitor
    if not visitor.is_told and known.may_identify:
        told = identity_change(known.org_id, visitor.ecid, known.cookies, minted_ms=visitor.minted_ms, now_ms=now_ms)
        changes.append(told)
    if known.said is not None:
        change = consent_change(known.org_id, known.said, known.cookies)
        if known.action == SET_CONSENT or state.get("consent") != change.value:
            changes.append(change)
    if known.hint and known.may_identify:
        changes.append(cluster_change(known.org_id, known.hint))
    return changes


def handles(known: Known, request: EdgeRequest, *, new_session_id: Callable[[], str]) -> list[Handle]:
    """What was asked for; clients that get no personalization show what they had hidden."""
    told = []
    if known.may_identify and (not known.visitor.is_told or "ECID" in request.query.identity.fetch):
        identity = {"id": known.visitor.ecid, "namespace": {"code": "ECID"}}
        told.append(Handle(type="identity:result", payload=[identity]))
    if known.action == GET_CONSENT:
        told.append(Handle(type="consent:preferences", payload=[encode_preferences(known.consent.general)]))
    if not known.consent.is_given or known.action == SET_CONSENT:
        return told
    if known.hint:
        hint = {"scope": "EdgeNetwork", "hint": known.hint, "ttlSeconds": CLUSTER_MAX_AGE_SECONDS}
        told.append(Handle(type="locationHint:result", payload=[hint]))
    for index, event in enumerate(request.events):
        told += _handles_of(event, index, new_session_id)
    return told


def _handles_of(event: EdgeEvent, index: int, new_session_id: Callable[[], str]) -> list[Handle]:
    told = []
    if event.query is not None and event.query.personalization is not None:
        told.append(Handle(type="personalization:decisions", payload=[], event_index=index))
    if event.head.event_type == _SESSION_START:
        session = {"sessionId": new_session_id()}
        told.append(Handle(type="media-analytics:new-session", payload=[session], event_index=index))
    return told
