import contextlib
import json

from hypothesis import given
from hypothesis import strategies as st

from server.model.datastream import DatasetId, Datastream
from server.wire.cookies import decode_consent, decode_cookie_header, decode_identity, encode_identity
from server.wire.datastream import DatastreamRefused, decode_datastream, encode_datastream
from server.wire.edge import EdgeRequest, decode_edge
from server.wire.errors import WireError
from server.wire.overrides import Overrides, decode_overrides

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


def _decoded_or_refused(body: bytes) -> bool:
    try:
        return isinstance(decode_edge(body), EdgeRequest)
    except WireError as error:
        return bool(error.detail)


@given(st.binary())
def test_any_bytes_are_a_request_or_a_wire_error(body: bytes) -> None:
    assert _decoded_or_refused(body)


@given(st.fixed_dictionaries({}, optional={"events": _json, "query": _json, "xdm": _json, "meta": _json}))
def test_any_json_is_a_request_or_a_wire_error(document: dict[str, object]) -> None:
    assert _decoded_or_refused(json.dumps(document).encode())


@given(st.text())
def test_any_cookie_is_an_identity_or_none(value: str) -> None:
    cookie = decode_identity(value)

    assert cookie is None or len(cookie.ecid) == 38
    decode_consent(value)
    decode_cookie_header(value)


@given(st.from_regex(r"[0-9]{38}", fullmatch=True).filter(str.isascii), st.integers(min_value=0, max_value=2**53))
def test_identities_round_trip(ecid: str, now_ms: int) -> None:
    cookie = decode_identity(encode_identity(ecid, now_ms=now_ms))

    assert cookie is not None
    assert (cookie.ecid, cookie.written_ms) == (ecid, now_ms)


_documents = st.fixed_dictionaries(
    {"id": st.just("a"), "name": st.just("A"), "datasetId": st.just("d")},
    optional={
        "enabled": _json,
        "allowedOrigins": _json | st.lists(st.text(), max_size=3),
        "keepIp": _json,
        "consent": _json | st.fixed_dictionaries({}, optional={"default": _json, "gpc": _json, "tcfVendor": _json}),
        "overrides": _json | st.fixed_dictionaries({}, optional={"datasets": _json, "disable": _json}),
        "fpidCookie": _json,
        "cookies": _json | st.fixed_dictionaries({}, optional={"identityDays": _json, "domain": _json}),
    },
)


def _datastream(body: bytes) -> Datastream:
    return decode_datastream(body, org_id="O", datasets={DatasetId("d")}, registrable_domain=lambda host: host or None)


@given(st.binary() | _documents.map(lambda document: json.dumps(document).encode()))
def test_any_bytes_are_a_datastream_or_refused(body: bytes) -> None:
    with contextlib.suppress(DatastreamRefused):
        datastream = _datastream(body)

        assert _datastream(encode_datastream(datastream)) == datastream


@given(st.dictionaries(st.sampled_from(["com_adobe_experience_platform", "com_adobe_identity", "x"]), _json))
def test_any_overrides_are_understood_or_refused(given_: dict[str, object]) -> None:
    with contextlib.suppress(WireError):
        assert isinstance(decode_overrides(given_), Overrides)
