"""One beacon, decided: whose it is, whether it may be kept, what of it is kept, and what its client is told."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from server.model.consent import General
from server.model.datastream import Datastream
from server.model.event import EventId, EventText
from server.pipeline.actions import KEEPING, SET_CONSENT
from server.pipeline.admit import Beacon, admit
from server.pipeline.consent import consent_in_force, said_in_events
from server.pipeline.identify import identify
from server.pipeline.overrides import overridden_dataset
from server.pipeline.state import StateChange, client_state
from server.pipeline.tell import Known, state_changes
from server.wire.consent import decode_consent_objects
from server.wire.edge import EdgeRequest


class Received(NamedTuple):
    """``events``: to be made durable before anything is answered. ``changes``: for the client to keep."""

    events: Sequence[EventText]
    known: Known
    changes: Sequence[StateChange]


def receive(
    request: EdgeRequest,
    beacon: Beacon,
    datastream: Datastream,
    *,
    action: str,
    cookies: Mapping[str, str],
    said: General | None = None,
    hint: str = "",
    new_ecid: Callable[[], str],
    new_id: Callable[[], EventId],
) -> Received:
    """Raises WireError for what cannot be used; then nothing of the request is kept.

    ``said``: consent that came beside the request's own. ``hint``: the location hint of this server.
    """
    policy, now_ms = datastream.consent, beacon.received_ms
    state = client_state(datastream.org_id, request, cookies)
    if action == SET_CONSENT:
        said = decode_consent_objects(request.consent, tcf_vendor=policy.tcf_vendor)
    elif said is None:
        said = said_in_events(request.events, policy)
    consent = consent_in_force(state, policy, said=said, has_gpc=beacon.client.global_privacy_control)
    dataset_id = overridden_dataset(request.meta.config_overrides, datastream)
    device_id = cookies.get(datastream.fpid_cookie, "")
    visitor = identify(request, state, device_id=device_id, now_ms=now_ms, new_ecid=new_ecid)
    events: Sequence[EventText] = ()
    if consent.is_given and dataset_id is not None and action in KEEPING:
        events = admit(
            request,
            beacon,
            datastream,
            dataset_id=dataset_id,
            ecid=visitor.ecid,
            consent=consent.basis,
            new_id=new_id,
        )
    known = Known(action=action, org_id=datastream.org_id, visitor=visitor, consent=consent, said=said, hint=hint)
    return Received(events, known, state_changes(known, state, now_ms=now_ms))
