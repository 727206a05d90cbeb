"""One beacon, decided: whose it is, whether it may be kept, what of it is kept, and what its client is told."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from server.model.consent import General
from server.model.datastream import DatasetId, Datastream
from server.model.event import EventId, EventText
from server.pipeline.actions import KEEPING, SET_CONSENT
from server.pipeline.admit import Beacon, admit
from server.pipeline.consent import consent_in_force, is_anonymous, said_in_events
from server.pipeline.identify import NOBODY, identify
from server.pipeline.overrides import overridden_dataset
from server.pipeline.state import StateChange, client_state, renew_ms
from server.pipeline.tell import Known, state_changes
from server.wire.consent import decode_consent_objects
from server.wire.edge import EdgeRequest


class Standing(msgspec.Struct, frozen=True):
    """What holds for a visitor's next requests as well, as long as they bring nothing but events.

    ``dataset_id``: where their events go. ``until_ms``: the visitor's identity is to be renewed after that.
    """

    known: Known
    changes: Sequence[StateChange]
    dataset_id: DatasetId
    until_ms: int


class Received(msgspec.Struct, frozen=True):
    """``events``: to be made durable before anything is answered. ``changes``: for the client to keep.

    ``standing``: for the next request with the same head; None when each has to be looked at.
    """

    events: Sequence[EventText]
    known: Known
    changes: Sequence[StateChange]
    standing: Standing | None


def receive(
    request: EdgeRequest,
    beacon: Beacon,
    datastream: Datastream,
    *,
    action: str,
    cookies: Mapping[str, str],
    said: General | None = None,
    hint: str = "",
    standing: Standing | None = None,
    new_ecid: Callable[[], str],
    new_id: Callable[[], EventId],
) -> Received:
    """Raises WireError for what cannot be used; then nothing of the request is kept.

    ``said``: consent that came beside the request's own. ``hint``: the location hint of this server.
    ``standing``: what an earlier request with the same head was told to bring along.
    """
    policy, now_ms = datastream.consent, beacon.received_ms
    if standing is not None and request.is_plain and now_ms <= standing.until_ms:
        known = standing.known
        events = admit(
            request,
            beacon,
            datastream,
            dataset_id=standing.dataset_id,
            ecid=known.visitor.ecid,
            consent=known.consent.basis,
            new_id=new_id,
        )
        return Received(events, known, standing.changes, standing)
    state = client_state(datastream.org_id, request, cookies)
    if action == SET_CONSENT:
        said = decode_consent_objects(request.consent, tcf_vendor=policy.tcf_vendor)
    elif said is None:
        said = said_in_events(request.events, policy)
    consent = consent_in_force(state, policy, said=said, has_gpc=beacon.client.global_privacy_control)
    dataset_id = overridden_dataset(request.meta.config_overrides, datastream)
    # Clients forget a refusal that comes without an identity.
    if action != SET_CONSENT and is_anonymous(consent, policy, has_dnt=beacon.client.do_not_track):
        visitor = NOBODY
    else:
        device_id = cookies.get(datastream.fpid_cookie, "")
        visitor = identify(
            request,
            state,
            device_id=device_id,
            renew_ms=renew_ms(datastream.cookies),
            now_ms=now_ms,
            new_ecid=new_ecid,
        )
    known = Known(
        action=action,
        org_id=datastream.org_id,
        cookies=datastream.cookies,
        visitor=visitor,
        consent=consent,
        said=said,
        hint=hint,
    )
    changes = state_changes(known, state, now_ms=now_ms)
    if not consent.is_given or dataset_id is None or action not in KEEPING:
        return Received((), known, changes, None)
    events = admit(
        request,
        beacon,
        datastream,
        dataset_id=dataset_id,
        ecid=visitor.ecid,
        consent=consent.basis,
        new_id=new_id,
    )
    standing = None
    if request.is_plain and visitor.is_told and said is None and visitor is not NOBODY:
        standing = Standing(known, changes, dataset_id, visitor.fresh_until_ms)
    return Received(events, known, changes, standing)
