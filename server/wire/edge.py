"""The edge protocol's JSON: requests in, handles out (edge-protocol.md, sections 3 to 5)."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec

from server.model.json import Json, JsonObject
from server.wire.documents import EMPTY, NO_HEAD, XdmHead, write, xdm_head
from server.wire.errors import BROKEN_JSON, EMPTY_BODY, INVALID_FIELD, EdgeCode, Malformed, WireError
from server.wire.json import (
    MAX_VALUES,
    check_depth,
    check_numbers,
    check_values,
    clean,
    is_bounded,
    needs_cleaning,
)

# Clients send one event a request, our snippet a handful; more is no browser.
MAX_EVENTS = 100

_XDM_PATHS = tuple(f"$.events[{index}].xdm" for index in range(MAX_EVENTS))

# Each event is kept with what it shares with the others: a request is not to become a hundred times what it was.
MAX_SHARED_BYTES = 16_384

# Smaller requests are within all sizes.
_LARGE_BYTES = min(MAX_SHARED_BYTES, 2 * MAX_VALUES)

# The client clamps to five minutes as well.
MAX_QUEUE_TIME_MS = 300_000

# Longer than any rule's id, of other clients too.
_MAX_RULE_CHARACTERS = 128

_ERROR_TYPE = "https://ns.adobe.com/aep/errors/EXEG-"


class _Wire(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Unknown keys are ignored: clients send more than we use, and newer ones will."""


class StateEntry(_Wire, frozen=True, kw_only=True):
    """One cookie of a client whose edge is third-party; the value is percent-decoded."""

    key: str = ""
    value: str = ""


class State(_Wire, frozen=True, kw_only=True):
    """``domain``: the topmost on which the page can set cookies, ``""`` on localhost. It is the client's word only."""

    domain: str = ""
    cookies_enabled: bool = False
    entries: list[StateEntry] = []


class Meta(_Wire, frozen=True, kw_only=True):
    """``queue_time_millis``: between making and sending the event; with our clock, a time without skew.

    ``lost``: events that our snippet had to give up, by reason. ``config_overrides``: for
    :func:`server.wire.overrides.decode_overrides`.
    """

    state: State = msgspec.field(default_factory=State)
    queue_time_millis: int = 0
    lost: dict[str, int] = {}
    config_overrides: JsonObject | None = None


class IdentityQuery(_Wire, frozen=True, kw_only=True):
    fetch: list[str] = []


class Query(_Wire, frozen=True, kw_only=True):
    identity: IdentityQuery = msgspec.field(default_factory=IdentityQuery)


class PersonalizationQuery(_Wire, frozen=True, kw_only=True):
    """What is asked for does not matter to a server that has none: that it is asked, does."""


class EventQuery(_Wire, frozen=True, kw_only=True):
    personalization: PersonalizationQuery | None = None


_NULL = msgspec.Raw(b"null")


class _EventMeta(_Wire, frozen=True, kw_only=True):
    """What our snippet says of an event beside its XDM."""

    rule: Annotated[str, msgspec.Meta(max_length=_MAX_RULE_CHARACTERS)] = ""


_NO_META = _EventMeta()


class _IncomingEvent(_Wire, frozen=True, kw_only=True):
    xdm: msgspec.Raw = EMPTY
    data: msgspec.Raw = _NULL
    query: EventQuery | None = None
    meta: _EventMeta = _NO_META


class EdgeEvent(msgspec.Struct, frozen=True):
    """``xdm``, ``data``: objects, as text; ``head``: what of ``xdm`` is looked at; ``rule``: the id of its rule."""

    xdm: msgspec.Raw = EMPTY
    head: XdmHead = NO_HEAD
    data: msgspec.Raw | None = None
    query: EventQuery | None = None
    rule: str = ""

    @classmethod
    def of(cls, xdm: JsonObject, *, data: JsonObject | None = None) -> "EdgeEvent":
        """One that is made of objects."""
        text = write(xdm)
        return cls(text, xdm_head(text, path="$"), None if data is None else write(data))

    def saying(self, xdm: JsonObject) -> "EdgeEvent":
        """The same event with this XDM."""
        text = write(xdm)
        return msgspec.structs.replace(self, xdm=text, head=xdm_head(text, path="$"))


class _Request(_Wire, frozen=True, kw_only=True):
    query: Query = msgspec.field(default_factory=Query)
    xdm: JsonObject = {}
    meta: Meta = msgspec.field(default_factory=Meta)
    identity_map: JsonObject | None = None
    consent: list[Json] | None = None


class _IncomingRequest(_Request, frozen=True, kw_only=True):
    events: list[_IncomingEvent] = []
    event: _IncomingEvent | None = None


class EdgeRequest(_Request, frozen=True, kw_only=True):
    """One request, of any action.

    ``xdm``: what all its events have in common; from browsers only an identityMap with the ECID that they ask for.
    ``identity_map``, ``consent``: of set-consent; for :func:`server.wire.consent.decode_consent_objects`.
    ``is_plain``: it brings events and nothing else: of who sends them, and of what may become of them, no word.
    """

    events: Sequence[EdgeEvent] = ()
    is_plain: bool = False


class Handle(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One typed fragment of an answer. ``event_index``: the event it belongs to; None: the whole request."""

    type: str
    payload: Sequence[Mapping[str, Any]]
    event_index: int | None = None


_decode = msgspec.json.Decoder(_IncomingRequest).decode
_encoder = msgspec.json.Encoder()


def decode_edge(body: bytes) -> EdgeRequest:
    """Whatever the bytes are: a request, or WireError with the place and what was expected there."""
    if not body:
        raise Malformed(EMPTY_BODY, "the body is empty: expected a JSON object")
    if not is_bounded(body):
        check_depth(body)
        check_numbers(body)
    try:
        if not body.isascii():
            body.decode()
        if needs_cleaning(body):
            body = _encoder.encode(clean(msgspec.json.decode(body)))
        request = _decode(body)
    except msgspec.ValidationError as error:
        raise Malformed(INVALID_FIELD, str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(BROKEN_JSON, str(error)) from None
    # Servers send one that is in no list; in what is said of it, it is the first of one.
    incoming = request.events if request.event is None else [request.event, *request.events]
    if len(incoming) > MAX_EVENTS:
        raise Malformed(
            INVALID_FIELD,
            f"{len(incoming)} events in one request: at most {MAX_EVENTS} are taken - at `$.events`",
        )
    if len(body) > _LARGE_BYTES:
        _check_sizes(request.xdm, incoming)
    meta = request.meta
    # Written out: this is done for each beacon.
    is_plain = not (request.xdm or meta.state.entries or request.identity_map or request.consent)
    is_plain = is_plain and meta.config_overrides is None
    events = []
    for index, event in enumerate(incoming):
        head = xdm_head(event.xdm, path=_XDM_PATHS[index])
        is_plain = is_plain and head.identity_map is None and head.consent_strings is None
        data = None if event.data is _NULL else _object_or_null(event.data, index)
        events.append(EdgeEvent(event.xdm, head, data, event.query, event.meta.rule))
    return EdgeRequest(
        events=events,
        query=request.query,
        xdm=request.xdm,
        meta=meta,
        identity_map=request.identity_map,
        consent=request.consent,
        is_plain=is_plain,
    )


def _check_sizes(shared: JsonObject, events: Sequence[_IncomingEvent]) -> None:
    if shared and len(events) > 1 and len(_encoder.encode(shared)) > MAX_SHARED_BYTES:
        raise Malformed(
            INVALID_FIELD, f"more than {MAX_SHARED_BYTES} bytes are shared by {len(events)} events - at `$.xdm`"
        )
    for index, event in enumerate(events):
        check_values(bytes(event.xdm), path=_XDM_PATHS[index])
        check_values(bytes(event.data), path=f"$.events[{index}].data")


def _object_or_null(data: msgspec.Raw, index: int) -> msgspec.Raw | None:
    if bytes(data) == b"null":
        return None
    if not bytes(data).startswith(b"{"):
        raise Malformed(INVALID_FIELD, f"Expected `object | null` - at `$.events[{index}].data`")
    return data


def encode_edge(request_id: str, handles: Sequence[Handle], warnings: Sequence[JsonObject] = ()) -> bytes:
    """The body of a 2xx answer. ``handle`` is always there: clients fail without it."""
    answer: JsonObject = {"requestId": request_id, "handle": handles}
    if warnings:
        answer["warnings"] = warnings
    return _encoder.encode(answer)


def encode_receipt(request_id: str) -> bytes:
    """The body of a 202."""
    return _encoder.encode({"requestId": request_id})


def problem(
    code: EdgeCode, detail: str, *, request_id: str, org_id: str = "", errors: Sequence[str] = ()
) -> JsonObject:
    """One problem object (RFC 7807), as the body of an error or an item of ``warnings``.

    ``org_id``: of the datastream, once that is known. ``errors``: every fault, where there are several.
    """
    report: JsonObject = {"requestId": request_id}
    if org_id:
        report["orgId"] = org_id
    if errors:
        report["errors"] = errors
    return {
        "type": f"{_ERROR_TYPE}{code.number}",
        "status": code.status,
        "title": code.title,
        "detail": detail,
        "report": report,
    }


def encode_problem(error: WireError, *, request_id: str, org_id: str = "") -> bytes:
    return _encoder.encode(problem(error.code, error.detail, request_id=request_id, org_id=org_id, errors=error.errors))
